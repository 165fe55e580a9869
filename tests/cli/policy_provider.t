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

# A CSR for NAME, as a databag has it.
request() {
    cat >"$root/request.lua" <<LUA
local x509 <const> = require "charm.x509"
local json <const> = require "charm.json"
local key <const> = x509.key.generate { type = "ec" }
local csr <const> = x509.csr.new(key, { common_name = "$1", sans_dns = { "$1" } })
print(json.encode { certificate_signing_requests = json.encode(json.array {
  { certificate_signing_request = csr:pem(), ca = false } }) })
LUA
    answer relation-get.other_0 "$("$LUACHARM" run "$root/request.lua")"
}

count() { calls | wc -l | tr -d ' '; }

answer is-leader true
answer relation-ids '["certificates:9"]'
answer relation-list '["other/0"]'
run() { relation_hook certificates-relation-changed certificates:9 other other/0; }

request www.example.com
run
is 'it issues' "$status$(said relation-set | grep -c 'BEGIN CERTIFICATE')" 01
journal=$root/luacharm-web-0-certificates.jsonl
passes 'and writes it down' grep -q '"decision":"issue","rule":"servers"' "$journal"
is 'a journal is for its owner' "$(stat -c %a "$journal")" 600
first=$(count)

answer state-get "$(said state-set)"
request www.example.org
run
has 'it refuses' "$(said relation-set)" 'DOMAIN_NOT_ALLOWED'
passes 'and writes that down' grep -q '"decision":"deny","rule":"our domains","code":102' "$journal"

answer relation-list '[]'
run
is 'at rest the state is not even read' "$(calls | grep -c '^state-')" 0
echo "# the first certificate of all: $first hook commands"
is 'the first certificate of all, with CA and policy made, costs so many commands' "$first" 11
done_testing
