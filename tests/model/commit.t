#!/bin/sh
# What is buffered and what is immediate (SIM-05), the order of a commit (SIM-06), failures and retries
# (SIM-07, SIM-26), leadership lost in the middle (SIM-25).
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$charms/asker" -n 2
quiet model deploy "$charms/giver"
quiet model integrate asker:db giver:db
quiet model settle
trace >/dev/null

bag() { as asker/0 relation-get -r db:1 - asker/0; }

# --- a hook that fails

on asker/0 config-changed <<'END'
relation-set -r db:1 kept=no
state-set kept=no
open-port 443
secret-add --label s "value-key=secret"
status-set waiting "now"
application-version-set 1.2.3
juju-log "at once"
leader-set lead=yes
secret-ids --format=json >"$TOP/ids"
exit 3
END
quiet model config asker text=a
fails 'SIM-07 a hook that fails is named, with its exit status' 1 \
    'asker/0: hook "config-changed" failed (exit status 3)' model settle --retries 1
lacks 'SIM-05 relation-set is dropped' "$(bag)" kept
is 'SIM-05 state-set is dropped' "$(as asker/0 state-get kept)" ''
is 'SIM-05 open-port is dropped' "$(as asker/0 opened-ports)" ''
is 'SIM-05 secret-add is dropped' "$(as asker/0 secret-ids --format=json)" null
has 'the id was there in the hook' "$(cat ids)" '["'
has 'SIM-05 status-set stays (behind the error)' "$(as asker/0 status-get)" waiting
has 'SIM-05 application-version-set stays' "$(model status)" 1.2.3
has 'SIM-05 juju-log stays' "$(model debug-log --replay)" 'at once'
is 'SIM-05 leader-set stays' "$(as asker/1 leader-get lead)" yes
has 'the unit is in error' "$(model status)" 'hook failed: "config-changed"'

# --- retries

trace >/dev/null
quiet model config asker text=b
quiet model set-leader asker/1
on asker/0 config-changed <<'END'
config-get text >>"$TOP/texts"
date >/dev/null
[ -f "$TOP/mended" ]
END
fails 'SIM-07 it is tried again, and again' 1 '3 tries' model settle
is 'SIM-07 no other hook of the unit runs meanwhile' "$(trace | grep '^asker/0 ' | sort -u)" \
    'asker/0 config-changed'
has 'the clock was moved to the retries' "$(model status)" '2026-01-01T00:0'
passes 'SIM-07 actions still run' model run asker/0 show
touch mended
quiet model resolved asker/0
passes 'SIM-07 resolved retries now' model settle
is 'SIM-07 what waited comes after' "$(trace | grep '^asker/0 ' | tail -n 2)" \
    'asker/0 leader-settings-changed
asker/0 config-changed'
fails 'a unit that is not in error cannot be resolved' 1 'not in an error state' model resolved asker/0

rm mended
on asker/0 config-changed <<'END'
relation-set -r db:1 unresolved=1
exit 1
END
quiet model config asker text=c
model settle --retries 1 >/dev/null 2>&1
trace >/dev/null
passes 'SIM-07 resolved --no-retry' model resolved --no-retry asker/0
passes 'SIM-07 the hook counts as done' model settle
is 'SIM-07 and was not run' "$(trace | grep '^asker/0 ')" ''
lacks 'SIM-07 nor committed' "$(bag)" unresolved
forget asker/0 config-changed

on asker/0 db-relation-changed <<'END'
echo "$JUJU_CONTEXT_ID $JUJU_RELATION_ID $JUJU_REMOTE_UNIT" >>"$TOP/contexts"
[ "$(wc -l <"$TOP/contexts")" -gt 1 ]
END
as giver/0 relation-set -r db:1 touch=1
passes 'SIM-07 a retry that goes well' model settle
is 'SIM-07 the retry has the same event' "$(cut -d ' ' -f 2- contexts | sort -u)" 'db:1 giver/0'
is 'SIM-07 in a context of its own' "$(cut -d ' ' -f 1 contexts | sort -u | wc -l)" 2
forget asker/0 db-relation-changed

# --- death by a signal

for signal in TERM KILL; do
    on giver/0 update-status <<END
relation-set -r db:1 signal=$signal
[ -f "\$TOP/$signal" ] || { touch "\$TOP/$signal"; kill -$signal \$\$; }
END
    trace >/dev/null
    passes "SIM-26 $signal is no error" model fire giver/0 update-status
    is "SIM-26 $signal: the hook is run again" "$(trace | grep -c 'giver/0 update-status')" 2
    is "SIM-26 $signal: and then commits" "$(as giver/0 relation-get -r db:1 signal giver/0)" $signal
done
on giver/0 update-status <<'END'
kill -SEGV $$
END
fails 'SIM-26 other signals are errors' 1 'killed by signal 11' model fire giver/0 update-status --retries 1
forget giver/0 update-status
quiet model resolved giver/0
quiet model settle

on giver/0 update-status <<'END'
sleep 60
END
fails 'a hook that takes too long is killed, and has failed' 1 'timed out' \
    model fire giver/0 update-status --hook-timeout 1s --retries 1
forget giver/0 update-status
quiet model resolved giver/0
quiet model settle

# --- the commit

on asker/1 update-status <<'END'
id=$(secret-add --label twice "value-key=1")
secret-grant "$id" -r db:1
secret-revoke "$id" --app giver
echo "$id" >"$TOP/id"
END
quiet model fire asker/1 update-status
fails 'SIM-06 a revoke comes after a grant, whatever the order' 1 'permission denied' \
    as giver/0 secret-get "$(cat id)"

on asker/1 update-status <<'END'
relation-set -r db:1 --app lost=1
secret-add --owner unit --label stays "value-key=1"
state-set lost=1
touch "$TOP/inside"
while [ ! -f "$TOP/go" ]; do sleep 0.05; done
is-leader >"$TOP/leader-after"
END
(
    while [ ! -f inside ]; do sleep 0.05; done
    model set-leader asker/0
    touch go
) &
fails 'SIM-25 leadership lost in mid-hook: the commit fails' 1 'is not leader of' \
    model fire --no-settle asker/1 update-status
wait
is 'SIM-25 is-leader told so' "$(cat leader-after)" False
has 'SIM-05 a refused commit is a failed hook' "$(model status)" 'hook failed: "update-status"'
has 'SIM-06 secrets were committed before' "$(model secrets)" stays
is 'SIM-06 all the rest was not' "$(as asker/1 state-get lost)" ''
quiet model resolved --no-retry asker/1

on asker/1 update-status <<'END'
secret-add --owner unit --label stays "value-key=2"
relation-set -r db:1 dup=1
END
fails 'SIM-17 a label that was committed before fails the commit' 1 \
    'cannot apply changes: creating secrets: secret with label "stays" already exists' \
    model fire --no-settle asker/1 update-status
lacks 'SIM-06 nothing after the refused secret is done' \
    "$(as asker/1 relation-get -r db:1 - asker/1)" dup
quiet model resolved --no-retry asker/1

on asker/0 update-status <<'END'
is-leader >"$TOP/first"
touch "$TOP/asked"
while [ ! -f "$TOP/back" ]; do sleep 0.05; done
is-leader >"$TOP/second"
END
quiet model set-leader asker/1
(
    while [ ! -f asked ]; do sleep 0.05; done
    model set-leader asker/0
    touch back
) &
quiet model fire --no-settle asker/0 update-status
wait
is 'SIM-25 a false is-leader is kept for the hook' "$(cat first second)" 'False
False'

# --- reboots

on giver/0 update-status <<'END'
[ -f "$TOP/booted" ] || { touch "$TOP/booted"; juju-reboot --now; sleep 30; }
END
trace >/dev/null
passes 'juju-reboot --now ends the hook' model fire giver/0 update-status
is 'and runs it again, then start' "$(trace | grep '^giver/0 ')" 'giver/0 update-status
giver/0 update-status
giver/0 start'
on giver/0 update-status <<'END'
juju-reboot
END
quiet model fire giver/0 update-status
is 'juju-reboot waits for the end' "$(trace | grep '^giver/0 ')" 'giver/0 update-status
giver/0 start'

# --- a model that does not come to rest

on giver db-relation-changed <<'END'
n=$(relation-get -r db:1 n giver/0)
relation-set -r db:1 n=$((${n:-0} + 1))
END
on asker/0 db-relation-changed <<'END'
relation-set -r db:1 n=$(relation-get -r db:1 n giver/0)
END
as giver/0 relation-set -r db:1 n=1
fails 'two that answer each other for ever are named' 1 'does not come to rest: 200 hooks' model settle
has 'with what repeats' "$(cat "$OUT.err")" 'db-relation-changed (64 of the last 64)'
done_testing
