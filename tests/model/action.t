#!/bin/sh
# Actions (SIM-03) and exec.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new
quiet model deploy "$charms/asker"
quiet model deploy "$charms/plain"
quiet model settle
trace >/dev/null
run() { model run --no-settle "$@"; }

on asker/0 show <<'END'
env | grep -E '^JUJU_(HOOK|ACTION|DISPATCH)' | sort >"$TOP/env"
action-get --format=json >"$TOP/params"
action-get nested.deep >"$TOP/deep"
action-get none.at.all --format=json >"$TOP/none"
action-set one=1 deep.er.est=x deep.er.other="a b" plain=first plain.later=second
echo "some output"
echo "some complaint" >&2
END
passes 'an action' run asker/0 show who=you nested.deep=inside
is 'its results: what it set, the status, what it printed' "$(cat "$OUT")" 'deep:
  er:
    est: x
    other: a b
one: "1"
plain:
  later: second
return-code: 0
stderr: |
  some complaint
stdout: |
  some output'
is 'SIM-03 no hook name, decimal ids' "$(cat env)" 'JUJU_ACTION_NAME=show
JUJU_ACTION_TAG=action-1
JUJU_ACTION_UUID=1
JUJU_DISPATCH_PATH=actions/show
JUJU_HOOK_NAME='
is 'parameters with their types, and defaults' "$(cat params)" '{"nested":{"deep":"inside"},"who":"you"}'
is 'a nested parameter' "$(cat deep)" inside
is 'one that is not there' "$(cat none)" null
passes 'as JSON' run --json asker/0 show times=3
is 'numbers stay numbers, defaults are filled in' "$(cat params)" '{"times":3,"who":"world"}'
has 'with id and status' "$(tr -d ' \n' <"$OUT")" '{"id":2,"status":"completed","results":{'

on asker/0 show <<'END'
action-set kept=yes
state-set committed=yes
action-fail "it is a pity"
END
fails 'action-fail' 1 "action 'show' failed: it is a pity" run asker/0 show
has 'what it set is kept' "$(cat "$OUT")" 'kept: '
is 'and with exit status 0 its changes are made' "$(as asker/0 state-get committed)" yes
on asker/0 show <<'END'
action-set kept=too
state-set dropped=yes
action-fail "not this text"
exit 4
END
fails 'a non-zero exit is the message' 1 "action 'show' failed: exit status 4" run asker/0 show
has 'what it set is kept' "$(cat "$OUT")" 'kept: too'
is 'its changes are dropped' "$(as asker/0 state-get dropped)" ''
lacks 'the unit is not in error' "$(model status)" error
on asker/0 show <<'END'
secret-add --label used a-key=1
END
quiet run asker/0 show
fails 'a commit that is refused' 1 'committing requested changes failed' run asker/0 show
has 'is told on its standard error' "$(cat "$OUT")" 'secret with label "used" already exists'
on asker/0 show <<'END'
printf '\377' 
END
passes 'output that is no text' run asker/0 show
has 'comes in base64' "$(cat "$OUT")" 'stdout-encoding: base64'

unit=asker/0
row 'action-get outside an action' 1 '' 'not running an action' action-get
row 'action-set outside an action' 1 '' 'not running an action' 'action-set a=b'
row 'but its arguments come first' 2 '' 'argument "x" must be of the form key...=value' 'action-set x'
row 'a key with an upper-case letter' 2 '' 'key "X" must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric and hyphens' 'action-set X=1'
row 'a reserved key' 2 '' 'cannot set reserved action key "stdout"' 'action-set a.stdout=1'
row 'action-fail outside an action' 1 '' 'not running an action' 'action-fail x'
row 'action-log without words' 2 '' 'no message specified' action-log

fails 'an action that the charm does not declare' 1 "charm 'asker' has no action 'x': there is show, strict" run asker/0 x
fails 'a parameter of another type' 1 "parameter 'times': expected integer, got a string" run asker/0 show times=x
fails 'a parameter that is not in the schema' 1 "parameter 'what': not in the action's schema" run asker/0 show what=x
fails 'a parameter that is missing' 1 "parameter 'must': required, and not given" run asker/0 strict
fails 'a value that is not listed' 1 "parameter 'must': not one of the values" run asker/0 strict must=c
fails 'not a parameter' 2 "'x': expected a parameter as key=value" run asker/0 show x
fails 'no such unit' 1 "unit 'x/0' not found: there is asker/0, plain/0" run x/0 show
passes 'actions/NAME without dispatch' run plain/0 look
has 'in the charm'\''s folder' "$(cat "$OUT")" units/plain-0/charm
fails 'SIM-03 no program for it' 1 'action not implemented on unit "plain/0"' run plain/0 missing

# --- exec

passes 'exec: a command' model exec asker/0 -- printf '%s-' a 'b c'
is 'its words are kept apart' "$(cat "$OUT")" 'a-b c-'
passes 'exec: one word of shell' model exec asker/0 'echo "$JUJU_UNIT_NAME:$JUJU_HOOK_NAME:${JUJU_DISPATCH_PATH-unset}"'
is 'the unit, and no hook' "$(cat "$OUT")" 'asker/0::unset'
passes 'exec commits' model exec asker/0 -- state-set from=exec
is 'what it did' "$(as asker/0 state-get from)" exec
fails 'a command that fails' 1 'asker/0: exit status 7' model exec asker/0 'state-set from=failed; exit 7'
is 'commits nothing' "$(as asker/0 state-get from)" exec
fails 'exec with a relation that is not there' 1 'relation not found' model exec -r db:9 asker/0 -- true
quiet model exec asker/0 'head -c 9000000 /dev/zero | tr "\0" "x" | fold -w 4000'
has 'output without end is cut, and the log says so' "$(model debug-log --replay --level WARNING)" \
    'output over 8388608 bytes was dropped'
done_testing
