#!/bin/sh
# Recording hooks and running them again: what is kept, what never is, and where the charm differs.
# shellcheck source=tests/lib/tap.sh
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

mkdir -p hello/src
cat >hello/charmcraft.yaml <<'YAML'
name: hello
summary: Asks for a certificate, and keeps a password.
requires:
  certificates: { interface: tls-certificates }
config:
  options:
    host: { type: string, default: hello.example.com }
YAML
cat >hello/src/charm.lua <<'LUA'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", {
  requests = function() return { { common_name = charm.config.host } } end,
})
charm.on("install", function()
  charm.secret.add { label = "password", owner = "unit", content = { password = "canary-hunter2" } }
end)
charm.on("start", function()
  charm.exec { "sh", "-c", "echo canary-printed" }
  if charm.file.exists "/etc/hostname" then charm.log.info "it has a name" end
  local password = charm.secret.get({ label = "password" }):content().password:reveal()
  charm.log.info("the password has " .. #password .. " bytes")
end)
charm.on("update-status", function() error "no way out" end)
charm.collect_status(function(status)
  if not certs:assigned() then return status:waiting "no certificate yet" end
  status:active()
end)
LUA
cp -r "$TESTS/../charms/self-signed-ca" ca

run_model() {
    "$L" model new >/dev/null && "$L" model deploy hello >/dev/null && "$L" model deploy ca >/dev/null &&
        "$L" model integrate hello self-signed-ca >/dev/null && "$L" model settle >/dev/null
}

# differs NAME PART RECORDING: exit status 3, and the part of what is told.
differs() {
    "$L" replay --charm hello "$3" >told 2>&1
    is "$1: exit status 3" "$?" 3
    has "$1: where" "$(cat told)" "$2"
}

# --- recording ---------------------------------------------------------------------------------

passes 'without the variable' run_model
is 'nothing is recorded' "$(find . -name '*-hello-0-*.json')" ''
"$L" model destroy >/dev/null

LUACHARM_RECORD=recordings
export LUACHARM_RECORD
passes 'with the variable, in a model' run_model
"$L" model fire hello/0 update-status >/dev/null 2>&1
"$L" model settle >/dev/null 2>&1
unset LUACHARM_RECORD
for hook in install config-changed start certificates-relation-created certificates-relation-changed; do
    passes "there is a recording of $hook" test -s "$(find recordings -name "*-hello-0-$hook.json" | head -n 1)"
done
is 'files are for their owner' "$(find recordings -type f ! -perm 600)" ''
is 'so is the folder' "$(stat -c %a recordings)" 700
one=$(find recordings -name '*-hello-0-config-changed.json')
has 'a recording begins with its commands' "$(head -c 40 "$one")" '{"calls":[{"answer":'
has 'a recording says what it is' "$(cat "$one")" '"format":"luacharm recording 1"'
has 'a hook that failed is recorded' "$(tail -c 200 "$(find recordings -name '*-update-status.json' | head -n 1)")" \
    '"outcome":"src/charm.lua:16: no way out"'

# --- what is never on a recording ------------------------------------------------------------------

"$L" model secrets --json >secrets.json 2>/dev/null
ids=$(grep -o '[0-9a-v]\{20\}' secrets.json | sort -u)
: >revealed
for id in $ids; do "$L" model show-secret --reveal "$id" >>revealed 2>/dev/null; done
passes 'the secrets hold a private key' grep -q 'PRIVATE KEY' revealed
passes 'and the password' grep -q 'canary-hunter2' revealed
sed -n '/BEGIN [A-Z ]*PRIVATE KEY/,/END [A-Z ]*PRIVATE KEY/p' revealed | tr -d ' ' | grep -v '^-' |
    sort -u >key-lines
passes 'lines of the keys are known' test "$(wc -l <key-lines)" -gt 5
is 'no line of a private key is on a recording' "$(grep -F -f key-lines -l recordings/* | head -n 3)" ''
is 'nor is a block of one' "$(grep -l 'PRIVATE KEY' recordings/*)" ''
is 'nor the content of a secret' "$(grep -l 'canary-hunter2' recordings/*)" ''
lacks 'of a program there is the status alone' "$(cat recordings/*-hello-0-start.json)" 'stdout'
"$L" model destroy >/dev/null

# --- the same charm ------------------------------------------------------------------------------

for recording in recordings/*-hello-0-*.json; do
    hook=$(basename "$recording" .json | sed 's/^[0-9]*-hello-0-//')
    case $hook in start*) continue ;; esac
    passes "$hook again does the same" "$L" replay --charm hello "$recording"
done
has 'a replay says so' "$(cat "$OUT")" 'the same commands in the same order'
differs 'what depends on a secret, where only a stand-in is there' 'now:      juju-log INFO it has a name
the password has 8 bytes' "$(find recordings -name '*-hello-0-start.json')"

# --- another charm ---------------------------------------------------------------------------------

changed=$(grep -l '"status-set","active"' recordings/*-hello-0-*.json | head -n 1)
sed -i 's/"no certificate yet"/"nothing yet"/; s/status:active()/status:active "ready"/' hello/src/charm.lua
differs 'a charm that does something else' '  now:      status-set active ready' "$changed"
sed -i 's/"nothing yet"/"no certificate yet"/; s/status:active "ready"/status:active()/' hello/src/charm.lua
passes 'and back' "$L" replay --charm hello "$changed"

# --- a test of it ------------------------------------------------------------------------------------

passes 'a test is written' "$L" replay --to-test --charm hello "$changed"
stem=$(basename "$changed" .json)
is 'it is told where' "$(cat "$OUT")" "tests/recordings/$stem.json
tests/${stem}_test.lua"
passes 'the test passes' "$L" test hello
has 'it is named for the hook' "$(cat "$OUT")" 'hello/0: certificates-relation-changed does what was recorded'
fails 'it is not written twice' 1 'is there already' "$L" replay --to-test --charm hello "$changed"
sed -i 's/status:active()/status:active "ready"/' hello/src/charm.lua
"$L" test hello >out 2>&1
is 'it fails when the charm does something else' "$?" 1
has 'and says where' "$(cat out)" 'the charm differs from the recording at command'

# --- what is wrong -------------------------------------------------------------------------------------

fails 'no such file' 1 'nowhere: No such file or directory' "$L" replay nowhere
echo '{}' >empty.json
fails 'a file that is no recording' 1 "not a recording: expected format 'luacharm recording 1', got nothing" \
    "$L" replay --charm hello empty.json
echo 'no JSON' >text.json
fails 'a file that is no JSON' 1 'not a recording: ' "$L" replay --charm hello text.json
mkdir nothing
fails 'a folder that is no charm' 1 'no charm' "$L" replay --charm nothing "$changed"
done_testing
