#!/bin/sh
# A model that is killed at any moment opens and goes on; verbs wait for each other; Ctrl-C stops between
# hooks.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new
quiet model deploy "$charms/asker" -n 2
quiet model deploy "$charms/giver" -n 2
quiet model integrate asker:db giver:db
for app in asker giver; do
    on $app start <<'END'
status-set active
END
    on $app db-relation-joined <<'END'
relation-set hello=$JUJU_UNIT_NAME
END
done

# --- kill -9, again and again, until it has come to rest

kills=0
while [ $kills -lt 40 ]; do
    setsid "$LUACHARM" model settle --retries 50 >out 2>err &
    pid=$!
    sleep 0.$((5 + kills % 10 * 4))
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    status=$?
    [ $status -ne 0 ] || break
    kills=$((kills + 1))
    rows=$(sqlite3 .luacharm/model.db 'PRAGMA integrity_check; PRAGMA foreign_key_check' 2>&1)
    [ "$rows" = ok ] || break
done
tap_result 'kill -9 in the middle of settle: the database is whole each time' \
    "$([ "${rows:-ok}" = ok ] && echo true)" "after $kills: $rows"
passes 'and settle goes on to the end' model settle --retries 50
is 'all units are up' "$(model status --json | grep -c '"agent": "idle"')" 4
is 'each knows both of the others' "$(as asker/1 relation-list -r db:1)" 'giver/0
giver/1'
is 'with what they wrote' "$(as asker/1 relation-get -r db:1 hello giver/1)" giver/1

# --- a hook that the killed agent left running counts as failed

on asker/0 update-status <<'END'
[ -f "$TOP/died" ] || { touch "$TOP/died"; sleep 30; }
state-set through=yes
END
setsid "$LUACHARM" model fire asker/0 update-status >out 2>err &
pid=$!
while [ ! -f died ]; do sleep 0.05; done
kill -9 $pid
wait $pid 2>/dev/null
has 'before anybody looks after it, it runs' "$(model status)" executing
passes 'the next command takes it for failed, and tries again' model settle
is 'then it goes through' "$(as asker/0 state-get through)" yes
has 'the log tells' "$(model debug-log --replay)" 'the agent was stopped while a hook ran'

# --- killed while deploying

for n in 1 2 3 4 5 6 7 8; do
    "$LUACHARM" model deploy "$charms/plain" "p-a$n" -n 3 >out 2>err &
    pid=$!
    sleep 0.0$n
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    model deploy "$charms/plain" "p-a$n" -n 3 >"$OUT" 2>&1 || grep -q 'already exists' "$OUT" ||
        tap_result "deploy after a kill" false "$(cat "$OUT")"
done
passes 'deployments that were killed are there or not, and work' model settle
is 'with all their units' "$(model status --json | grep -c '"p-a[0-9]/[0-9]*"')" 24

# --- two at once

on giver/0 update-status <<'END'
touch "$TOP/inside"
sleep 1
END
model fire giver/0 update-status >first 2>&1 &
while [ ! -f inside ]; do sleep 0.05; done
passes 'a verb that looks does not wait' model status
has 'and sees what runs' "$(cat "$OUT")" executing
passes 'a verb that works waits' model config asker text=after
has 'and says so' "$(cat "$OUT")" 'another command works on this model: waiting for it'
wait
has 'the first has come to its end' "$(cat first)" 'update-status'
for n in 1 2 3 4 5 6; do
    model add-unit giver >"unit-$n" 2>&1 &
done
wait
is 'six at once: six units' "$(cat unit-* | grep -c '^giver/')" 6
is 'all different' "$(cat unit-* | grep '^giver/' | sort -u | wc -l)" 6

# --- Ctrl-C

on giver install <<'END'
touch "$TOP/installing"
sleep 1
END
# A shell without job control starts background commands with SIGINT ignored: TERM means the same here.
"$LUACHARM" model settle --jobs 1 >out 2>err &
pid=$!
while [ ! -f installing ]; do sleep 0.05; done
kill -TERM $pid
wait $pid
is 'it stops, with the exit status of a signal' $? 143
has 'and says how to go on' "$(cat err)" "stopped between hooks: 'luacharm model settle' goes on from here"
has 'the hook has ended well' "$(tail -n 1 out)" ' ok '
done_testing
