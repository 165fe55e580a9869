#!/bin/sh
# luacharm model timeline: what happened to each unit when, in the model's time, as a table and as JSON;
# the page is looked at in browser.t. Nothing secret is in any of them.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

timeline() { model timeline "$@"; }
# json LUA: what an expression says of `story`, the timeline as JSON; `count(list, key, value)`.
json() {
    cat >look.lua <<END
local file <close> = assert(io.open "story.json")
local story = assert(require "charm.json".decode(file:read "a"))
local function all(list, key, value)
  local found = {}
  for _, one in ipairs(list) do found[#found + 1] = one[key] == value and one or nil end
  return found
end
local function count(...) return #all(...) end
print($1, story and count and all and "" or "")
END
    "$LUACHARM" run look.lua | sed 's/\t$//'
}

quiet model new --at 2026-01-01T00:00:00Z --seed 7
has 'an empty model' "$(timeline)" 'Nothing has happened'
quiet model deploy "$TESTS/../charms/self-signed-ca" ca
quiet model deploy "$TESTS/model/charms/multi" web
quiet model integrate web:certificates ca:certificates
quiet model settle
quiet model advance 85d
timeline --json >story.json
timeline >story

is 'one row for each hook that ran' "$(grep -cE '(install|start|changed|created|joined|elected|expired) +ok' story)" \
    "$(json '#story.hooks')"
has 'the time stands where it changes' "$(sed -n 2p story)" '2026-01-01T00:00:00Z  '
is 'and only there' "$(grep -c '^2026-01-01T00:00:00Z' story)" 1
is 'keys: the unit'\''s, the application'\''s, the CA'\''s' "$(grep -c ' key made ' story)" 3
is 'requests, with whom they are for' "$(grep -c 'request  .*, for web$' story) $(grep -c 'request  .*, for web/0$' story)" '2 2'
has 'a certificate: names, validity, serial, issuer' "$(grep '  certificate  .*for web/0,' story)" \
    'CN=web-0.example.com, for web/0, 2026-01-01 to 2026-04-01, serial '
is 'its renewal' "$(grep -c 'certificate renewed' story)" 2
is 'four certificates and the CA'\''s' "$(json '#story.certificates')" 5
is 'two are in use' "$(json 'count(story.certificates, "state", "current")')" 2
is 'two were renewed' "$(json 'count(story.certificates, "state", "renewed")')" 2
is 'lanes: units, and the application that holds one' "$(json 'table.concat(story.lanes, " ")')" 'ca/0 web web/0'
serial=$(json 'all(story.certificates, "lane", "web/0")[1].serial')
is 'a renewal says what it renews' "$(json 'all(story.events, "renews", "'"$serial"'")[1].lane')" web/0
model show-unit ca/0 --json >unit.json
has 'the serial is the certificate'\''s' "$(grep -o 'BEGIN CERTIFICATE' unit.json | head -n 1)" CERTIFICATE
is 'times are texts' "$(json 'story.certificates[2].not_after')" 2026-04-01T00:00:00Z

# --- the fingerprint is that of everybody's tools

cat >first.lua <<'END'
local json <const> = require "charm.json"
local file <close> = assert(io.open "unit.json")
local unit = assert(json.decode(file:read "a"))["ca/0"]
for _, relation in ipairs(unit["relation-info"]) do
  local list = relation["local-application-data"].certificates
  if list then print(json.decode(list)[1].certificate) end
end
END
"$LUACHARM" run first.lua >first.pem
fingerprint=$(openssl x509 -in first.pem -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr 'A-F' 'a-f')
is 'the fingerprint is openssl'\''s' "$(json 'count(story.certificates, "fingerprint", "'"$fingerprint"'")')" 1

# --- one unit, and units that are not there

timeline --unit web/0 >one
is 'only what is about a unit' "$(sed 1d one | grep -c ' ca/0  install')" 0
has 'with what was done for it' "$(cat one)" ', for web/0, '
lacks 'and not what was done for others' "$(cat one)" ', for web,'
fails 'a unit that never was' 1 "'wep/0'" timeline --unit wep/0
fails 'one form at a time' 2 'one of them' timeline --json --html page.html

# --- failures, denials, the end of a relation

cat >more.lua <<'END'
fail_next("web/0", "update-status", 2)
fire("web/0", "update-status")
local bag = require "charm.json".decode(relation_data("web/0", "certificates").certificate_signing_requests)
local csr = bag[1].certificate_signing_request
local errors = require "charm.json".encode {
  { csr = csr, error = { code = 102, name = "DOMAIN_NOT_ALLOWED", message = "not \27[31mours </script>" } },
}
exec("ca/0", { "relation-set", "-r", "1", "--app", "request_errors=" .. errors }, { relation = 1 })
exec("ca/0", [[relation-set -r 1 --app certificates="$(relation-get -r 1 --app certificates ca |
    sed 's/"chain"/"revoked": true, "chain"/g')"]], { relation = 1 })
remove_relation("web:certificates", "ca:certificates")
settle()
END
sed -i "s/-r 1 /-r $(json 'all(story.events, "kind", "request")[1].relation') /g; s/\"-r\", \"1\"/\"-r\", \"$(json 'all(story.events, "kind", "request")[1].relation')\"/; s/relation = 1 /relation = $(json 'all(story.events, "kind", "request")[1].relation') /" more.lua
passes 'more happens' model play --model .luacharm more.lua
timeline --json >story.json
timeline >story
is 'a hook that failed, and its tries' "$(grep -o 'update-status  *[a-z]*\(, try [0-9]\)\?' story | tr -s ' ' | tr '\n' ';')" \
    'update-status failed;update-status failed, try 2;update-status ok, try 3;'
has 'a denial, with its code' "$(grep 'request denied' story)" 'DOMAIN_NOT_ALLOWED (102): not '
lacks 'a terminal is not told what to do' "$(cat story)" "$(printf '\033')"
is 'a revocation' "$(grep -c 'certificate revoked' story) $(json 'count(story.certificates, "state", "revoked")')" '2 2'
is 'nothing is in use when the relation is gone' "$(json 'count(story.certificates, "state", "current")')" 0
quiet model remove-application web
quiet model settle
has 'a unit that is gone keeps its story' "$(timeline --unit web/0)" 'install'

# --- nothing secret, in any form

passes 'the page is written' timeline --html page.html
timeline --json >story.json
timeline >story
sqlite3 .luacharm/model.db .dump >dump
sqlite3 .luacharm/model.db 'SELECT about FROM event' >events
is 'no private key' "$(grep -c 'PRIVATE KEY' story story.json page.html events | grep -v ':0$')" ''
sqlite3 .luacharm/model.db "SELECT value FROM secret_value WHERE length(value) > 100" | cut -c 41-80 | sort -u >parts
is 'there were some' "$([ -s parts ] && echo some)" some
is 'not a part of one' "$(cat story story.json page.html events | grep -cFf parts)" 0
is 'all of it can be written to a file that is there' "$(timeline --html page.html && [ -s page.html ] && echo fine)" 'Wrote page.html
fine'
fails 'a folder that is not there' 1 'nowhere/page.html' timeline --html nowhere/page.html
is 'the page ends no script but its own' "$(grep -c '</script>' page.html)" 2
done_testing
