#!/bin/sh
# The rows of "a faithful simulator must" (juju-hooks 5.1) clause by clause, where a row has clauses
# that no other test of the model shows.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$charms/asker" -n 2
quiet model deploy "$charms/giver" -n 2
quiet model deploy "$charms/plain"
quiet model integrate asker:db giver:db
quiet model settle
trace >/dev/null
bare() { sed 's,.*/,,'; }

# --- SIM-03: actions

on asker/0 show <<'END'
env | grep -E '^JUJU_(HOOK_NAME|ACTION_|DISPATCH|RELATION|REMOTE)' | sort >"$TOP/env"
END
for number in 1 2; do
    quiet model run asker/0 show
    is "SIM-03 action $number: the hook name is there and empty, the id is decimal and counts" "$(cat env)" \
        "JUJU_ACTION_NAME=show
JUJU_ACTION_TAG=action-$number
JUJU_ACTION_UUID=$number
JUJU_DISPATCH_PATH=actions/show
JUJU_HOOK_NAME="
done
quiet model run asker/1 show || true
is 'SIM-03 ids are the model'\''s, not the unit'\''s' "$(model run --json asker/0 show | sed -n 's/.*"id": \([0-9]*\),*/\1/p')" 4
is 'SIM-03 exec has an empty hook name too, and no path' "$(as asker/0 'env | grep -E "^JUJU_(HOOK_NAME|DISPATCH)"')" \
    JUJU_HOOK_NAME=
forget asker/0 show

# --- SIM-06: creates, updates, track-latest, grants, revokes, removes; then all the rest at once. Each
# hook is refused at one step: what is before it has happened, what is after it has not.

secret() { # LABEL: its id, made anew
    as giver/0 secret-add --owner unit --label "$1" some-key=one | bare
}
changed=$(secret changed)
tracked=$(secret tracked)
granted=$(secret granted)
revoked=$(secret revoked)
removed=$(secret removed)
quiet as giver/0 "secret-grant -r db:1 $revoked; secret-get $tracked"
refused() { # NAME TEXT: a hook that does something of each kind, and the refused thing
    on giver/0 update-status <<END
$3
secret-remove $removed
secret-revoke --app asker $revoked
secret-grant -r db:1 --unit asker/1 $granted
secret-set $tracked some-key=$1 && secret-get --refresh $tracked >/dev/null
secret-set $changed --description $1
secret-add --owner unit --label new-$1 some-key=v >/dev/null
state-set last=$1
relation-set -r db:1 last=$1
open-port $4
END
    fails "SIM-06 refused at $1" 1 "$2" model fire --no-settle giver/0 update-status
    quiet model resolved --no-retry giver/0
}
happened() { # NAME LABEL: one line of what there is now
    is "SIM-06 $1" "$(model secrets | grep -c " new-$2 ") created, $(model show-secret changed | grep -c "description: $2") updated, $(
        as giver/0 secret-get "$tracked" some-key | grep -cx "$2") tracked, $(
        model show-secret granted | grep -c 'target: asker/1') granted, $(
        model show-secret revoked | grep -c 'target: asker') still granted, $(
        model show-secret removed >/dev/null 2>&1 && echo 1) not removed, $(
        as giver/0 state-get last | grep -cx "$2") rest" "$3"
}
refused creates 'creating secrets: secret with label "changed" already exists' \
    'secret-add --owner unit --label changed some-key=v >/dev/null' 1
happened 'refused at creates: nothing after' creates \
    '0 created, 0 updated, 0 tracked, 0 granted, 1 still granted, 1 not removed, 0 rest'
refused updates 'updating secrets: secret with label "changed" already exists' "secret-set $granted --label changed" 2
happened 'refused at updates: creates before' updates \
    '1 created, 0 updated, 0 tracked, 0 granted, 1 still granted, 1 not removed, 0 rest'
gone=$(secret gone)
quiet model integrate asker:db giver:other
quiet model settle
quiet as giver/0 "secret-grant -r other:2 $gone"
refused grants 'granting' "secret-grant -r db:1 $gone" 3
happened 'refused at grants: creates, updates and track-latest before' grants \
    '1 created, 1 updated, 1 tracked, 0 granted, 1 still granted, 1 not removed, 0 rest'
shared=$(as giver/0 secret-add --label shared some-key=one | bare)
on giver/1 update-status <<END
secret-remove $shared
secret-add --owner unit --label mine some-key=v >/dev/null
state-set last=removes
END
fails 'SIM-06 refused at removes' 1 'removing secrets: permission denied' model fire --no-settle giver/1 update-status
quiet model resolved --no-retry giver/1
has 'SIM-06 refused at removes: creates before' "$(model secrets)" ' mine '
is 'SIM-06 and the rest is not' "$(as giver/1 state-get last)" ''
quiet as asker/0 'open-port 80'
on giver/0 update-status <<END
secret-revoke --app asker $revoked
secret-remove $removed
state-set last=all
relation-set -r db:1 last=all
END
quiet model fire giver/0 update-status
happened 'and when nothing is refused, all of it' all \
    '0 created, 0 updated, 0 tracked, 0 granted, 0 still granted,  not removed, 1 rest'

quiet model remove-relation asker:db giver:other
quiet model settle

quiet as asker/0 relation-set -r db:1 private-address=1.2.3.4
quiet model fire asker/0 update-status
is 'SIM-06 a hook leaves the addresses as they are' "$(as giver/0 relation-get -r db:1 private-address asker/0)" 1.2.3.4
quiet model config asker text=refreshed
quiet model settle
is 'SIM-06 config-changed refreshes them' "$(as giver/0 relation-get -r db:1 private-address asker/0)" 10.1.0.2
on asker/0 config-changed <<'END'
relation-set -r db:1 private-address=5.6.7.8
END
quiet model config asker text=again
quiet model settle
is 'SIM-06 before the relation settings that the hook wrote' \
    "$(as giver/0 relation-get -r db:1 private-address asker/0)" 5.6.7.8
forget asker/0 config-changed
forget giver/0 update-status
forget giver/1 update-status
trace >/dev/null

# --- SIM-07: a retry has all variables of the first try, though what they tell of has changed
# (FAKETIME_SHARED is set by libfaketime itself, in each process.)

tries() { # UNIT EVENT CHANGE...: it fails once; CHANGE is made; it is tried again
    tries_unit=$1
    tries_event=$2
    on "$tries_unit" "$tries_event" <<'END'
env -0 | sort -z | tr '\0' '\n' | grep -v -e '^JUJU_CONTEXT_ID=' -e '^FAKETIME_SHARED=' >>"$TOP/variables"
echo . >>"$TOP/variables"
[ -e "$TOP/mended" ]
END
    rm -f mended variables
    shift 2
    model settle --retries 1 >"$OUT" 2>&1 && echo "no hook failed: $(cat "$OUT")" >>variables
    "$@" >"$OUT" 2>&1 || cat "$OUT" >>variables
    trace >traced
    model settle --retries 1 >"$OUT" 2>&1
    trace >traced
    touch mended
    quiet model resolved "$tries_unit"
    quiet model settle
    forget "$tries_unit" "$tries_event"
    is "SIM-07 $tries_event: the third try has the variables of the first" \
        "$(awk 'BEGIN { RS = "\n[.]\n" } NR <= 3' variables | grep -c '^JUJU_DISPATCH_PATH') $(awk 'BEGIN { RS = "\n[.]\n" } NR <= 3 { seen[$0]++ } END { for (one in seen) n++; print n }' variables)" '3 1'
    is "SIM-07 $tries_event: no other hook of the unit meanwhile" \
        "$(grep "^$tries_unit " traced | cut -d ' ' -f 2 | sort -u)" "$tries_event"
    trace >/dev/null
}
quiet as giver/0 relation-set -r db:1 some=thing
tries asker/0 db-relation-changed model remove-unit giver/0
quiet model add-unit giver
tries asker/1 db-relation-joined model config asker text=meanwhile
quiet model remove-unit giver/2
tries asker/0 db-relation-departed as giver/1 relation-set -r db:1 more=1
on giver/1 config-changed <<'END'
exit 0
END
label=$(as giver/1 secret-add --label read some-key=1 | bare)
quiet as giver/1 secret-grant -r db:1 "$label"
quiet as asker/1 secret-get "$label" --label ours
quiet as giver/1 secret-set "$label" some-key=2
tries asker/1 secret-changed as asker/1 secret-get "$label" --label renamed
quiet model config asker text=first
tries asker/0 config-changed model config asker text=second
is 'SIM-07 a hook of another unit runs all the same' "$(
    on asker/0 config-changed <<'END'
[ -e "$TOP/mended" ]
END
    rm -f mended
    model config asker text=third
    model settle --retries 1 >"$OUT" 2>&1
    trace | grep '^asker/1 ')" 'asker/1 config-changed'
touch mended
quiet model resolved asker/0
quiet model settle
forget asker/0 config-changed
trace >/dev/null

# --- SIM-09: the writer of a peer relation's application databag hears of it as well

quiet as asker/0 relation-set -r cluster:0 --app told=all
quiet model settle
is 'SIM-09 every unit hears app-level changed, the leader that wrote it too' "$(trace | sort)" \
    'asker/0 cluster-relation-changed -
asker/1 cluster-relation-changed -'
on asker/0 cluster-relation-changed <<'END'
[ -n "$JUJU_REMOTE_UNIT" ] || echo "$JUJU_REMOTE_APP $(relation-get told)" >"$TOP/told"
END
quiet as asker/0 relation-set -r cluster:0 --app told=again
quiet model settle
is 'SIM-09 its own application is the remote one' "$(cat told)" 'asker again'
trace >/dev/null
quiet as asker/0 relation-set -r cluster:0 --app told=again
quiet model settle
is 'SIM-09 equal values tell nobody' "$(trace)" ''
quiet as asker/0 relation-set -r cluster:0 mine=1
quiet model settle
is 'SIM-09 of its own databag the writer hears nothing' "$(trace)" 'asker/1 cluster-relation-changed asker/0'
quiet as asker/0 relation-set -r db:1 --app told=them
quiet model settle
lacks 'SIM-09 nor of its application'\''s in a relation with others' "$(trace)" asker/
quiet model deploy "$charms/asker" single
quiet model settle
trace >/dev/null
quiet as single/0 'relation-set -r cluster: --app told=me 2>/dev/null || relation-set -r 3 --app told=me'
quiet model settle
is 'SIM-09 one unit alone hears itself' "$(trace)" 'single/0 cluster-relation-changed -'
quiet model remove-application single
quiet model settle
trace >/dev/null

# --- SIM-10: when a container is ready

early=$(for seed in 1 2 3 4 5 6 7 8; do
    rm -rf seeded
    model new -m seeded --seed $seed >/dev/null
    model deploy -m seeded "$charms/pod" >/dev/null
    model settle -m seeded | sed -n 's/^pod.0  \([a-z-]*\) .*/\1/p' | tr '\n' ' ' |
        sed 's/.*app-pebble-ready.*start.*/before/; s/.*start.*app-pebble-ready.*/after/'
    echo
done | sort -u)
is 'SIM-10 a container is ready before start or after it' "$early" 'after
before'

# --- SIM-13: exit statuses and texts that no other test has

unit=plain/0
is 'SIM-13 an error is one line on standard error, which begins with ERROR' \
    "$(model exec --no-settle plain/0 -- 'relation-ids; echo "status $?"' 2>&1)" 'status 2
ERROR no endpoint name specified'
row 'SIM-13 storage-get of an unknown attribute' 1 '' 'invalid storage attribute "x"' 'storage-get -s data/0 x'
row 'SIM-13 storage-add of what is not a count' 2 '' 'only count can be specified for "data"' 'storage-add data=x'
row 'SIM-13 storage-add twice' 2 '' 'storage "data" specified more than once' 'storage-add data data'
row 'SIM-13 not a storage id' 2 '' 'invalid value "x" for option -s: invalid storage ID "x"' 'storage-get -s x'
unit=giver/1
row 'SIM-13 secret-add: not key=value, without the word, which may be secret' 2 '' \
    'key value without "=" not valid' 'secret-add x'
row 'SIM-13 secret-set without a secret' 2 '' 'missing secret URI' secret-set
row 'SIM-13 secret-set of no address' 2 '' 'secret URI "x" not valid' 'secret-set x some-key=1'
row 'SIM-13 secret-remove without a secret' 2 '' 'missing secret URI' secret-remove
row 'SIM-13 secret-revoke without a secret' 2 '' 'missing secret URI' secret-revoke
row 'SIM-13 secret-info-get without a secret' 2 '' 'require either a secret URI or label' secret-info-get
row 'SIM-13 secret-info-get of somebody else'\''s' 1 '' 'secret "00000000000000000000" not found' \
    'secret-info-get 00000000000000000000'
row 'SIM-13 secret-get of none' 1 '' 'secret "secret:00000000000000000000" not found' 'secret-get secret:00000000000000000000'
head -c 400000 /dev/zero | tr '\0' x >half
row 'SIM-13 values that are too large together' 2 '' 'base64 encoded secret content too large: 1066672 bytes' \
    "secret-add 'one-key#file=$PWD/half' 'two-key#file=$PWD/half'"
for command in 'action-get' 'action-set a=b' 'action-fail' 'action-log x'; do
    row "SIM-13 ${command%% *} outside an action" 1 '' 'not running an action' "$command"
done
row 'SIM-13 relation-model-get without a relation' 2 '' 'no relation id specified' relation-model-get

# --- SIM-15: yaml for secret-get, secret-info-get and goal-state, smart for all others. The text "12",
# a boolean and a list are what the two show differently.

unit=asker/0
quiet as asker/0 'leader-set n=12; state-set n=12; status-set active; relation-set -r db:1 n=12; open-port 80'
quiet as giver/1 'relation-set -r db:1 n=12'
id=$(as asker/0 secret-add --label twelve a-number=12 | bare)
smart() { # WANTED COMMAND [WANTED IN YAML]
    row "SIM-15 ${2%% *} is smart" 0 "$1" '' "$2"
    row "SIM-15 ${2%% *} in yaml differs" 0 "$3" '' "$2 --format yaml"
}
smart True 'is-leader' true
smart 12 'leader-get n' '"12"'
smart 12 'state-get n' '"12"'
smart 12 'relation-get -r db:1 n giver/1' '"12"'
smart True 'config-get flag' true
smart db:1 'relation-ids db' '- db:1'
smart giver/1 'relation-list -r db:1' '- giver/1'
smart 80/tcp 'opened-ports' '- 80/tcp'
smart "$id" 'secret-ids' "- $id"
smart 10.1.0.2/32 'network-get --egress-subnets db' '- 10.1.0.2/32'
row 'SIM-15 status-get in smart is the word' 0 active '' 'status-get'
row 'SIM-15 status-get in yaml a map' 0 'status: active' '' 'status-get --format yaml'
row 'SIM-15 unit-get is smart' 0 10.1.0.2 '' 'unit-get private-address'
row 'SIM-15 secret-get is yaml' 0 '"12"' '' "secret-get $id a-number"
row 'SIM-15 secret-info-get is yaml' 0 "$id:" '' "secret-info-get $id | head -n 1"
row 'SIM-15 goal-state is yaml' 0 'relations:' '' 'goal-state | head -n 1'
for command in "secret-get $id" "secret-info-get $id" goal-state; do
    row "SIM-15 ${command%% *} has no smart" 2 '' \
        'invalid value "smart" for option --format: unknown format "smart"' "$command --format smart"
done
unit=plain/0
smart data/0 'storage-list' '- data/0'
on asker/0 show <<'END'
echo "$(action-get who) $(action-get --format yaml who) $(action-get --format json who)" >"$TOP/got"
END
quiet model run asker/0 show 'who="12"'
is 'SIM-15 action-get is smart' "$(cat got)" '12 "12" "12"'
done_testing
