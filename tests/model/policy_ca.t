#!/bin/sh
# charms/policy-ca in the local model: an intermediate CA whose policy is a file. It issues and refuses,
# writes its decisions down, tells what it can do, and keeps the policy before a refresh when the new
# one would lock out who is there.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

mkdir -p asking/src
cat >asking/charmcraft.yaml <<'YAML'
name: asking
summary: Asks for one name.
requires:
  certificates:
    interface: tls-certificates
config:
  options:
    name:
      type: string
      default: www.example.com
    mode:
      type: string
      default: unit
YAML
cat >asking/src/charm.lua <<'LUA'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"
local certs <const> = tls.requires("certificates", {
  key = { type = "ec" }, mode = charm.config.mode,
  requests = function() return { { common_name = charm.config.name, sans_dns = { charm.config.name } } } end,
})
certs:on("available", function(cert) cert:install { dir = charm.charm_dir .. "/tls" } end)
charm.collect_status(function(status)
  local denial, pair = certs:denial(), certs:assigned()
  if denial then return status:blocked(denial.code .. ": " .. denial.message) end
  if not pair then return status:waiting("none yet") end
  status:active(("%s, %d days, chain of %d"):format(pair.certificate:issuer()[1].value,
    (pair.certificate:not_after() - pair.certificate:not_before()) // 86400, #pair.chain:items()))
end)
LUA
cp -r "$TESTS/../charms/policy-ca" ca

status_has() {
    model status >"$OUT" 2>&1
    if grep -q -- "$2" "$OUT"; then tap_result "$1" true; else tap_result "$1" false "$(cat "$OUT")"; fi
}
settled() { quiet model settle; }

quiet model new
quiet model deploy "$TESTS/../charms/self-signed-ca"
quiet model deploy ca policy-ca
quiet model deploy asking good
quiet model deploy asking bad --config name=www.example.org
quiet model deploy asking star --config 'name=*.example.com'
quiet model integrate good policy-ca:certificates
settled
status_has 'requests wait until the CA has its own certificate' 'no CA certificate yet'
quiet model integrate policy-ca:upstream self-signed-ca
quiet model integrate bad policy-ca:certificates
quiet model integrate star policy-ca:certificates
quiet model deploy asking shared --config mode=app --config name=shared.example.com
quiet model deploy "$TESTS/../charms/web-v3" old --config workload=none --config state-dir="$PWD/old" \
    --config external-hostname=old.example.com
quiet model integrate shared policy-ca:certificates
quiet model integrate old policy-ca:certificates
settled
status_has 'what the policy allows is issued, by the intermediate, for as long as its profile says' \
    'policy-ca, 30 days, chain of 3'
status_has 'a name outside of the domain is refused with its code' \
    'domain_not_allowed: not within example.com: www.example.org'
status_has 'a wildcard is refused with its code' 'wildcard_not_allowed: ask for each name'

status_has 'an application that asks as one has the profile of applications' 'policy-ca, 7 days, chain of 3'
passes 'a charm on v3 is issued to as any other, says openssl' openssl x509 -noout -issuer \
    -in "$(find old -name cert.pem)"
has 'by the intermediate' "$(cat "$OUT")" 'policy-ca'

# Whoever trusts the root alone can follow the chain.
root_now() {
    model run self-signed-ca/0 get-ca-certificate >root.txt 2>&1
    sed -n 's/^ *//; /BEGIN CERT/,/END CERT/p' root.txt | sed 's/^.*\(-----BEGIN\)/\1/' >root.pem
}
root_now
installed=.luacharm/units/good-0/charm/tls/cert.pem
passes "a requirer's chain leads to upstream's root, says openssl" \
    openssl verify -CAfile root.pem -untrusted "$installed" "$installed"

model show-unit good/0 >unit 2>&1
passes 'the capabilities are those of the policy' grep -q 'supports_wildcard_dns.*false' unit
passes 'with its domains' grep -q 'allowed_domains.*example.com' unit

model run policy-ca/0 journal >journal 2>&1
passes 'a grant is in the journal, with its rule' grep -q '"decision.*issue.*units' journal
passes 'a refusal too' grep -q 'deny.*our domain' journal
passes 'with the request itself' grep -q 'BEGIN CERTIFICATE REQUEST' journal

written=$(find . -name '*-certificates.jsonl' | head -n 1)
is 'it is one file, for its owner' "$(stat -c %a "$written")" 600
passes 'it is replayed' "$LUACHARM" policy eval ca/src/policy.lua --journal "$written" --json
for decision in issue deny; do
    is "each '$decision' is decided so again" "$(grep -c "\"decision\": *\"$decision\"" "$OUT")" \
        "$(grep -c "\"decision\":\"$decision\"" "$written")"
done

# Upstream's CA gets another key: whoever trusts the root before, or the new one, can follow the chain.
quiet model run self-signed-ca/0 rotate-private-key
settled
cp root.pem before.pem
root_now
is 'there is another root' "$(cmp -s root.pem before.pem || echo another)" another
for trusted in before.pem root.pem; do
    passes "the policy's CA has reissued below the new root: $trusted" \
        openssl verify -CAfile "$trusted" -untrusted "$installed" "$installed"
done

# A policy that refuses what is in use.
sed 's/policy.rules.no_wildcards(),/policy.rules.no_wildcards(), policy.rules.domains { "other.example" },/' \
    "$TESTS/../charms/policy-ca/src/policy.lua" >ca/src/policy.lua
quiet model refresh policy-ca --path ca
settled
status_has 'a policy that would lock out does not replace the one before it' \
    'the new policy would refuse to renew good/0'
quiet model advance 28d
settled
status_has 'renewals go on' 'policy-ca, 30 days, chain of 4'
quiet model config policy-ca accept-lockout=true
settled
quiet model advance 28d
settled
status_has 'until it is overridden' 'domain_not_allowed: not within other.example: www.example.com'
done_testing
