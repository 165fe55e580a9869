#!/bin/sh
# charms/tls-requirer and charms/self-signed-ca offer what the public charms tls-certificates-requirer
# and self-signed-certificates offer: options with their types and defaults, actions, and what those do.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir
ours=$TESTS/../charms

# --- metadata: charmcraft.yaml of canonical/self-signed-certificates-operator at 0f8db4ae25f8 and of
# canonical/tls-certificates-requirer-operator at b598ba420d90. Names, types and defaults are facts.

# options CHARM: "NAME TYPE DEFAULT" lines, as in its charmcraft.yaml
options() {
    awk '/^config:/ { on = 1 } /^actions:/ { on = 0 }
        on && /^    [a-z]/ { if (name) print name, type, value; name = $1; sub(":", "", name); value = "-" }
        on && /^      type:/ { type = $2 }
        on && /^      default:/ { value = $2 }
        END { print name, type, value }' "$ours/$1/charmcraft.yaml" | sort
}
actions() { awk '/^actions:/ { on = 1 } on && /^  [a-z]/ { sub(":", "", $1); print $1 }' "$ours/$1/charmcraft.yaml" | sort; }
endpoints() { awk '/^config:/ { exit } /interface:/ { print name, $2 } /^  [a-z_-]+:$/ { name = $1 }' "$ours/$1/charmcraft.yaml" | sort; }

is 'self-signed-ca has the options of self-signed-certificates, and one of its own' "$(options self-signed-ca)" \
'allow-wildcards boolean true
ca-common-name string self-signed-certificates-operator
ca-country-name string -
ca-email-address string -
ca-locality-name string -
ca-organization string -
ca-organizational-unit string -
ca-state-or-province-name string -
certificate-limit int 99
certificate-validity string 90d
root-ca-validity string 365d'
is 'and its actions' "$(actions self-signed-ca)" 'get-ca-certificate
get-issued-certificates
rotate-private-key'
is 'and its endpoints, without tracing' "$(endpoints self-signed-ca)" 'certificates: tls-certificates
send-ca-cert: certificate_transfer'
is 'tls-requirer has the options of tls-certificates-requirer' "$(options tls-requirer)" \
'common_name string -
country_name string -
email_address string -
is_ca boolean false
locality_name string -
mode string unit
num_certificates int 1
organization_name string -
sans_dns string -
state_or_province_name string -'
is 'and its actions' "$(actions tls-requirer)" 'get-certificate
get-trusted-ca-certificates
rotate-private-key'
is 'and its endpoints' "$(endpoints tls-requirer)" 'certificate_transfer: certificate_transfer
certificates: tls-certificates'

# --- what they do

cat >show.lua <<'END'
-- The certificates of get-certificate, one line each: names, and what else is asked for.
local json <const>, x509 <const> = require "charm.json", require "charm.x509"
local results <const> = assert(json.decode(io.read "a")).results
local function line(entry)
  local cert <const> = assert(x509.certificate.parse(entry.certificate))
  local ca <const> = assert(x509.certificate.parse(entry["ca-certificate"] or entry.ca))
  assert(cert:is_issued_by(ca) and cert:matches(assert(x509.csr.parse(entry.csr))))
  local facts <const> = {
    serial = cert:serial(), ca = ca:common_name(), caserial = ca:serial(), key = cert:fingerprint(),
    O = cert:organization(), is_ca = tostring(cert:is_ca()), seconds = cert:not_after() - cert:not_before(),
    names = cert:common_name() .. " " .. table.concat(cert:sans_dns(), ","),
  }
  local words <const> = {}
  for _, fact in ipairs(arg) do words[#words + 1] = tostring(facts[fact]) end
  return table.concat(words, " ")
end
for _, entry in ipairs(assert(json.decode(results.certificates))) do print(line(entry)) end
END
# certificates UNIT FACT...: what its action shows
certificates() {
    certificates_of=$1
    shift
    model run --json "$certificates_of" get-certificate 2>/dev/null | "$LUACHARM" run show.lua "$@"
}
configure() { quiet model config "$@" && quiet model settle; }

quiet model new
quiet model deploy "$ours/self-signed-ca"
quiet model deploy "$ours/tls-requirer" -n 2
quiet model settle
fails 'without a certificate the action says so' 1 'no certificate yet: cert-0.unit-1.tls-requirer.' \
    model run tls-requirer/1 get-certificate
fails 'and nothing is issued' 1 'nothing is issued' model run self-signed-ca/0 get-issued-certificates
quiet model integrate tls-requirer:certificates self-signed-ca:certificates
quiet model settle
name=$(certificates tls-requirer/0 names)
has 'each unit has a certificate with a name of its own' "$name" cert-0.unit-0.tls-requirer.
is 'in the common name and among the names' "${name% *}" "${name#* }"
has 'the other unit likewise' "$(certificates tls-requirer/1 names)" cert-0.unit-1.tls-requirer.
is 'for 90 days, by the CA of that name' "$(certificates tls-requirer/0 seconds ca)" '7776000 self-signed-certificates-operator'
has 'the status says how many' "$(model status)" '1 of 1 certificates'

configure tls-requirer organization_name=Ours num_certificates=2
is 'another organization and number: asked for anew' "$(certificates tls-requirer/0 O is_ca)" 'Ours false
Ours false'
configure tls-requirer num_certificates=1 is_ca=true
is 'a certificate of a CA' "$(certificates tls-requirer/0 is_ca)" true
configure tls-requirer is_ca=false 'sans_dns=a.example.com, b.example.com'
has 'names that are said' "$(certificates tls-requirer/0 names)" ' a.example.com,b.example.com'
is 'are asked for by the leader alone' "$(certificates tls-requirer/1 names)" ''
configure tls-requirer --reset sans_dns common_name=web.example.com
is 'a common name as well' "$(certificates tls-requirer/0 names | cut -d ' ' -f 1)$(certificates tls-requirer/1 names)" web.example.com
configure tls-requirer num_certificates=2
has 'one name for two certificates makes no sense' "$(model status)" 'common_name: there is one name, and more than one certificate'
fails 'which the action says, too' 1 'common_name: there is one name' model run tls-requirer/0 get-certificate
configure tls-requirer --reset common_name --reset num_certificates mode=sideways
has 'nor does a mode that is none' "$(model status)" "mode: expected unit or app, got 'sideways'"
configure tls-requirer mode=app
has 'in mode app the leader has it' "$(certificates tls-requirer/0 names)" 'cert-0.tls-requirer.'
has 'and the other unit says that it does not' "$(model status)" 'in mode app one unit asks'
fails 'nor has it the key' 1 'in mode app the leader has the key' model run tls-requirer/1 rotate-private-key
configure tls-requirer mode=unit
before=$(certificates tls-requirer/0 key)
passes 'a new key' model run tls-requirer/0 rotate-private-key
quiet model settle
is 'and a certificate for it' "$([ "$(certificates tls-requirer/0 key)" != "$before" ] && echo another)" another

# --- the CA

configure self-signed-ca certificate-validity=10
quiet model run tls-requirer/0 rotate-private-key && quiet model settle
is 'a number alone counts days' "$(certificates tls-requirer/0 seconds)" 864000
before=$(certificates tls-requirer/0 caserial)
configure self-signed-ca ca-common-name=other ca-organization=Org
is 'another name is another CA, and every certificate anew' "$(certificates tls-requirer/0 ca) $(certificates tls-requirer/1 ca)" 'other other'
is 'with its own serial' "$([ "$(certificates tls-requirer/0 caserial)" != "$before" ] && echo another)" another
before=$(certificates tls-requirer/0 caserial)
configure self-signed-ca certificate-validity=12h
is 'the certificates'\'' validity leaves the CA alone' "$(certificates tls-requirer/0 caserial)" "$before"
passes 'a new key of the CA' model run self-signed-ca/0 rotate-private-key
quiet model settle
is 'is a new CA, and every certificate anew' "$([ "$(certificates tls-requirer/1 caserial)" != "$before" ] && certificates tls-requirer/1 seconds)" 43200
configure self-signed-ca root-ca-validity=20h
has 'a CA that does not last twice as long makes no sense' "$(model status)" \
    'options that make no sense: certificate-validity, root-ca-validity'
fails 'and is not shown' 1 'there is no CA yet' model run self-signed-ca/0 get-ca-certificate
configure self-signed-ca --reset root-ca-validity --reset certificate-validity
configure self-signed-ca certificate-limit=2
configure tls-requirer num_certificates=2
has 'a requirer has so many certificates as the limit says' "$(model status)" '1 of 2 certificates'
configure self-signed-ca certificate-limit=-1
quiet model fire self-signed-ca/0 update-status && quiet model settle
lacks 'or any number' "$(model status)" '1 of 2 certificates'
is 'the action lists them' "$(model run --json self-signed-ca/0 get-issued-certificates | "$LUACHARM" run show.lua ca)" 'other
other
other
other'
configure self-signed-ca allow-wildcards=false
configure tls-requirer num_certificates=1 'common_name=*.example.com'
has 'a wildcard is refused where it is not allowed' "$(model status)" 'ask for each name'
quiet model add-unit self-signed-ca && quiet model settle
has 'a second unit of the CA does not issue' "$(model status)" 'one unit issues: this one does not lead'

# --- whom to trust

fails 'nobody gave us a CA' 1 'nobody gave us a CA to trust' model run tls-requirer/0 get-trusted-ca-certificates
quiet model integrate tls-requirer:certificate_transfer self-signed-ca:send-ca-cert
quiet model settle
passes 'over certificate_transfer it comes' model run tls-requirer/1 get-trusted-ca-certificates
has 'one of them' "$(cat "$OUT")" 'count: "1"'
model run self-signed-ca/0 get-ca-certificate >ca.yaml
is 'the CA itself' "$(grep -c -F "$(sed -n 3p ca.yaml | tr -d ' ')" "$OUT")" 1
mkdir -p truster/hooks
printf 'name: truster\nrequires:\n  ca: { interface: certificate_transfer }\n' >truster/charmcraft.yaml
cat >truster/hooks/ca-relation-changed.lua <<'END'
local charm <const> = require "charm"
local theirs <const> = charm.event.relation.data["self-signed-ca/0"]
charm.status.set("active", ("version %s, %d"):format(theirs.version, #(theirs.ca or "")))
END
quiet model deploy truster
quiet model integrate truster self-signed-ca:send-ca-cert
quiet model settle
has 'who says no version gets version 0' "$(model status)" 'version 0, 1'
done_testing
