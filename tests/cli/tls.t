#!/bin/sh
# charm.tls through the built program: what an author writes, and what reaches Juju. The life cycle's
# rules are tested in tests/conformance; here it is the Lua half and the hook.
# shellcheck source=tests/lib/hook.sh disable=SC2154 # variables of hook.sh
. "$TESTS/lib/hook.sh"

libid=afd8c2bccf834997afce12c2706d2ede

# --- a requirer, from nothing to a certificate ---------------------------------------------------

requirer_charm() {
    charm <<EOF
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", {
  key = { type = "ec" },
  requests = function(capabilities)
    print("capabilities: " .. (capabilities and capabilities.provider_type or "none"))
    return { { name = "front", common_name = "web.example.com", sans_dns = { "web.example.com" } } }
  end,
})

certs:on("available", function(cert)
  print("available: " .. cert.name .. " " .. cert.certificate:serial())
  cert:install { dir = "$root/tls" }
end)
certs:on("denied", function(cert, denial)
  print(("denied: %s %s %d %s"):format(cert.name, denial.code, denial.number, denial.message))
end)
certs:on("renewing", function(cert) print("renewing: " .. cert.certificate:serial()) end)

charm.on("certificates-relation-changed", function()
  local pair, message, code = certs:assigned("front")
  print(pair and "assigned" or ("not assigned: " .. code .. ": " .. message))
  print(#certs:all() .. " in all")
end)
charm.on("update-status", function() certs:renew(assert(certs:assigned())) end)
EOF
    file charmcraft.yaml <<'EOF'
name: web
requires:
  certificates:
    interface: tls-certificates
EOF
}

cat >"$root/sign.lua" <<'EOF'
-- sign.lua REQUEST-JSON-LINES OUT-DIR: a CA of its own, the certificate for the first request.
local json <const> = require "charm.json"
local x509 <const> = require "charm.x509"
local file <close> = assert(io.open(arg[1]))
local change = assert(json.decode(file:read("l")))
local bag = change.certificate_signing_requests
local csr = assert(x509.csr.parse(json.decode(bag)[1].certificate_signing_request))
local ca_key = x509.key.generate { type = "ec" }
local ca = x509.certificate.self_signed(ca_key, { common_name = "a CA" }, { validity = "3650d" })
local cert = x509.certificate.issue(csr, ca, ca_key, { validity = "90d" })
local function write(name, value)
  local out <close> = assert(io.open(arg[2] .. "/" .. name, "w"))
  assert(out:write(json.encode(value)))
end
write("own", { certificate_signing_requests = bag })
write("answer", {
  certificates = json.encode(json.array { {
    ca = ca:pem(), certificate_signing_request = csr:pem(), certificate = cert:pem(),
    chain = json.array { cert:pem(), ca:pem() },
  } }),
  capabilities = '{"provider_type": "test"}',
})
write("denial", {
  request_errors = json.encode(json.array { {
    csr = csr:pem(), error = { code = 103, name = "WILDCARD_NOT_ALLOWED", message = "no stars" },
  } }),
})
print(cert:serial())
EOF

requirer_charm
answer relation-ids '["certificates:7"]'
answer relation-list '"ca"'
relation_hook certificates-relation-created certificates:7 ca
is "first contact succeeds" "$status" 0
is "requests are asked for once, without capabilities" "$(calls | grep -c 'capabilities: none')" 1
said relation-set >"$root/request"
has "a request is sent" "$(cat "$root/request")" 'BEGIN CERTIFICATE REQUEST'
has "the key goes into a secret of the unit's" "$(calls | grep secret-add)" \
    "--owner=unit --label $libid-private-key-0-certificates"
said secret-add | sed 's/^private-key=//' >"$root/key.pem"
state=$(said state-set)
is "hook commands of the first request" "$(calls | grep -vc juju-log)" 7

serial=$("$LUACHARM" run "$root/sign.lua" "$root/request" "$root")
cat >"$root/quote.lua" <<'EOF'
local file <close> = assert(io.open(arg[1]))
print(require("charm.json").encode { ["private-key"] = file:read("a") })
EOF
answer "secret-get.$libid-private-key-0-certificates" \
    "$("$LUACHARM" run "$root/quote.lua" "$root/key.pem")"
answer relation-get.web_0 "$(cat "$root/own")"
answer relation-get.ca "$(cat "$root/answer")"
answer state-get "$state"
relation_hook certificates-relation-changed certificates:7 ca ca/0
is "the certificate's arrival succeeds" "$status" 0
has "it is announced, with the request's name" "$(calls)" "available: front $serial"
has "capabilities reach the function" "$(calls)" 'capabilities: test'
has "certs:assigned finds it by name" "$(calls)" 'assigned~1 in all'
is "hook commands of an arrival" "$(calls | grep -vc juju-log)" 7
is "cert.pem, key.pem and ca.pem are there" "$(ls "$root/tls" | tr '\n' ' ')" 'ca.pem cert.pem key.pem '
is "the key is for its owner alone" "$(stat -L -c %a "$root/tls/key.pem")" 600
passes "the certificate verifies" openssl verify -CAfile "$root/tls/ca.pem" "$root/tls/cert.pem"
has "it is kept in a secret that expires" "$(calls | grep secret-add)" '--expire'
lacks "no key material in what was called" "$(calls)" 'PRIVATE KEY'

answer state-get "$(said state-set)"
relation_hook certificates-relation-changed certificates:7 ca ca/0
is "a hook at rest succeeds" "$status" 0
lacks "an unchanged certificate is not announced again" "$(calls)" 'available:'
lacks "and nothing is written" "$(calls)" '-set'
is "hook commands at rest" "$(calls | grep -vc juju-log)" 4

hook upgrade-charm
is "upgrade-charm succeeds" "$status" 0
has "after upgrade-charm it is announced again" "$(calls)" "available: front $serial"

hook update-status
is "update-status succeeds" "$status" 0
has "certs:renew asks for a successor, and says so" "$(calls)" "renewing: $serial"
is "the old request stays beside the new one" \
    "$(said relation-set | grep -o 'BEGIN CERTIFICATE REQUEST' | wc -l)" 2

answer relation-get.ca "$(cat "$root/denial")"
relation_hook certificates-relation-changed certificates:7 ca ca/0
has "a denial reaches its handler" "$(calls)" 'denied: front wildcard_not_allowed 103 no stars'
has "and there is no certificate" "$(calls)" 'not assigned: not_found'

# --- mistakes ------------------------------------------------------------------------------------

# mistake NAME TEXT: the charm on standard input fails to load, with the text and its own place.
mistake() {
    charm
    file charmcraft.yaml <<'EOF'
name: web
requires:
  certificates:
    interface: tls-certificates
provides:
  issued:
    interface: tls-certificates
  website:
    interface: http
EOF
    relation_hook certificates-relation-created certificates:7 ca
    is "$1: the hook fails" "$status" 1
    has "$1: the log says why" "$(calls)" "$2"
    has "$1: and where" "$(calls)" "${3:-src/charm.lua:2}"
}

mistake 'a misspelt option' "unknown option 'request'" <<'EOF'
local tls <const> = require "charm.tls"
tls.requires("certificates", { request = {} })
EOF
mistake 'a text where a list is expected' 'sans_dns' src/charm.lua:2 <<'EOF'
local tls <const> = require "charm.tls"
tls.requires("certificates", { requests = { { common_name = "a", sans_dns = "a.example.com" } } })
EOF
mistake 'a request that names nothing' 'common_name' src/charm.lua:2 <<'EOF'
local tls <const> = require "charm.tls"
tls.requires("certificates", { requests = { { organization = "us" } } })
EOF
mistake 'an endpoint that the metadata lacks' "certificats" <<'EOF'
local tls <const> = require "charm.tls"
tls.requires("certificats", { requests = {} })
EOF
mistake 'an endpoint that provides' "'issued' provides the interface 'tls-certificates'" <<'EOF'
local tls <const> = require "charm.tls"
tls.requires("issued", { requests = {} })
EOF
mistake 'an endpoint that requires' "'certificates' requires the interface 'tls-certificates'" <<'EOF'
local tls <const> = require "charm.tls"
tls.provides("certificates", { issuer = tls.ca { common_name = "a" } })
EOF
mistake 'an endpoint of another interface' "'website' provides the interface 'http'" <<'EOF'
local tls <const> = require "charm.tls"
tls.provides("website", { issuer = tls.ca { common_name = "a" } })
EOF
mistake 'an event that there is not' "'availible'" src/charm.lua:3 <<'EOF'
local tls <const> = require "charm.tls"
local certs = tls.requires("certificates", { requests = {} })
certs:on("availible", function() end)
EOF
mistake 'a renewal too early' 'renew_at' <<'EOF'
local tls <const> = require "charm.tls"
tls.requires("certificates", { requests = {}, renew_at = 0.5 })
EOF
mistake 'an issuer that is none' 'issuer: expected' <<'EOF'
local tls <const> = require "charm.tls"
tls.provides("issued", { issuer = "me" })
EOF

# What a provider sees: one relation, one unit, one request.
one_request() {
    file charmcraft.yaml <<'EOF'
name: web
provides:
  certificates:
    interface: tls-certificates
EOF
    answer is-leader true
    answer relation-ids '["certificates:7"]'
    answer relation-list '["client/0"]'
    answer relation-get.client_0 "$(cat "$root/own")"
}

# --- a provider ----------------------------------------------------------------------------------

charm <<'EOF'
local tls <const> = require "charm.tls"
tls.provides("certificates", {
  issuer = tls.ca { common_name = "our CA", key = { type = "ec" } },
  capabilities = { supports_ip_sans = true },
  policy = function(request)
    if request.csr:common_name() == "web.example.com" then return { validity = "30d" } end
    return tls.deny("domain_not_allowed", "not ours")
  end,
})
EOF
one_request
relation_hook certificates-relation-changed certificates:7 client client/0
is "a provider's hook succeeds" "$status" 0
is "hook commands of issuing one" "$(calls | grep -vc juju-log)" 9
has "the CA's key goes into a secret of the application's" "$(calls | grep secret-add)" \
    '--owner=application --label luacharm-ca-certificates'
has "a certificate is published" "$(said relation-set)" 'BEGIN CERTIFICATE-----'
has "as are the capabilities" "$(said relation-set)" 'supports_ip_sans'
is "in one command" "$(calls | grep -c relation-set)" 1

answer is-leader false
relation_hook certificates-relation-changed certificates:7 client client/0
is "on a unit that does not lead the hook succeeds" "$status" 0
is "who does not lead only asks whether" "$(calls)" 'is-leader --format=json'

charm <<'EOF'
local tls <const> = require "charm.tls"
tls.provides("certificates", {
  issuer = tls.ca { common_name = "our CA" },
  policy = function() end,
})
EOF
one_request
relation_hook certificates-relation-changed certificates:7 client client/0
is "a policy that says nothing fails the hook" "$status" 1
has "with its own place in the log" "$(calls)" "src/charm.lua:4: the policy of 'certificates': expected"

charm <<'EOF'
local tls <const> = require "charm.tls"
tls.provides("certificates", {
  issuer = function() error("the signer is away") end,
})
EOF
one_request
relation_hook certificates-relation-changed certificates:7 client client/0
is "an issuer that raises fails the hook" "$status" 1
has "with its own place in the log" "$(calls)" 'src/charm.lua:3: the signer is away'
lacks "and nothing is written" "$(calls)" 'relation-set'
done_testing
