#!/bin/sh
# luacharm policy eval --html in a real browser: the list is filtered, a request is clicked, and its
# explanation is read; hostile requests stay text.
. "${TESTS:-tests}/lib/tap.sh"
# shellcheck source=tests/lib/browser.sh
. "${TESTS:-tests}/lib/browser.sh"
browser_or_skip
workdir
L=$LUACHARM

cat >policy.lua <<'LUA'
local policy <const> = require "charm.policy"
return policy {
  policy.rules.domains { "example.com" },
  policy.profile("servers", function(request)
    return { validity = #request.dns > 1 and "10d" or "30d", extended_key_usage = { "server_auth" } }
  end),
}
LUA
cat >spec.yaml <<'YAML'
requests:
- {common_name: web.example.com, sans_dns: [web.example.com]}
- {common_name: "<script>document.title='owned'</script>", sans_dns: [other.test]}
- {kind: hostile}
YAML
"$L" policy corpus spec.yaml -o requests 2>/dev/null
passes 'a page beside the table' "$L" policy eval policy.lua requests --html page.html
count=$(find requests -name '*.pem' | grep -c .)

browser_start
browser_size 1400 900
browser_open "$PWD/page.html"
is 'the page has its title' "$(browser_js 'return document.title')" 'Decisions of policy.lua'
is 'each request has a row' "$(browser_js 'return document.querySelectorAll(".row").length')" "$count"
is 'it is counted' "$(browser_js 'return document.getElementById("count").textContent')" "$count of $count requests"
browser_screenshot wide.png
browser_keys '#search' 'web.example.com'
has 'text filters' "$(browser_js 'return document.getElementById("count").textContent')" " of $count requests"
browser_click "[data-decision='deny']"
is 'a decision filters' "$(browser_js 'return [...document.querySelectorAll(".row .tag")].every((tag) => tag.textContent === "issued")')" true
browser_click "[data-source='requests/00001-plain.pem']"
panel=$(browser_js 'return document.querySelector("aside").innerText')
has 'a click explains: the decision' "$panel" 'issued by servers'
has 'the rules, with where they stand' "$panel" 'our domains says nothing
require, policy.lua:3'
has 'what they read' "$panel" 'request:names_outside'
has 'the certificate' "$panel" '30d'
browser_click "[data-decision='deny']"
browser_js 'const search = document.getElementById("search"); search.value = ""; search.dispatchEvent(new Event("input"))' >/dev/null
browser_click "[data-source='requests/00002-plain.pem']"
panel=$(browser_js 'return document.querySelector("aside").innerText')
has 'a refusal has its code and message' "$panel" '102: not within example.com'
is 'hostile text stays text' "$(browser_js 'return document.title')" 'Decisions of policy.lua'
browser_screenshot explained.png
browser_keys body '\uE00C'
is 'Escape closes it' "$(browser_js 'return document.querySelector("aside").hidden')" true
browser_size 380 800
browser_click "[data-source='requests/00001-plain.pem']"
is 'nothing is wider than a narrow window' \
    "$(browser_js 'return document.documentElement.scrollWidth <= document.documentElement.clientWidth')" true
browser_screenshot narrow.png
is 'nothing went wrong on the way' "$(browser_errors)" ''
[ -z "${KEEP_SCREENSHOTS:-}" ] || cp ./*.png "$KEEP_SCREENSHOTS"
done_testing
