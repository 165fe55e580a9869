#!/bin/sh
# How large may be what the program is given: the most is taken, and what is wrong with it then is
# something else; a byte more is refused by a line that names the limit. The files are holes: nothing
# of this size is written. At 256 MiB and more only what is refused is tried. Other limits have their
# rows in tests/unit and in the suites of what they belong to.
. "${TESTS:-tests}/lib/tap.sh"
workdir
L=$LUACHARM
charms=${TESTS:-tests}/model/charms

of_size() { rm -f "$2" && truncate -s "$1" "$2"; }

# limit NAME BYTES FILE OTHER COMMAND...: with FILE of BYTES it says OTHER, and with one more it is
# refused.
limit() {
    limit_name=$1
    limit_bytes=$2
    limit_file=$3
    limit_other=$4
    shift 4
    of_size "$limit_bytes" "$limit_file"
    "$@" >"$OUT" 2>&1
    has "$limit_name: as large as may be" "$(head -c 10000 "$OUT")" "$limit_other"
    of_size $((limit_bytes + 1)) "$limit_file"
    "$@" >"$OUT" 2>&1
    limit_status=$?
    has "$limit_name: a byte more" "$(head -c 10000 "$OUT")" \
        "${limit_file##*/}: more than $limit_bytes bytes"
    is "$limit_name: is a failure" "$([ $limit_status -ne 0 ] && echo failed)" failed
}
MIB=1048576

cat >policy.lua <<'LUA'
local policy <const> = require "charm.policy"
return policy { policy.profile("servers", function() return { validity = "30d" } end) }
LUA
"$L" policy corpus -o requests 2>"$OUT"
request=$(find requests -name '*-ordinary.pem' -o -name '00001-*' | head -n 1)

# --- policies ------------------------------------------------------------------------------------

limit 'requests' $((8 * MIB)) requests.pem 'no certificate request' \
    "$L" policy eval policy.lua requests.pem
limit "the charm's configuration" $((4 * MIB)) config.yaml 'not YAML' \
    "$L" policy eval policy.lua "$request" --config config.yaml
limit "the issuer's chain" $MIB issuer.pem 'no PEM block' \
    "$L" policy eval policy.lua "$request" --issuer issuer.pem
limit 'tests of a policy' $((4 * MIB)) policy_test.yaml 'not YAML' "$L" policy test policy_test.yaml
rm -f policy_test.yaml
cat >file_test.yaml <<'YAML'
policy: policy.lua
tests:
- {name: a, request: {file: request.pem}, expect: {decision: deny}}
YAML
limit "a test's request" $((64 * MIB)) request.pem '1 passed' "$L" policy test file_test.yaml
limit 'the plan of a corpus' $((4 * MIB)) plan.yaml 'not YAML' "$L" policy corpus plan.yaml -o made
echo 'requests: [{common_name: a, key_number: 1000000}]' >plan.yaml
passes 'a number in a plan' "$L" policy corpus plan.yaml -o made
echo 'requests: [{common_name: a, key_number: 1000001}]' >plan.yaml
fails 'one over it' 2 "'key_number': expected a number from 1 to 1000000" \
    "$L" policy corpus plan.yaml -o made

# --- scripts and what they read ------------------------------------------------------------------

echo 'require "module"' >script.lua
limit 'a module' $((4 * MIB)) module.lua 'module.lua:1: unexpected symbol' "$L" run script.lua
echo 'print(#require "charm".file.read "data")' >script.lua
limit 'a file that a script reads' $((64 * MIB)) data 67108864 "$L" run script.lua
of_size $((64 * MIB + 1)) data
echo 'print(require "charm.json".decode(io.open "data":read "a"))' >script.lua
is 'JSON that is too large' "$("$L" run script.lua)" 'nil	JSON of more than 67108864 bytes	limit'
limit 'a recording' $((32 * MIB)) recording.json 'not a recording' "$L" replay recording.json
limit 'a scenario' $((4 * MIB)) play.lua 'play.lua:1: unexpected symbol' "$L" model play play.lua

# --- charms --------------------------------------------------------------------------------------

mkdir -p charm/tests charm/src
limit "a charm's metadata" $((4 * MIB)) charm/charmcraft.yaml 'not YAML' "$L" lint charm
printf 'name: a\ntype: charm\nsummary: s\ndescription: d\n' >charm/charmcraft.yaml
limit "a charm's test" $((4 * MIB)) charm/tests/a_test.lua "a_test.lua:1: unexpected symbol" \
    "$L" test charm
echo 'require "charm.testing".test("a", function() end)' >charm/tests/a_test.lua
passes 'as many jobs as may be' "$L" test -j 1024 charm
fails 'one more' 2 "--jobs: expected a number from 1 to 1024, got '1025'" "$L" test -j 1025 charm
echo >charm/src/charm.lua
of_size $((512 * MIB + 1)) charm/large
fails "a charm's file, packed" 1 'charm/large: more than 536870912 bytes' "$L" pack charm

# --- the model -----------------------------------------------------------------------------------

passes 'a model' "$L" model new
fails "a charm's file, deployed" 1 'charm/large: more than 536870912 bytes' "$L" model deploy ./charm
is 'and nothing of it stays' "$("$L" model status --json | grep -c '"a"')" 0
of_size $((256 * MIB + 1)) large.charm
fails 'a charm that is packed' 1 'large.charm: more than 268435456 bytes' "$L" model deploy large.charm
passes 'as many units as may be' "$L" model deploy "$charms/plain" -n 1000
fails 'one more' 2 "--num-units: '1001' is not a number up to 1000" \
    "$L" model deploy "$charms/plain" more -n 1001
fails 'one more at a later time' 2 "--num-units: '1001' is not a number up to 1000" \
    "$L" model add-unit plain -n 1001
passes 'an application with options' "$L" model deploy "$charms/asker" -n 0
limit 'the value of an option' $MIB value 'not text' "$L" model config asker text=@value
is 'and it is as it was' "$("$L" model config asker text)" hello
done_testing
