#!/bin/sh
# luacharm x509 lint: what is wrong with the certificates in files.
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

cat >make.lua <<'LUA'
local x509 <const> = require "charm.x509"
local function write(name, ...)
  local file <close> = io.open(name, "w")
  file:write(...)
end
local key <const> = x509.key.generate { type = "ec" }
local plain <const> = { common_name = "Test CA", add_unique_id_to_subject_name = false }
local ca <const> = x509.certificate.self_signed(key, plain, { validity = "3650d", not_before = 1700000000 })
local other <const> = x509.certificate.self_signed(key,
  { common_name = "Other CA", add_unique_id_to_subject_name = false }, { validity = "3650d", not_before = 1700000000 })
local function issue(name, names, validity)
  local csr <const> = x509.csr.new(key, { common_name = name, sans_dns = names, add_unique_id_to_subject_name = false })
  return x509.certificate.issue(csr, ca, key, { validity = validity, not_before = 1700000000 })
end
local good <const> = issue("web.example.com", { "web.example.com" }, "90d")
local noticed <const> = issue("web.example.com", { "web.example.com" }, "500d")
local warned <const> = issue("web.example.com", { "a_b.example.com" }, "90d")
local bad <const> = issue("web.example.com", { "web.example.com", "w*.example.com" }, "500d")
write("ca.pem", ca:pem(), "\n")
write("other.pem", other:pem(), "\n")
write("good.pem", good:pem(), "\n")
write("chain.pem", good:pem(), "\n", key:pem(), "\n", ca:pem(), "\n")
write("noticed.pem", noticed:pem(), "\n")
write("warned.pem", warned:pem(), "\n")
write("bad.pem", bad:pem(), "\n")
write("key.pem", key:pem(), "\n")
LUA
"$L" run make.lua || exit 1

passes 'a certificate without faults' "$L" x509 lint good.pem
is 'says so' "$(cat "$OUT")" 'good.pem: certificate: nothing is wrong
1 certificate: 0 errors, 0 warnings, 0 notices'
passes 'a notice is no failure' "$L" x509 lint noticed.pem
has 'is told with its rule, value and source' "$(cat "$OUT")" \
    'notice   validity_long: it is valid for over 398 days, which browsers refuse of public CAs: 501 days (BR 6.3.2)'
passes 'a warning is no failure' "$L" x509 lint warned.pem
has 'is counted' "$(cat "$OUT")" '1 certificate: 0 errors, 2 warnings, 0 notices'
finds 'an error is found' "$L" x509 lint bad.pem
is 'comes first, on standard output' "$(sed -n '2s/:.*//p' "$OUT")" '  error    dns_wildcard'
finds 'an error in one of several files is found' "$L" x509 lint good.pem bad.pem ca.pem
is 'each file is looked at' "$(tail -n 1 "$OUT")" '3 certificates: 1 error, 0 warnings, 1 notice'
is 'standard input' "$("$L" x509 lint - <good.pem | head -n 1)" 'standard input: certificate: nothing is wrong'

# --- issuers -----------------------------------------------------------------------------------

passes 'a chain, with a key between' "$L" x509 lint chain.pem
has 'has each certificate with its number' "$(cat "$OUT")" 'chain.pem: certificate (number 2 in the file): nothing'
passes 'the issuer in a file of its own' "$L" x509 lint --issuer ca.pem good.pem
finds 'another issuer' "$L" x509 lint --issuer other.pem good.pem
has 'is not the one that is named' "$(cat "$OUT")" 'issuer_differs'
openssl ecparam -name prime256v1 -genkey -noout -out wrong.key
openssl req -x509 -new -key wrong.key -subj '/CN=Test CA' -days 9000 -out wrong.pem 2>/dev/null
finds 'an issuer of that name with another key' "$L" x509 lint --issuer wrong.pem good.pem
has 'has not signed it' "$(cat "$OUT")" 'error    signature: the issuer has not signed it'

# --- JSON and the list -------------------------------------------------------------------------

cat >check.lua <<'LUA'
local json <const> = require "charm.json"
local list <const> = assert(json.decode(io.read "a"))
assert(#list == 2 and list[1].file == "bad.pem" and list[1].number == 1 and #list[2].findings == 0)
local first <const> = list[1].findings[1]
assert(first.rule == "dns_wildcard" and first.severity == "error" and first.value == "w*.example.com")
assert(first.source == "RFC 9525 6.3, BR 7.1.2.7.12" and #first.text > 0)
LUA
"$L" x509 lint --json bad.pem good.pem >list.json
is 'JSON has the same exit status' $? 3
passes 'JSON has the findings in it' "$L" run check.lua <list.json
passes 'the rules are listed' "$L" x509 lint --list
passes 'there are 25 at least' [ "$(wc -l <"$OUT")" -ge 25 ]
is 'each with severity and source' "$(grep -cvE '^[a-z_]+ +(error|warning|notice) +(any|a|one) .*: .* \(.*(RFC|BR|X\.690|practice).*\)$' "$OUT")" 0
cat >rules.lua <<'LUA'
for _, rule in ipairs(assert(require "charm.json".decode(io.read "a"))) do
  assert(#rule.rule > 0 and #rule.severity > 0 and #rule.source > 0 and #rule.text > 0 and #rule.scope > 0)
end
LUA
"$L" x509 lint --list --json >list.json
passes 'the rules as JSON' "$L" run rules.lua <list.json

# --- what cannot be linted ---------------------------------------------------------------------

fails 'no file' 2 'expected FILE... or --list' "$L" x509 lint
fails 'files beside --list' 2 'expected FILE... or --list' "$L" x509 lint --list good.pem
fails 'a file without a certificate' 1 "key.pem: no certificate in it, but a block called 'EC PRIVATE KEY'" \
    "$L" x509 lint key.pem
fails 'a file that is not there' 1 'nothing.pem: No such file' "$L" x509 lint nothing.pem
fails 'one bad file of several' 1 'nothing.pem' "$L" x509 lint nothing.pem good.pem
has 'does not keep the others from it' "$(cat "$OUT")" 'good.pem: certificate: nothing is wrong'
fails 'an issuer that is none' 1 'key.pem: no certificate' "$L" x509 lint --issuer key.pem good.pem
sed '2s/^..../AAAA/' good.pem >garbled.pem
fails 'a certificate that is none' 1 'garbled.pem: number 1: cannot read the certificate' "$L" x509 lint garbled.pem
done_testing
