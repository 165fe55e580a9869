#!/bin/sh
# Verbs that run one thing of a unit: run, exec, fire. What is wrong is said before anything runs, and
# what other units do wrong does not keep them from it.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new
quiet model deploy "$charms/asker"
quiet model settle
trace >/dev/null
quiet model config asker text=new

# --- checked first: config-changed is pending, and stays so

fails 'run: an unknown unit' 1 "unit 'asker/9' not found" model run asker/9 show
fails 'run: an unknown action' 1 "action 'nope'" model run asker/0 nope
fails 'run: a wrong parameter' 1 "parameter 'times'" model run asker/0 show times=x
fails 'exec: an unknown unit' 1 "unit 'asker/9' not found" model exec asker/9 -- true
fails 'fire: an unknown unit' 1 "unit 'asker/9' not found" model fire asker/9 start
fails 'fire: an unknown event' 1 "can have no event 'nope'" model fire asker/0 nope
fails 'fire: a wrong id' 2 "'x' is not a relation's id" model fire asker/0 db-relation-changed -r x
fails 'fire: no secret' 2 'say which with --secret' model fire asker/0 secret-changed
is 'and nothing has run' "$(trace)" ''
quiet model fire asker/0 update-status
is 'what is right settles first' "$(trace)" 'asker/0 config-changed
asker/0 update-status'

# --- others that fail

on giver start <<'END'
exit 1
END
quiet model deploy "$charms/giver"
passes 'exec beside a unit that fails' model exec asker/0 -- true
has 'which is told' "$(cat "$OUT")" 'giver/0: hook "start" failed'
passes 'run beside a unit that fails' model run asker/0 show
passes 'fire beside a unit that fails' model fire asker/0 update-status
lacks 'and is left as it is' "$(cat "$OUT")" giver/0
forget giver start
quiet model settle
on asker update-status <<'END'
exit 3
END
fails 'a hook that is fired and fails is a failure' 1 'asker/0: hook "update-status" failed: exit status 3' \
    model fire asker/0 update-status
on asker update-status <<'END'
[ -e "$TOP/once" ] || { touch "$TOP/once"; exit 3; }
END
quiet model resolved asker/0 --no-retry
passes 'one whose retry goes well is none' model fire asker/0 update-status

# --- a unit that is in error is left as it is

on asker config-changed <<'END'
exit 5
END
quiet model config asker text=wrong
model settle --retries 1 >"$OUT" 2>&1
trace >/dev/null
before=$(model status --json | grep '"time"')
passes 'exec on a unit in error' model exec asker/0 -- true
passes 'run on a unit in error' model run asker/0 show
fails 'fire on a unit in error' 1 "unit 'asker/0' is in error: no other hook runs until it is resolved" \
    model fire asker/0 update-status
is 'its hook is not tried again for their sake' "$(trace)" 'asker/0 show'
is 'nor the clock turned' "$(model status --json | grep '"time"')" "$before"
forget asker config-changed
quiet model settle
trace >/dev/null

# --- what a hook prints is in the log while it runs

on asker update-status <<'END'
echo "printed first"
echo "not a whole line, $(juju-log "asked between")" | tr -d '\n'
touch "$TOP/waits"
tries=0
while [ ! -e "$TOP/goes" ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
echo ", it ends"
printf 'without a line feed'
END
model fire asker/0 update-status >"$OUT" 2>&1 &
tries=0
while [ ! -e waits ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
said() { model debug-log --replay -l DEBUG -i asker/0 | grep -E 'update-status |asked between' | sed 's/^.*update-status //; s/^.*juju-log //'; }
while [ "$(said | grep -c .)" -lt 2 ] && [ $tries -lt 400 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
is 'whole lines, in their order with what hook commands log' "$(said)" 'printed first
asked between'
touch goes
wait
is 'and the rest in the end' "$(said)" 'printed first
asked between
not a whole line, , it ends
without a line feed'
done_testing
