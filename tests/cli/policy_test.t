#!/bin/sh
# luacharm policy test: the tests beside a policy, what they cover, and the faults they notice.
. "${TESTS:-tests}/lib/tap.sh"

charms=$(cd "${TESTS:-tests}/../charms" && pwd)
workdir
L=$LUACHARM

# --- the charm's policy: no planted fault goes unnoticed ---------------------------------------

passes 'the tests of charms/policy-ca notice each fault that is planted' "$L" policy test --mutate "$charms/policy-ca"
shown=$(cat "$OUT")
mutants=$(sed -n 's/^# \([0-9]*\) mutants, 0 survive:.*/\1/p' "$OUT")
passes 'of which there are 40 at least' [ "${mutants:-0}" -ge 40 ]
for kind in 'drop a rule' 'negate a condition' 'flip a comparison' 'shift a number' 'change a code' 'empty a list'; do
    is "some of which $kind" "$(printf '%s\n' "$shown" | grep -c "mutants.* $kind [1-9]")" 1
done
has 'each rule is heard' "$shown" '8 of 8 rules heard'

# --- what a run shows --------------------------------------------------------------------------

cat >policy.lua <<'LUA'
local policy <const> = require "charm.policy"
return policy {
  policy.require("few names", function(request)
    if #request.dns > 2 then -- "if" in a comment
      return policy.deny("other", [[too many names: if 3 > 2]])
    end
  end),
  policy.profile("servers", function()
    return { validity = "30d", extended_key_usage = { "server_auth" } }
  end),
}
LUA
cat >policy_test.yaml <<'YAML'
tests:
- name: two names
  request: {sans_dns: [a.example.com, b.example.com]}
  expect: {decision: issue, rule: servers, validity: 30d}
- name: a hostile one
  request: {kind: two_common_names}
  expect: {decision: deny, rule: one common name, code: 999}
YAML
passes 'a folder has its tests found' "$L" policy test
has 'as TAP' "$(cat "$OUT")" 'ok 1 - two names
ok 2 - a hostile one'
is 'and counted' "$(tail -n 1 "$OUT")" '# 2 passed, 0 failed'
has 'and rules that never speak named' "$(cat "$OUT")" 'few names                    ./policy.lua:3: nothing 1 - never says anything'
finds 'faults that nobody notices are found' "$L" policy test --mutate policy_test.yaml
has 'by file and line' "$(cat "$OUT")" '# survives: policy.lua:4: shift a number: 2 -> 3'
has 'and what was done' "$(cat "$OUT")" '# survives: policy.lua:5: change a code: "other" -> "ip_not_allowed"'
has 'a rule that is dropped is one' "$(cat "$OUT")" '# survives: policy.lua:3: drop a rule: policy.require("few names", function(request) ...'
lacks 'what is noticed is not listed' "$(cat "$OUT")" '"30d" -> "31d"'
lacks 'texts and comments have no faults planted' "$(cat "$OUT")" '3 > 2'

cat >>policy_test.yaml <<'YAML'
- name: what is not so
  request: {sans_dns: [a.example.com]}
  expect: {decision: deny, validity: 31d, rule: few names}
YAML
fails 'a test that fails' 1 '' sh -c '"$1" policy test || { echo failed >&2; exit 1; }' sh "$L"
has 'says what was expected and what came' "$(cat "$OUT")" 'not ok 3 - what is not so
# decision: expected deny, got issue; validity: expected "31d", got "30d"; rule: expected few names, got servers'

# --- what is not as it should be ---------------------------------------------------------------

tests() {
    printf 'tests:\n%s\n' "$1" >bad_test.yaml
    cp policy.lua bad.lua
}
tests '- {request: {common_name: a}, expect: {decision: issue}}'
fails 'a test without a name' 1 "bad_test.yaml: tests, number 1: expected a 'name'" "$L" policy test bad_test.yaml
tests '- {name: a, expect: {decision: issue}}'
fails 'one without a request' 1 "'a': expected a 'request'" "$L" policy test bad_test.yaml
tests '- {name: a, request: {common_name: a}}'
fails 'one that expects nothing' 1 "'a': expected 'expect' with a 'decision'" "$L" policy test bad_test.yaml
tests '- {name: a, requests: {common_name: a}, expect: {decision: issue}}'
fails 'a member that there is not' 1 "unknown member 'requests' (did you mean 'request'?)" "$L" policy test bad_test.yaml
tests '- {name: a, request: {kind: nothing_such}, expect: {decision: issue}}'
fails 'a kind that there is not' 1 "there is no kind 'nothing_such'" "$L" policy test bad_test.yaml
tests '- {name: a, request: {file: nothing.pem}, expect: {decision: issue}}'
fails 'a file that is not there' 1 'nothing.pem' "$L" policy test bad_test.yaml
mkdir empty
fails 'a folder without tests' 1 'no tests: no NAME_test.yaml' "$L" policy test empty
mkdir around
ln -s . around/again
ln -s ../around around/once_more
fails 'a folder with links to itself' 1 'no tests: no NAME_test.yaml' timeout 60 "$L" policy test around
mkfifo around/pipe_test.yaml
fails 'a pipe is not waited for' 1 'around/pipe_test.yaml: not a regular file' \
    timeout 60 "$L" policy test around
done_testing
