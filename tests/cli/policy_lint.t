#!/bin/sh
# luacharm policy lint: what is wrong with a policy.
. "${TESTS:-tests}/lib/tap.sh"

charms=$(cd "${TESTS:-tests}/../charms" && pwd)
workdir
L=$LUACHARM

# policy NAME RULE...: a policy of these rules.
policy() {
    {
        echo 'local policy <const> = require "charm.policy"'
        echo 'local seen = 0'
        echo 'return policy {'
        shift
        printf '%s\n' "$@"
        echo '}'
    } >policy.lua
}
servers='policy.profile("servers", function() return { validity = "30d" } end),'
domains='policy.rules.domains { "example.com" },'

policy good "$domains" "$servers"
passes 'a policy without faults' "$L" policy lint policy.lua
is 'has nothing said about it' "$(cat "$OUT")" ''
passes 'nor has that of charms/policy-ca' "$L" policy lint "$charms/policy-ca/src/policy.lua"

# row NAME FINDING RULE...
row() {
    row_name=$1
    row_finding=$2
    shift 2
    policy row "$@"
    finds "$row_name" "$L" policy lint policy.lua
    has "$row_name: said so" "$(cat "$OUT")" "$row_finding"
}
row 'an unknown global' 'policy.lua:5: unknown_global: ' "$domains" \
    'policy.require("x", function(request) if reqest then return policy.deny("other", "not this one") end end),' "$servers"
row 'a policy that issues everything' 'issues_everything: ' "$servers"
row 'a policy that issues nothing' 'issues_nothing: ' "$domains"
row 'a profile behind one that always answers' 'policy.lua:6: never_asked: ' "$domains" "$servers" \
    'policy.profile("web", function() return { validity = "1d" } end),'
row 'a rule that never speaks' 'policy.lua:5: never_says_anything: ' "$domains" \
    'policy.require("x", function(request) if request.endpoint == "" then return policy.deny("other", "not this one") end end),' "$servers"
row 'a rule that fails' 'policy.lua:5: fails: ' "$domains" \
    'policy.require("x", function(request) if request.is_ca then error("broken") end end),' "$servers"
row 'a refusal without a reason' 'policy.lua:5: missing_reason: ' "$domains" \
    'policy.require("x", function(request) if request.is_ca then return policy.deny("other", "no") end end),' "$servers"
row 'a decision that depends on those before it' ': fails: ' "$domains" \
    'policy.profile("x", function() seen = seen + 1; return { validity = seen .. "d" } end),'

# --- capabilities ------------------------------------------------------------------------------

policy capabilities "$domains" 'policy.rules.no_wildcards(),' "$servers"
echo 'supports_wildcard_dns: true' >capabilities.yaml
finds 'what is advertised and not granted' "$L" policy lint policy.lua --capabilities capabilities.yaml
has 'is named' "$(cat "$OUT")" 'not_granted: a capability that is advertised, and that the policy never grants: supports_wildcard_dns'
echo 'supports_subdomain: false' >capabilities.yaml
finds 'what is granted and not advertised' "$L" policy lint policy.lua --capabilities capabilities.yaml
has 'is named too' "$(cat "$OUT")" 'not_advertised: '
echo 'supports_wildcard_dns: false' >capabilities.yaml
passes 'what agrees' "$L" policy lint policy.lua --capabilities capabilities.yaml

passes 'each lint is listed with an example' "$L" policy lint --list
is 'ten of them' "$(grep -c 'such as: ' "$OUT")" 10
fails 'no policy' 2 'expected POLICY or --list' "$L" policy lint
fails 'a policy that is not there' 1 'nothing.lua' "$L" policy lint nothing.lua
done_testing
