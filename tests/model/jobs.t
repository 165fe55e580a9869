#!/bin/sh
# Hooks beside each other: as many as --jobs says, of different units, with the same result whatever it
# says; what a settle tells that cannot come to its end; how it is stopped; what somebody at a terminal sees.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir
settle() { "$LUACHARM" model settle "$@"; }
all() { # the hooks of a settle, without what they took
    sed -E 's/ +[0-9]+ ms.*//' "$@"
}

# --- beside each other

quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$charms/asker" -n 4
# Each waits until all four are there: one at a time none would end.
on asker install <<'END'
touch "$TOP/here-${JUJU_UNIT_NAME#*/}"
n=0
while [ "$(ls "$TOP" | grep -c '^here-')" -lt 4 ] && [ $n -lt 500 ]; do sleep 0.02; n=$((n + 1)); done
[ $n -lt 500 ] && state-set met=yes
END
passes 'hooks of four units run beside each other' settle --jobs 4
is 'and each commits its own' "$(sqlite3 .luacharm/model.db "SELECT count(*) FROM state WHERE key = 'met'")" 4
on asker update-status <<'END'
mkdir "$TOP/alone" || { touch "$TOP/overlap"; exit; }
sleep 0.05
rmdir "$TOP/alone"
END
quiet "$LUACHARM" model advance --update-status --jobs 1 5m
is '--jobs 1: one at a time' "$(find . -name overlap)" ''
fails '--jobs 0 is none' 2 '--jobs: at least 1' settle --jobs 0
on asker update-status <<'END'
mkdir "$TOP/alone-${JUJU_UNIT_NAME#*/}" || { touch "$TOP/overlap"; exit; }
sleep 0.05
rmdir "$TOP/alone-${JUJU_UNIT_NAME#*/}"
END
quiet "$LUACHARM" model advance --update-status-every 5m --jobs 8 30m
is 'a unit runs one hook at a time' "$(find . -name overlap)" ''
is '--update-status-every: at each of its times' "$(grep -c 'asker/0.*update-status' "$OUT")" 6

# --- the same whatever the number of jobs, and however long a hook takes

for app in asker giver; do
    on $app db-relation-created <<'END'
sleep 0.0$(($$ % 7))
relation-set "from=$JUJU_UNIT_NAME"
secret-add --owner unit "word=$JUJU_UNIT_NAME" >"$TOP/id-${JUJU_UNIT_NAME%/*}-${JUJU_UNIT_NAME#*/}"
END
    on $app db-relation-changed <<'END'
sleep 0.0$(($$ % 7))
secret-ids >>"$TOP/ids"
relation-set "saw=$(relation-list | tr '\n' ' ')"
END
done
# What differs is shown, not all of it.
alike() { # NAME GOT WANTED
    printf '%s\n' "$2" >got
    printf '%s\n' "$3" >wanted
    tap_result "$1" "$(cmp -s got wanted && echo true)" "$(diff got wanted)"
}
same() { # OPTIONS...: a life, as it is told
    rm -rf .luacharm ids
    model new --at 2026-01-01T00:00:00Z >out && model deploy "$charms/asker" -n 3 >out &&
        model deploy "$charms/giver" -n 3 >out && model integrate asker:db giver:db >out &&
        settle "$@" >told 2>&1 || cat told
    all told
    sort ids | cksum
    cat id-*
    sqlite3 .luacharm/model.db 'SELECT * FROM bag_value ORDER BY 1, 2, 3; SELECT id, unit, name FROM run' \
        'SELECT secret, value FROM secret_value'
}
on asker install </dev/null
ids() { sed 's,^secret://.*,id,; s/^[0-9a-v]\{20\}$/id/; s/^[0-9a-v]\{20\}|/id|/; /^[0-9]* [0-9]*$/d'; }
first=$(same --jobs 1 | ids)
alike 'three jobs do what one does' "$(same --jobs 3 | ids)" "$first"
alike 'eight too' "$(same --jobs 8 | ids)" "$first"
first=$(rm -rf .luacharm; same --jobs 1 --seed 5 | ids)
alike '--seed 5 repeats, with other jobs' "$(same --jobs 6 --seed 5 | ids)" "$first"
tap_result '--seed 6 is another order' "$([ "$(same --jobs 6 --seed 6 | ids)" != "$first" ] && echo true)"
has 'help says what a seed fixes' "$(model settle --help | tr -s ' \n' ' ')" \
    'the same model and seed run the same hooks in the same order, with any --jobs'
first=$(model destroy >out; model new --seed 3 --at 2026-01-01T00:00:00Z >out; model deploy "$charms/giver" -n 3 >out
    settle --jobs 3 >out; "$LUACHARM" model exec giver/1 -- 'secret-add --owner unit a-key=1')
again=$(model destroy >out; model new --seed 3 --at 2026-01-01T00:00:00Z >out; model deploy "$charms/giver" -n 3 >out
    settle --jobs 1 >out; "$LUACHARM" model exec giver/1 -- 'secret-add --owner unit a-key=1')
is 'with a seed the ids of secrets repeat' "$again" "$first"

# --- no rest, and failures

quiet model destroy
quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$charms/asker"
quiet model deploy "$charms/giver"
quiet model integrate asker:db giver:db
for app in asker giver; do
    forget $app db-relation-created
    on $app db-relation-changed <<'END'
relation-set still=same "count-$JUJU_UNIT_NAME=$(date +%s%N)"
END
done
fails 'a model that does not rest: which unit' 1 'asker/0 does not come to rest: ' settle
has 'what repeats' "$(cat "$OUT.err")" 'what repeats: db-relation-changed (64 of the last 64)'
for unit in asker/0 giver/0; do
    has "what $unit changes each time" "$(sed 's/.*what changes each time//' "$OUT.err")" \
        " $unit writes 'count-$unit' in its databag of db:1 ("
done
lacks 'not what stays' "$(cat "$OUT.err")" "'still'"
for app in asker giver; do forget $app db-relation-changed; done
quiet settle

quiet model add-unit asker
quiet model add-unit giver
quiet settle
for app in asker giver; do
    on $app update-status <<'END'
echo "no luck on $JUJU_UNIT_NAME" >&2
exit 4
END
done
"$LUACHARM" model advance --update-status 5m >told 2>err
is 'units that fail: exit status' $? 1
for unit in asker/0 asker/1 giver/0 giver/1; do
    has "$unit is named, with why and how often" "$(cat err)" \
        "$unit: hook \"update-status\" failed (exit status 4): no luck on $unit, 3 tries"
done
has 'and counted' "$(cat err)" '4 units are in error: '
is 'three tries, as it says' "$(grep -c 'asker/1.*update-status *failed' told)" 3
settle --retries 2 >told 2>err
has 'tries of before count' "$(cat err)" 'asker/0: hook "update-status" failed (exit status 4): no luck on asker/0, 2 tries now, 5 in all'
on asker/0 update-status </dev/null
settle --retries 1 >told 2>err
has 'three are left' "$(cat err)" '3 units are in error: '
lacks 'the one that went well is not' "$(cat err)" asker/0
for app in asker giver; do forget $app update-status; done
quiet settle
on giver/1 secret-rotate <<'END'
exit 1
END
"$LUACHARM" model set-leader giver/1
quiet "$LUACHARM" model exec giver/1 -- secret-add --rotate hourly a-key=1
now=$(sqlite3 .luacharm/model.db 'SELECT now FROM model')
fails 'an advance that is stopped says where' 1 'before its end: giver/1: hook "secret-rotate" failed' model advance 10d
is 'where the clock is' "$(sqlite3 .luacharm/model.db "SELECT now - $now BETWEEN 3540 AND 3700 FROM model")" 1
forget giver/1 secret-rotate

# --- charms that do not behave

# A killed orphan may stay as a zombie where nobody reaps.
gone() { grep -q '^State:[[:space:]]*[A-WYa-z]' "/proc/$1/status" 2>/dev/null || echo gone; }

quiet settle
on asker/0 update-status <<'END'
sleep 300 &
echo $! >"$TOP/child"
sleep 300
END
"$LUACHARM" model fire asker/0 update-status --hook-timeout 1s --retries 1 >told 2>&1
has 'one that hangs is killed' "$(cat told)" 'timed out'
sleep 0.2
is 'with its children' "$(gone "$(cat child)")" gone
on asker/0 update-status <<'END'
(setsid sleep 3 & echo $! >"$TOP/daemon")
status-set active 'a daemon is left'
END
quiet model resolved asker/0 --no-retry
before=$(date +%s)
passes 'one that leaves a daemon' "$LUACHARM" model fire asker/0 update-status
tap_result 'is not waited for' "$([ $(($(date +%s) - before)) -lt 3 ] && echo true)"
on asker/0 update-status <<'END'
head -c 100000000 /dev/zero | tr '\0' 'x'
state-set after=flood
END
passes 'one that prints 100 MB' "$LUACHARM" model fire asker/0 update-status
has 'loses what is over' "$(model debug-log --replay | cut -c -200)" 'output over 8388608 bytes was dropped'
is 'and nothing else' "$(as asker/0 state-get after)" flood

# --- two hooks whose commands come at once

forget asker/0 update-status
on asker update-status <<'END'
n=0
while [ $n -lt 40 ]; do n=$((n + 1)); state-set "n=$n" || exit; done
END
quiet "$LUACHARM" model advance --update-status --jobs 4 5m
is 'commands of several hooks at once' "$(sqlite3 .luacharm/model.db "SELECT sum(value) FROM state WHERE key = 'n'")" 80

# --- Ctrl-C, at a terminal

cat >terminal.py <<'END'
"""A terminal: runs a command on it, waits for files, sends Ctrl-C, and prints what was shown."""
import os, pty, sys, time
pid, fd = pty.fork()
files = sys.argv[1].split(",")
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen = b""
os.set_blocking(fd, False)
def look():
    global seen
    try:
        seen += os.read(fd, 65536)
    except BlockingIOError:
        time.sleep(0.01)
    except OSError:
        return False
    return True
for name in files:
    end = time.time() + 20
    while name and not os.path.exists(name) and time.time() < end and look():
        pass
    if name:
        end = time.time() + 0.6
        while time.time() < end and look():
            pass
        os.write(fd, b"\x03")
while look():
    pass
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
print("status", os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status))
END
on asker update-status <<'END'
state-set slow=begun
touch "$TOP/slow-${JUJU_UNIT_NAME#*/}"
sleep 2
state-set slow=ended
END
python3 terminal.py slow-0 "$LUACHARM" model advance --update-status --jobs 1 5m >shown 2>&1
has 'a line of progress' "$(cat shown)" '1 running, '
has 'with what runs' "$(cat shown)" 'pending: asker/0 update-status, '
has 'Ctrl-C is told' "$(cat shown)" 'stopping when the hooks that run have ended'
has 'says how to go on' "$(cat shown)" "stopped between hooks: 'luacharm model settle' goes on from here"
has 'exit status 130' "$(tail -n 1 shown)" 'status 130'
is 'the hook has ended' "$(as asker/0 state-get slow)" ended
is 'the next has not begun' "$(find . -name slow-1)" ''
rm -f slow-*
on asker/1 update-status <<'END'
sleep 300 &
echo $! >"$TOP/child"
state-set slow=never
touch "$TOP/slow-1"
sleep 300
END
on asker/0 update-status </dev/null
quiet sqlite3 .luacharm/model.db "UPDATE unit SET update_due = 1 WHERE name = 'asker/1'"
python3 terminal.py slow-1,slow-1 "$LUACHARM" model settle >shown 2>&1
has 'Ctrl-C twice: killed' "$(cat shown)" 'killing the hooks that run'
has 'exit status 130 as well' "$(tail -n 1 shown)" 'status 130'
sleep 0.2
is 'the children too' "$(gone "$(cat child)")" gone
lacks 'what it asked for is dropped' "$(as asker/1 state-get slow)" never
on asker/1 update-status </dev/null
passes 'and it goes on' settle
has 'with the hook that was killed' "$(cat "$OUT")" 'asker/1  update-status                         ok'
quiet settle
lacks 'no progress without a terminal' "$(settle 2>&1)" 'running'
done_testing
