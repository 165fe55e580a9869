#!/bin/sh
# A provider with a policy, hook by hook: how many hook commands its decisions cost, and the journal.
# shellcheck source=tests/lib/hook.sh disable=SC2154 # variables of hook.sh
. "$TESTS/lib/hook.sh"

charm <<'LUA'
local tls <const> = require "charm.tls"
tls.provides("certificates", {
  issuer = tls.ca { common_name = "our CA", key = { type = "ec" } },
  policy = "policy.lua",
})
LUA
file metadata.yaml <<'YAML'
name: ca
provides:
  certificates:
    interface: tls-certificates
YAML
file src/policy.lua <<'LUA'
local policy <const> = require "charm.policy"
return policy { policy.rules.domains { "example.com" }, policy.rules.servers { validity = "30d" } }
LUA

# Ask for NAME, too, as a databag has it; nothing else is asked for after a `forget`.
request() {
    cat >"$root/request.lua" <<LUA
local x509 <const> = require "charm.x509"
local json <const> = require "charm.json"
local csr <const> = x509.csr.new(x509.key.generate { type = "ec" },
  { common_name = "$1", sans_dns = { "$1" } })
local file <close> = io.open("$root/requests", "a+")
file:write(json.encode { certificate_signing_request = csr:pem(), ca = false }, "\n")
file:seek "set"
local list = json.array {}
for line in file:lines() do list[#list + 1] = json.decode(line) end
print(json.encode { certificate_signing_requests = json.encode(list) })
LUA
    answer relation-get.other_0 "$("$LUACHARM" run "$root/request.lua")"
}
forget() { rm -f "$root/requests"; }

# What the hook has written is there in the next: its databag, its state, the CA's secret.
commit() {
    said relation-set >>"$root/bag"
    [ -z "$(said state-set)" ] || answer state-get "$(said state-set)"
    [ -z "$(said secret-add)" ] || said secret-add >"$root/secret"
    cat >"$root/secret.lua" <<LUA
local json <const> = require "charm.json"
local content, field = {}, nil
for line in io.lines "$root/secret" do
  local name <const>, first <const> = line:match "^([a-z-]+)=(%-%-%-%-%-BEGIN.*)"
  if name then field, content[name] = name, first else content[field] = content[field] .. "\n" .. line end
end
for name, text in pairs(content) do content[name] = text:gsub("\n*$", "") .. "\n" end
print(json.encode(content))
LUA
    answer secret-get "$("$LUACHARM" run "$root/secret.lua")"
    cat >"$root/bag.lua" <<LUA
local json <const> = require "charm.json"
local bag = {}
for line in io.lines "$root/bag" do
  for key, text in pairs(line ~= "" and json.decode(line) or {}) do bag[key] = text ~= "" and text or nil end
end
print(json.encode(bag))
LUA
    answer relation-get.web "$("$LUACHARM" run "$root/bag.lua")"
}

count() { calls | wc -l | tr -d ' '; }

answer is-leader true
hook config-changed
has 'the policy is kept in a hook that has time for it' "$(said state-set)" 'luacharm-policy-certificates'
answer state-get "$(said state-set)"

answer relation-ids '["certificates:9"]'
answer relation-list '["other/0"]'
run() { relation_hook certificates-relation-changed certificates:9 other other/0; }

request www.example.com
run
is 'it issues' "$status$(said relation-set | grep -c 'BEGIN CERTIFICATE')" 01
journal=$root/luacharm-web-0-certificates.jsonl
passes 'and writes it down' grep -q '"decision":"issue","rule":"servers"' "$journal"
is 'a journal is for its owner' "$(stat -c %a "$journal")" 600
has 'the security log has a line for it' "$out$err" 'certificate_generated'
first=$(count)
commit

# The rows of tests/bench/README.md.
table() {
    is "$1: $2 hook commands" "$2" "$(sed -n "s/^| $1 | \([0-9]*\) .*/\1/p" "$TESTS/bench/README.md")"
}
table 'provider with a policy, relation-changed: one is issued, and the CA is made' "$first"
request db.example.com
run
is 'a second one is issued beside the first' "$(said relation-set | grep -o 'certificate_signing_request' | wc -l | tr -d ' ')" 2
table 'provider with a policy, relation-changed: one is issued by its CA' "$(count)"
commit
run
table 'provider with a policy, relation-changed: nothing new' "$(count)"
is 'at rest the state is not even read' "$(calls | grep -c '^state-')" 0
request www.example.org
run
has 'it refuses' "$(said relation-set)" 'DOMAIN_NOT_ALLOWED'
passes 'and writes that down' grep -q '"decision":"deny","rule":"our domains","code":102' "$journal"
table 'provider with a policy, relation-changed: one is denied, another is in use' "$(count)"
commit
forget

# --- the journal, replayed ---------------------------------------------------------------------------

policy=$(dirname "$(dirname "$journal")")/src/policy.lua
[ -f "$policy" ] || policy=$(find "$root" -name policy.lua)
OUT=$root/replayed
replay() { "$LUACHARM" policy eval "$policy" --journal "$1" --json; }
decisions() { grep -o '"decision":"[a-z]*"' "$OUT" | cut -d'"' -f4 | tr '\n' ' '; }

both=$root/both.jsonl
for decision in issue deny; do grep -m 1 "\"decision\":\"$decision\"" "$journal"; done >"$both"
journal=$both
passes 'the journal is replayed' replay "$journal"
is 'with the same decisions' "$(decisions)" 'issue deny '
mkdir "$root/old"
copy=$root/old/journal.jsonl
head -c -100 "$journal" >"$copy"
fails 'a line that was cut off is said' 1 "journal.jsonl:2: not JSON" replay "$copy"
is 'once' "$(wc -l <"$OUT.err")" 1
is 'the whole lines are replayed' "$(decisions)" 'issue '
{
    printf 'garbage\n\n{"decision":"deny"}\n42\n\0\377\n'
    cat "$journal"
    printf '{"csr":5}\n'
} >"$copy"
fails 'garbage is said' 1 "journal.jsonl:1: not JSON" replay "$copy"
is 'a line for each line of garbage' "$(sed 's/.*jsonl:\([0-9]*\): .*/\1/' "$OUT.err" | tr '\n' ' ')" '1 3 4 5 8 '
is 'the lines between are replayed' "$(decisions)" 'issue deny '
head -n 1 "$journal" >"$copy.1"
tail -n 1 "$journal" >"$copy"
passes 'a journal that was rolled over' replay "$copy"
is 'is replayed with the one before it, which comes first' "$(decisions)" 'issue deny '

answer relation-list '[]'
run
is 'nothing is asked for: the state is not read' "$(calls | grep -c '^state-get')" 0

# --- a policy as large as it may be --------------------------------------------------------------------

answer relation-ids '[]'
answer state-get '{}'
hook config-changed
said state-set >"$root/kept"
cat >"$root/room.lua" <<LUA
-- What is left of the 60000 bytes: the text of the policy as JSON, in the JSON of the state.
local json <const> = require "charm.json"
local file <close> = io.open "$root/kept"
print(60000 - #json.decode(file:read "a")["luacharm-policy-certificates"])
LUA
room=$("$LUACHARM" run "$root/room.lua")
cp "$charm_dir/src/policy.lua" "$root/policy.before"
# The policy with a comment of so many bytes, of which two are the line feed, in JSON.
fill() {
    { cat "$root/policy.before"; printf -- "--%0$(($1 - 4))d\n" 0; } >"$charm_dir/src/policy.lua"
    hook config-changed
}
fill "$room"
has 'a policy of 60000 bytes is kept' "$(said state-set)" 'luacharm-policy-certificates'
lacks 'in silence' "$(calls)" 'too large to be kept'
answer state-get "$(cat "$root/kept")"
fill $((room + 1))
is 'one byte more, and it is not' "$status$(said state-set)" 0
has 'nor is the one before it' "$(calls)" 'state-delete -- luacharm-policy-certificates'
has 'with a warning' "$(calls)" 'the policy is too large to be kept: nothing guards against lock-outs'

# --- a candidate beside it -----------------------------------------------------------------------------

charm <<'LUA'
local tls <const> = require "charm.tls"
tls.provides("certificates", {
  issuer = tls.ca { common_name = "our CA", key = { type = "ec" } },
  policy = "policy.lua", shadow = "candidate.lua",
})
LUA
file metadata.yaml <<'YAML'
name: ca
provides:
  certificates:
    interface: tls-certificates
YAML
file src/policy.lua <<'LUA'
local policy <const> = require "charm.policy"
return policy { policy.rules.servers { validity = "30d" } }
LUA
file src/candidate.lua <<'LUA'
local policy <const> = require "charm.policy"
return policy { policy.rules.domains { "example.com" }, policy.rules.servers { validity = "30d" } }
LUA
answer is-leader true
answer relation-ids '["certificates:9"]'
answer relation-list '["other/0"]'
journal=$root/luacharm-web-0-certificates.jsonl
rm -f "$journal"
request www.example.com
run
lacks 'a candidate that would decide the same' "$(calls)" 'the candidate'
passes 'is not in the journal' sh -c '! grep -q shadow "$1"' - "$journal"
forget
request www.example.org
run
is 'what a candidate would refuse is issued' "$status$(said relation-set | grep -c 'BEGIN CERTIFICATE')" 01
has 'with a warning' "$(calls)" \
    "the candidate policy would decide otherwise about other/0: deny ('our domains') instead of issue ('servers')"
passes 'and written down' grep -q '"decision":"issue",.*"shadow":{"decision":"deny","rule":"our domains","policy":"' "$journal"
done_testing
