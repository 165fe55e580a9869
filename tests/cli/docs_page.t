#!/bin/sh
# The reference's page in a real browser: it has what the program says of itself, and can be searched.
. "${TESTS:-tests}/lib/tap.sh"
# shellcheck source=tests/lib/browser.sh
. "$TESTS/lib/browser.sh"
browser_or_skip
workdir

passes 'the page is written' "$LUACHARM" docs --html page.html
fails 'a folder that is not there' 1 'nosuch/page.html' "$LUACHARM" docs --html nosuch/page.html
count() { browser_js "return document.querySelectorAll('$1').length"; }
text() { browser_js "return document.querySelector('$1').innerText"; }
shown() { browser_js 'return [...document.querySelectorAll(".item")].filter((item) => item.offsetParent).length'; }

browser_start
browser_size 1400 900
browser_open "$PWD/page.html"
is 'every command has a card' "$(browser_js 'return [...document.querySelectorAll("#commands h3")].filter(
    (head) => head.innerText.startsWith("luacharm pack")).length')" 1
is 'every refusal of luacharm test has one' "$(count '#refusals .item')" \
    "$("$LUACHARM" test --list-refusals --json | grep -c '"id"')"
has 'each with an example' "$(text '#refusals pre')" 'testing.state'
is 'every rule of luacharm lint has one' "$(count '#rules .item')" \
    "$("$LUACHARM" lint --list --json | grep -c '"id"')"
has 'each with an example, too' "$(text '#rules pre')" 'charmcraft.yaml:'
has 'a certificate lint has its source' "$(text '#lints .item')" 'RFC 5280'
has 'a function has its signature' "$(browser_js \
    'return document.getElementById("charm.open_port").innerText')" 'charm.open_port(ports, options?)'
is 'no link of the menu leads nowhere' "$(browser_js 'return [...document.querySelectorAll("a")].filter(
    (link) => !document.getElementById(decodeURIComponent(link.hash.slice(1)))).length')" 0
browser_click 'a[href="#charm.Key"]'
is 'a click in the menu goes there' "$(browser_js \
    'return Math.abs(document.getElementById("charm.Key").getBoundingClientRect().top) < 100')" true

all=$(shown)
browser_keys '#search' 'open_port'
some=$(shown)
is 'searching leaves what fits' "$([ "$some" -gt 0 ] && [ "$some" -lt "$((all / 10))" ] && echo few)" few
has 'in the menu, too' "$(text nav)" 'open_port'
lacks 'and only that' "$(text nav)" 'close_port'
browser_size 400 800
is 'a narrow window has no sideways scroll' \
    "$(browser_js 'return document.documentElement.scrollWidth <= innerWidth')" true
is 'nothing went wrong' "$(browser_errors)" ''
done_testing
