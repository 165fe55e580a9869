#!/bin/sh
# The timeline's page in a real browser: a certificate's bar is clicked, and its serial is in the panel; the
# keyboard, zoom, filter, a narrow and a wide window, light and dark; hostile data stays text.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
# shellcheck source=tests/lib/browser.sh
. "$TESTS/lib/browser.sh"
browser_or_skip
workdir

cat >more.lua <<END
deploy("$TESTS/../charms/self-signed-ca", { name = "ca" })
deploy("$TESTS/model/charms/multi", { name = "web" })
integrate("web:certificates", "ca:certificates")
settle()
fail_next("web/0", "certificates-relation-changed", 1)
advance "85d"
exec("web/0", { "juju-log", [[</script><script>document.title = 'owned'</script><img src=x onerror="document.title = 'owned'">]] })
END
quiet model new --at 2026-01-01T00:00:00Z --seed 7
quiet model play --model .luacharm more.lua
quiet model timeline --html page.html
serial=$(model timeline | sed -n 's/.* certificate renewed .* for web\/0,.*serial \([0-9a-f]*\).*/\1/p')
side='return document.querySelector("aside").innerText'
count() { browser_js "return document.querySelectorAll('$1').length"; }

browser_start
browser_size 1600 900
browser_open "$PWD/page.html"
is 'the page has its title' "$(browser_js 'return document.title')" 'Timeline of model local'
is 'a lane for each that has a story' "$(count 'text.lane')" 3
is 'a bar for each certificate, and the CA'\''s' "$(count .bar)" 5
is 'what was renewed looks different from what is in use' "$(count .bar.renewed) $(count .bar.current)" '2 2'
is 'a failed hook stands out' "$(count .mark.failed)" 1

# --- details

browser_click "[data-serial='$serial']"
panel=$(browser_js "$side")
has 'a click on a bar: the certificate'\''s serial' "$panel" "$serial"
has 'its names' "$panel" 'CN=web-0.example.com'
has 'its validity' "$panel" '2026-06-21 00:00:00 UTC'
has 'its fingerprint' "$panel" "$(model timeline --json | grep -A 25 "\"serial\": \"$serial\"" |
    sed -n 's/.*"fingerprint": "\(.*\)".*/\1/p' | head -n 1)"
browser_click '.mark.failed'
panel=$(browser_js "$side")
has 'a click on the failed mark: the hook' "$panel" 'certificates-relation-changed'
has 'its log' "$panel" 'made to fail, without running it'
has 'what the hooks beside it did' "$(browser_js 'return document.querySelector("aside").textContent')" 'request removed: CN=web-0.example.com'
browser_keys body '\uE00C'
is 'Escape closes the panel' "$(browser_js 'return document.querySelector("aside").hidden')" true
browser_keys ".bar.current[aria-label*='web/0']" '\uE007'
has 'Enter on a bar opens it' "$(browser_js "$side")" "$serial"
is 'and the focus stays' "$(browser_js 'return document.activeElement.getAttribute("data-serial")')" "$serial"
browser_click 'aside button'

# --- moving

axis='return [...document.querySelectorAll("svg > text.faint")].map((text) => text.textContent).join()'
whole=$(browser_js "$axis")
browser_click '#zoom-in'
browser_click '#zoom-in'
lacks 'a button zooms' "$whole" "$(browser_js "$axis")"
browser_click '#zoom-all'
is 'and shows all again' "$(browser_js "$axis")" "$whole"
browser_js 'document.querySelector(".chart svg").dispatchEvent(new WheelEvent("wheel",
    { deltaY: -900, clientX: 300, bubbles: true, cancelable: true }))' >/dev/null
lacks 'the wheel zooms' "$whole" "$(browser_js "$axis")"
browser_keys body '0'
browser_keys body '+++'
lacks 'keys zoom' "$whole" "$(browser_js "$axis")"
closer=$(browser_js "$axis")
browser_keys body '\uE014\uE014'
lacks 'and move' "$closer" "$(browser_js "$axis")"
browser_keys body '0'
is 'and back' "$(browser_js "$axis")" "$whole"
browser_click '.chip:nth-of-type(1)'
is 'a unit is filtered out' "$(count 'text.lane') $(browser_js 'return document.querySelector(".chip").ariaPressed')" '2 false'
browser_click '.chip:nth-of-type(1)'

# --- windows and themes

for size in '400 800' '1600 900'; do
    # shellcheck disable=SC2086 # two numbers
    browser_size $size
    browser_click "[data-serial='$serial']"
    is "nothing sticks out at ${size% *} pixels" \
        "$(browser_js 'return document.documentElement.scrollWidth <= innerWidth')" true
    is "the panel is in sight at ${size% *} pixels" "$(browser_js 'const box = document.querySelector("aside")
        .getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth && box.top >= 0
        && box.bottom <= innerHeight + 1')" true
done
back='return getComputedStyle(document.body).backgroundColor'
light=$(browser_js "$back")
browser_media prefers-color-scheme dark
lacks 'dark is another colour' "$(browser_js "$back")" "$light"

# --- hostile data, no network

is 'hostile text makes no elements' "$(count img) $(browser_js 'return document.title')" '0 Timeline of model local'
browser_keys ".mark[aria-label^='web/0']:last-of-type" '\uE007'
has 'and is shown as it is' "$(browser_js 'return document.body.textContent')" "<img src=x onerror="
is 'no error on the console' "$(browser_errors)" ''
is 'nothing was loaded' "$(browser_js 'return performance.getEntriesByType("resource").length')" 0
browser_js 'const script = document.createElement("script"); script.textContent = "window.owned = true";
    document.body.append(script); return null' >/dev/null
is 'the policy lets no other script run' "$(browser_js 'return window.owned === undefined')" true
[ -z "${SCREENSHOTS:-}" ] || browser_screenshot "$SCREENSHOTS/dark.png"
done_testing
