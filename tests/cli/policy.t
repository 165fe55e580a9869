#!/bin/sh
# luacharm policy eval, explain and diff: a policy tried on requests.
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

cat >policy.lua <<'LUA'
local policy <const> = require "charm.policy"

return policy {
  policy.require("no wildcards", function(request)
    if request:has_wildcard() then
      return policy.deny("wildcard_not_allowed", "ask for each name")
    end
  end),
  policy.rules.domains { "example.com" },
  policy.require("not yet", function(request)
    if request.remote_app == "late" then return policy.defer("somebody looks at it") end
  end),
  policy.profile("servers", function()
    return { validity = "30d", extended_key_usage = { "server_auth" } }
  end),
}
LUA

# --- each hostile request ends in a decision ---------------------------------------------------

"$L" policy corpus -o hostile 2>/dev/null
"$L" policy eval policy.lua hostile --json >hostile.jsonl
is 'hostile requests are no errors' $? 0
cat >decisions.lua <<'LUA'
local json <const> = require "charm.json"
for line in io.lines(arg[1]) do
  local it <const> = assert(json.decode(line))
  print(("%s %s %s"):format(it.source:match "%d+%-(.*)%.pem$", it.decision, it.rule))
end
LUA
"$L" run decisions.lua hostile.jsonl >got
# What stands in what is issued was looked at by the policy: the names are the domain's, and nothing
# that was asked for beside them is granted.
cat >wanted <<'EOF'
two_common_names deny one common name
multi_valued_rdn deny one common name
unknown_attribute deny known subject
organization deny known subject
empty_subject issue servers
no_names deny servers
huge_subject deny known subject
bad_utf8 deny clear names
nul_in_common_name deny clear names
newline_in_common_name deny clear names
bidi_in_common_name deny clear names
u_label_common_name deny clear names
bmp_common_name deny our domains
other_name deny known names
directory_name deny known names
x400_address deny known names
edi_party_name deny known names
registered_id deny known names
email_name deny known names
uri_name deny known names
unknown_name_kind deny known names
short_address deny known names
address_and_mask deny known names
address_as_name deny our domains
ten_thousand_names deny number of names
empty_name_list issue servers
nul_in_name deny clear names
bad_utf8_name deny clear names
u_label deny clear names
blank_in_name deny clear names
slash_in_name deny clear names
empty_label deny clear names
trailing_dot deny clear names
leading_dot deny clear names
long_label deny clear names
wildcard_in_the_middle deny clear names
wildcard_in_a_label deny clear names
wildcard_of_everything deny clear names
wildcard_of_a_top_domain deny clear names
lookalike_domain deny our domains
name_beside_ours deny our domains
duplicate_extension deny readable
duplicate_san deny readable
two_extension_requests deny readable
two_extension_lists deny readable
microsoft_extensions deny readable
unknown_critical_extension deny known critical extensions
malformed_extension deny readable
asks_for_ca issue servers
asks_to_sign issue servers
asks_for_everything issue servers
challenge_password issue servers
rsa_16384 deny usual key
rsa_1024 deny usual key
rsa_exponent_3 deny usual key
rsa_exponent_1 deny usual key
sha1_signature deny signed by its own key
other_curve deny usual key
wrong_signature deny signed by its own key
version_2 deny readable
trailing_bytes deny readable
truncated deny readable
ber deny readable
not_base64 deny readable
EOF
while read -r kind wanted; do
    is "hostile: $kind" "$(grep "^$kind " got)" "$kind $wanted"
done <wanted
is 'there is a decision for each kind' "$(wc -l <got)" "$("$L" policy corpus --list | wc -l)"
for kind in asks_for_ca asks_to_sign asks_for_everything challenge_password; do
    "$L" policy explain policy.lua hostile/*-$kind.pem >explained
    has "issued, and not what it asks for: $kind" "$(cat explained)" 'Usage:     digital_signature, server_auth
  CA:        no'
done

# --- eval --------------------------------------------------------------------------------------

cat >spec.yaml <<'YAML'
requests:
- {common_name: web.example.com, sans_dns: [web.example.com, www.example.com]}
- {common_name: "*.example.com", sans_dns: ["*.example.com"]}
- {common_name: web.example.org, sans_dns: [web.example.org]}
YAML
"$L" policy corpus spec.yaml -o requests 2>/dev/null
passes 'a folder' "$L" policy eval policy.lua requests
has 'has its requests with decision, rule and reason' "$(tr -s ' ' <"$OUT")" \
    'requests/00003-plain.pem web.example.org deny our domains 102 not within example.com: web.example.org'
has 'and counts by decision and rule' "$(tr -s ' ' <"$OUT")" 'deny 2
 1 no wildcards policy.lua:4
 1 our domains policy.lua:9'
cat requests/*.pem >all.pem
is 'a file with several requests' "$("$L" policy eval policy.lua all.pem --json | grep -c '"source":"all.pem:')" 3
is 'standard input' "$("$L" policy eval policy.lua - --json <requests/00001-plain.pem |
    grep -c '"source":"standard input".*"decision":"issue"')" 1
finds 'for CI' "$L" policy eval policy.lua requests --fail-on deny
passes 'when there is none' "$L" policy eval policy.lua requests/00001-plain.pem --fail-on deny
passes 'none is deferred' "$L" policy eval policy.lua requests --fail-on defer

cat >bag.lua <<'LUA'
local json <const> = require "charm.json"
local function read(path)
  local file <close> = io.open(path)
  return file:read "a"
end
local function write(name, value)
  local file <close> = io.open(name, "w")
  file:write(value)
end
local list <const> = json.encode(json.array {
  { certificate_signing_request = read "requests/00001-plain.pem", ca = false },
  { certificate_signing_request = read "requests/00003-plain.pem" },
})
write("bag.json", json.encode { certificate_signing_requests = list })
write("show-unit.json", json.encode { ["ca/0"] = { ["relation-info"] = json.array { {
  ["relation-id"] = 7, endpoint = "certificates",
  ["related-units"] = { ["late/0"] = { data = { certificate_signing_requests = list } } },
} } } })
write("show-unit.yaml", "ca/0:\n  relation-info:\n  - relation-id: 7\n    endpoint: certificates\n    related-units:\n"
  .. "      late/0:\n        in-scope: true\n        data:\n          certificate_signing_requests: '" .. list .. "'\n")
LUA
"$L" run bag.lua
for file in bag.json show-unit.json show-unit.yaml; do
    is "a databag: $file" "$("$L" policy eval policy.lua $file --json | grep -c "\"source\":\"$file:")" 2
done
is 'whose relation the policy sees' \
    "$("$L" policy eval policy.lua show-unit.yaml --json | grep -c '"decision":"defer","rule":"not yet"')" 1
finds 'deferred ones are found' "$L" policy eval policy.lua show-unit.json --fail-on defer

# --- explain -----------------------------------------------------------------------------------

passes 'a request that is issued' "$L" policy explain policy.lua requests/00001-plain.pem --now 2026-01-15T12:00:00Z
explained=$(tr -s ' ' <"$OUT")
has 'has the decision' "$explained" "requests/00001-plain.pem: issued by 'servers', policy.lua:13: 30d, server_auth"
has 'has each rule with where it stands' "$explained" ' require no wildcards says nothing policy.lua:4'
has 'and what it read' "$explained" 'request:has_wildcard = false'
has 'has the certificate in words' "$explained" 'Valid: 2026-01-15 12:00:00 – 2026-02-14 12:00:00 (UTC)'
passes 'a request that is denied' "$L" policy explain policy.lua requests/00002-plain.pem
explained=$(tr -s ' ' <"$OUT")
has 'has what was said' "$explained" ' require no wildcards denies policy.lua:4
 request:has_wildcard = true
 103: ask for each name'
has 'and who was not asked' "$explained" ' profile servers not asked policy.lua:13'
lacks 'and no certificate' "$explained" 'throw-away'
is 'as JSON' "$("$L" policy explain policy.lua requests/00002-plain.pem --json |
    grep -c '"answer": "deny"\|"value": "true"')" 2

# --- diff --------------------------------------------------------------------------------------

sed 's/"30d"/"90d"/; s/{ "example.com" }/{ "example.com", "example.org" }/; s/request:has_wildcard()/true/' \
    policy.lua >new.lua
sed 's/"30d"/"90d"/; s/{ "example.com" }/{ "example.com", "example.org" }/' policy.lua >wider.lua
finds 'a wider policy' "$L" policy diff policy.lua wider.lua requests
is 'changes, the newly issued first' "$(cat "$OUT")" "requests/00003-plain.pem: now issued
  - deny by 'our domains': 102 not within example.com: web.example.org
  + issue by 'servers': 90d, server_auth
requests/00001-plain.pem: another certificate
  - validity \"30d\"
  + validity \"90d\"
2 of 3 requests change, 1 now issued, 1 another certificate"
finds 'a stricter policy' "$L" policy diff policy.lua new.lua requests
has 'refuses what was issued' "$(cat "$OUT")" 'requests/00001-plain.pem: no longer issued'
passes 'the same policy' "$L" policy diff policy.lua policy.lua requests
is 'changes nothing' "$(cat "$OUT")" '0 of 3 requests change'

# --- many --------------------------------------------------------------------------------------

one=$(find requests -type f | sort | head -n 1)
i=0
while [ $i -lt 100 ]; do cat "$one"; i=$((i + 1)); done >hundred
i=0
while [ $i -lt 100 ]; do cat hundred; i=$((i + 1)); done >many.pem
requests_of_many=$(grep -c 'BEGIN CERTIFICATE REQUEST' many.pem)
printf '%s\n' 'expect [####                                    ] 10' 'expect [####################                    ] 50' \
    'expect [####################################### ] 9' 'end' |
    python3 "$TESTS/lib/terminal.py" "$L" policy eval policy.lua many.pem --now 2026-01-01T00:00:00Z >shown
is 'ten thousand requests on a terminal: how far it is' "$?" 0
has 'and of how many' "$(tr '\r' '\n' <shown | grep -m 1 '####')" "of $requests_of_many"
"$L" policy eval policy.lua many.pem >shown 2>err
is 'not on a terminal: nothing of that' "$(cat err; grep -c '###' shown)" 0
has 'all are decided' "$(cat shown)" "$requests_of_many"

# --- what does not work ------------------------------------------------------------------------

echo 'return 1' >bad.lua
fails 'what is no policy' 1 'bad.lua' "$L" policy eval bad.lua requests
printf 'return )' >bad.lua
fails 'what is no Lua' 1 'bad.lua:1:' "$L" policy eval bad.lua requests
fails 'a policy that is not there' 1 'nothing.lua' "$L" policy eval nothing.lua requests
fails 'a file that is not there' 1 'nothing.pem' "$L" policy eval policy.lua nothing.pem requests
has 'does not keep the others from it' "$(cat "$OUT")" 'issue 1'
mkdir empty
fails 'a folder without requests' 1 'no certificate request to try it on' "$L" policy eval policy.lua empty
# A walk along links would have no end, and opening a pipe would wait for who writes to it.
mkdir odd
cp requests/00001-plain.pem odd/plain.pem
mkfifo odd/pipe.pem
ln -s /dev/null odd/device.csr
ln -s . odd/around
ln -s ../odd odd/again
fails 'a pipe in a folder is not waited for' 1 'odd/pipe.pem: not a regular file' \
    timeout 60 "$L" policy eval policy.lua odd
has 'a device in it is not opened' "$(cat "$OUT.err")" 'odd/device.csr: not a regular file'
is 'and links in it are not walked along' "$(grep -c 'plain.pem' "$OUT")" 1
echo text >text.pem
fails 'a file without requests' 1 'text.pem: no certificate request in it' "$L" policy eval policy.lua text.pem
fails 'no such decision' 2 "--fail-on: expected deny, defer or issue, not 'never'" \
    "$L" policy eval policy.lua requests --fail-on never
fails 'no such time' 2 '--now' "$L" policy eval policy.lua requests --now tomorrow
# A charm may require its policy, as a module beside its own; its file returns it in a tail call.
mkdir required
cat >required/policy.lua <<'EOF'
local policy <const> = require "charm.policy"
return policy {
  policy.rules.domains { "example.com" },
  policy.rules.servers { validity = "30d" },
}
EOF
cat >required/all.lua <<'EOF'
local policy <const> = require "charm.policy"
return policy.all_of { require "policy" }
EOF
cat >required/main.lua <<'EOF'
local x509 <const> = require "charm.x509"
local csr <const> = x509.csr.new(x509.key.generate { type = "ec" },
  { common_name = "web.example.org", sans_dns = { "web.example.org" } })
for _, name in ipairs { "policy", "all" } do
  print(require(name):decide(csr).rule, require(name):capabilities() ~= nil)
end
EOF
is 'a policy that was required' "$("$LUACHARM" run required/main.lua 2>&1)" 'our domains	true
our domains	true'

done_testing
