#!/bin/sh
# Commands on one model at once, which Juju's agent never sees and a local model does: each waits for its
# turn, or says in a line why it cannot have it; the database stays whole.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

damage() { sqlite3 .luacharm/model.db 'PRAGMA integrity_check; PRAGMA foreign_key_check' 2>&1 | grep -v '^ok$'; }
together() { # NAME COMMAND...: in the background; what it says is in NAME.out and NAME.err, how it ends in NAME.status
    together_name=$1
    shift
    { model "$@" >"$together_name.out" 2>"$together_name.err"; echo $? >"$together_name.status"; } &
}
# What is on standard error besides that it waits.
complaints() { cat "$@" | grep -v 'another command works on this model: waiting for it'; }
runs() { sqlite3 .luacharm/model.db 'SELECT unit, name, outcome FROM run ORDER BY unit, id'; }

fresh() {
    rm -rf .luacharm
    quiet model new --at 2026-01-01T00:00:00Z
    quiet model deploy "$charms/asker" -n 3
    quiet model deploy "$charms/giver" -n 2
    quiet model integrate asker:db giver:db
}
for app in asker giver; do
    on $app db-relation-joined <<'END'
relation-set "hello=$JUJU_UNIT_NAME"
sleep 0.02
END
    on $app show <<'END'
echo "$JUJU_ACTION_UUID" >>"$TOP/shown"
sleep 0.1
END
done

fresh
quiet model settle
runs | sort >alone

fresh
for n in 1 2 3; do together "settle-$n" settle; done
wait
is 'three settles at once: all come to their end' "$(cat settle-*.status | tr '\n' ' ')" '0 0 0 '
is 'none complains' "$(complaints settle-*.err)" ''
is 'every hook has run once' "$(runs | sort)" "$(cat alone)"
is 'the database is whole' "$(damage)" ''

for n in 1 2 3 4; do together "run-$n" run asker/0 show; done
wait
is 'four actions of one unit at once: each is run' "$(sort -u shown | wc -l)" 4
is 'each with success' "$(cat run-*.status | tr '\n' ' ')" '0 0 0 0 '

together add add-unit asker
together settle settle
wait
is 'a unit comes while the model settles' "$(cat add.status settle.status | tr '\n' ' ')" '0 0 '
quiet model settle
is 'it has all its hooks' "$(runs | grep -c '^asker/3|start|ok$')" 1

together remove remove-unit asker/3
together config config asker text=other
together leader set-leader asker/1
together settle settle
wait
is 'a unit goes, an option and the leader change while it settles' \
    "$(cat remove.status config.status leader.status settle.status | tr '\n' ' ')" '0 0 0 0 '
quiet model settle
is 'all of it has come about' "$(model config asker text) $(model status --json | grep -c '"asker/[0-9]*"')" 'other 3'
is 'the database is whole after that, too' "$(damage)" ''

# --- fifty

n=0
while [ $n -lt 50 ]; do
    n=$((n + 1))
    case $((n % 5)) in
        0) together "many-$n" add-unit giver ;;
        1) together "many-$n" config asker "text=number $n" ;;
        2) together "many-$n" status ;;
        3) together "many-$n" settle ;;
        4) together "many-$n" exec --no-settle asker/0 -- state-set "n-$n=$n" ;;
    esac
done
wait
is 'fifty at once: all come to their end' "$(cat many-*.status | sort | uniq -c | tr -s ' ')" ' 50 0'
is 'none complains of anything' "$(complaints many-*.err)" ''
quiet model settle
is 'ten units have come' "$(model status --json | grep -c '"giver/[0-9]*"')" 12
is 'what ten have written is there' \
    "$(sqlite3 .luacharm/model.db "SELECT count(*) FROM state WHERE unit = 'asker/0' AND key LIKE 'n-%'")" 10
is 'and the database is whole' "$(damage)" ''

# --- the end

for n in 1 2 3; do
    fresh
    together settle settle
    sleep "0.0$n"
    together destroy destroy
    wait
    is "destroy while it settles ($n): it is done" "$(cat destroy.status)" 0
    is "the other has come to its end or says one thing ($n)" \
        "$(cat settle.status) $(complaints settle.err | grep -c .)" \
        "$([ "$(cat settle.status)" = 0 ] && echo '0 0' || echo '1 1')"
    [ "$(cat settle.status)" = 0 ] ||
        has "that there is no model ($n)" "$(cat settle.err)" "no model in '"
    is "nothing of it is left ($n)" "$(ls -d .luacharm 2>&1)" "ls: cannot access '.luacharm': No such file or directory"
done
fresh
together one destroy
together two destroy
wait
is 'two that destroy: one does' "$(cat one.status two.status | sort | tr '\n' ' ')" '0 1 '
is 'and one says why not' "$(complaints one.err two.err | grep -c "no model in '")" 1
done_testing
