#!/bin/sh
# luacharm lint: each rule finds its own example, what is near one is not found, and the exit status.
# shellcheck source=tests/lib/tap.sh
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM
charms=$(cd "$TESTS/../charms" && pwd)

mkdir -p sample/src sample/tests
cat >sample/charmcraft.yaml <<'YAML'
name: sample
summary: Uses one of everything that it says it has.
base: ubuntu@24.04
platforms:
  amd64:
  arm64:
  armhf:
requires:
  certificates: { interface: tls-certificates }
  db: { interface: sql }
config:
  options:
    port: { type: int, default: 443 }
actions:
  backup: { description: "Make a copy." }
storage:
  data: { type: filesystem }
resources:
  image: { type: file, filename: image.tar }
YAML
cat >sample/src/charm.lua <<'LUA'
local charm <const> = require "charm"
require "charm.tls".requires("certificates", { requests = {} })
charm.on("db-relation-changed", function() charm.open_port(charm.config.port) end)
charm.on("start", function() return charm.storage.list "data", charm.resource "image" end)
charm.action("backup", function() return {} end)
LUA
cat >sample/tests/sample_test.lua <<'LUA'
local testing <const> = require "charm.testing"
testing.rows({ { "start" }, { "db-relation-changed" }, { "actions/backup" } }, testing.run)
LUA
echo 'A sample.' >sample/README.md

passes 'a charm with which all is well: exit status 0' "$L" lint sample
is 'it says so' "$(cat "$OUT")" 'nothing is wrong'
passes 'the same in JSON' "$L" lint --json sample
is 'an empty array' "$(cat "$OUT")" '[]'

# --- each rule, with its own example -----------------------------------------------------------------

passes 'the rules are listed' "$L" lint --list
has 'with severity, text and example' "$(cat "$OUT")" "option (error): ..."
passes 'in JSON, too' "$L" lint --list --json
cp "$OUT" rules.json
cat >prepare.lua <<'LUA'
local charm <const> = require "charm"
local json <const> = require "charm.json"
for _, rule in ipairs(json.decode(charm.file.read "rules.json")) do
  local folder <const>, example <const> = "rule-" .. rule.id, rule.file
  charm.exec { "cp", "-R", "sample", folder }
  local path <const> = folder .. "/" .. example.file
  if example.absent then
    charm.file.remove(path)
  elseif example.text then
    charm.file.make_dir(path:match "^(.*)/")
    charm.file.write(path, example.text, { mode = example.mode or "0644" })
  end
  print(rule.id, rule.severity)
end
LUA
"$L" run prepare.lua >ids
passes 'there are thirty of them' [ "$(wc -l <ids)" -ge 30 ]
is 'no two have one name' "$(cut -f 1 ids | sort | uniq -d)" ''
while read -r id severity; do
    "$L" lint "rule-$id" >out 2>err
    code=$?
    has "$id: its example is found" "$(cat out)" "($id)"
    has "$id: as it says, an $severity" "$(grep "($id)" out)" " $severity: "
    is "$id: nothing on standard error" "$(cat err)" ''
    [ "$severity" = error ] && is "$id: exit status 3" "$code" 3
done <ids

# --- what it says --------------------------------------------------------------------------------------

finds 'an error: exit status 3' "$L" lint rule-option
is 'file, line, severity, what there is instead, rule' "$(grep '(option)' "$OUT")" \
    "src/charm.lua:2: error: the metadata has no option 'prot': did you mean 'port'? It has 'port' (option)"
has 'the last line counts' "$(tail -n 1 "$OUT")" '1 error, '
finds 'JSON' "$L" lint --json rule-option
has 'JSON has the rule' "$(cat "$OUT")" '"rule": "option"'
has 'and the line' "$(cat "$OUT")" '"line": 2'
passes 'a warning alone: exit status 0' "$L" lint rule-tests
finds 'strict: exit status 3' "$L" lint --strict rule-tests
has 'a misspelt key has a proposal' "$("$L" lint rule-metadata-key)" "'require' means nothing here (did you mean 'requires'?)"
has 'a misspelt function, too' "$("$L" lint rule-name)" "(did you mean 'open_port'?)"
has 'and a global' "$("$L" lint rule-global)" "unknown global 'pritn' (did you mean 'print'?)"
has 'a syntax error has its line' "$("$L" lint rule-syntax)" "src/charm.lua:1: error: unexpected symbol near '='"
has 'a key has its line, and is not shown' "$("$L" lint rule-private-key)" 'src/key.pem:1: error: a private key'
lacks 'not a byte of it' "$("$L" lint rule-private-key)" SAMPLE
has 'what the program is for' "$("$L" lint rule-dispatch-architecture)" 'a program for s390x'
cd sample || exit 1
passes 'the current folder, when none is named' "$L" lint
cd ..
has 'a script of no event has a proposal' "$(mkdir scripts scripts/hooks; cp sample/charmcraft.yaml scripts
    echo 'print(1)' >scripts/hooks/strat.lua; "$L" lint scripts)" \
    "hooks/strat.lua: error: 'strat' is not an event of Juju's: did you mean 'start'? (event)"
has 'so has one of an endpoint that there is not' "$(echo 'print(1)' >scripts/hooks/dbs-relation-joined.lua
    "$L" lint scripts)" "hooks/dbs-relation-joined.lua: error: the metadata has no endpoint 'dbs': did you mean 'db'?"
fails 'no such folder' 1 'nowhere: No such file or directory' "$L" lint nowhere
mkdir empty
finds 'a folder that is no charm' "$L" lint empty
has 'it says what a charm has' "$(cat "$OUT")" 'neither metadata.yaml nor charmcraft.yaml'

# --- what is near and fine -------------------------------------------------------------------------------

# fine NAME FILE: the sample with one file, which is read from standard input, has no finding.
fine() {
    rm -rf near && cp -R sample near
    mkdir -p "near/$(dirname "$2")"
    cat >"near/$2"
    passes "$1" "$L" lint --strict near
}

fine 'a global that is made at the top level' src/extra.lua <<'LUA'
limit = 3
local function f() limit = limit + 1 return limit end
return f
LUA
fine 'a module of its own, and one in a folder' lua/helper.lua <<'LUA'
local own <const>, deep <const> = require "helper", require("charm.x509")
return { own, deep.key.generate }
LUA
fine 'an option whose name is made up' src/extra.lua <<'LUA'
local charm <const> = require "charm"
return function(name) return charm.config[name .. "-x"] end
LUA
fine 'the words of a key, without one' src/extra.lua <<'LUA'
return "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY----- " .. "x"
LUA
fine 'a certificate' src/ca.pem <<'PEM'
-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUSAMPLEonlySAMPLEonlySAMPLEonlySAMPLEonlySAMP
SAMPLEonlySAMPLEonlySAMPLEonlySAMPLEonlySAMPLEonlySAMPLEonlySAMP
-----END CERTIFICATE-----
PEM
fine 'a scenario among the tests' tests/life.lua <<'LUA'
deploy "sample"
settle()
LUA
fine 'a hook script of an event that there is' hooks/start.lua <<'LUA'
local charm <const> = require "charm"
charm.close_port(443)
LUA
fine 'a policy that can be loaded' src/policy.lua <<'LUA'
local policy <const> = require "charm.policy"
return policy { policy.rules.servers { validity = "30d" } }
LUA
rm -rf near && cp -R sample near && cp "$L" near/dispatch
passes 'our program as dispatch' "$L" lint --strict near

# Another language's charm: its code is its own business.
mkdir -p python/src python/tests
printf 'name: python\nsummary: Not in Lua.\nbase: ubuntu@24.04\nplatforms: { amd64: , arm64: , armhf: }\n' \
    >python/charmcraft.yaml
printf 'requires:\n  db: { interface: sql }\n' >>python/charmcraft.yaml
printf '#!/bin/sh\nexec src/charm.py\n' >python/dispatch && chmod 755 python/dispatch
passes 'a charm in another language' "$L" lint python
is 'its metadata is not held against it' "$(cat "$OUT")" 'tests: warning: there are no tests: no tests/NAME_test.lua (tests)
0 errors, 1 warning'

# --- ours ---------------------------------------------------------------------------------------------

for charm in "$charms"/*/; do
    passes "$(basename "$charm") lints clean, and has a test of all that it handles" "$L" lint --strict "$charm"
done
for template in requirer provider hooks policy; do
    "$L" init "my-$template" --template "$template" >/dev/null
    passes "the template $template lints clean" "$L" lint --strict "my-$template"
done
done_testing
