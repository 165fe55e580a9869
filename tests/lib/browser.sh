# shellcheck shell=sh
# A real browser for tests of pages: Debian's chromium, driven by its chromedriver over WebDriver (HTTP on
# loopback). Source it after tap.sh, in a workdir.
#
#   browser_or_skip            goes on where there is a browser; on Ubuntu, whose chromium is only a snap,
#                              the whole suite is skipped (tests/skips.txt names those that may); elsewhere
#                              it fails
#   browser_start              a new session with an empty profile, stopped at the end of the script
#   browser_open PATH          a page of this machine
#   browser_js SCRIPT          what a function of this body returns: text as it is, anything else as JSON
#   browser_click SELECTOR     a real click on the first element of this CSS selector
#   browser_keys SELECTOR KEYS keys to it, after it got the focus; WebDriver's names: \uE007 is Enter
#   browser_size WIDTH HEIGHT  of the page, in CSS pixels; also below what a window may have
#   browser_media NAME VALUE   as "prefers-color-scheme" "dark"
#   browser_errors             errors on the console since the last call, a line each
#   browser_screenshot FILE    for a person to look at

browser_or_skip() {
    command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1 && return
    # shellcheck source=/dev/null
    if [ "$(. /etc/os-release && echo "$ID")" = ubuntu ]; then
        echo '1..0 # SKIP Ubuntu has chromium only as a snap'
        exit 0
    fi
    echo 'Bail out! there is no chromium with its chromedriver: .ci/setup test'
    exit 1
}

# browser_json: standard input as a JSON text.
browser_json() {
    "$LUACHARM" run "$TAP_DIR/.encode.lua"
}

# browser_value: the value of WebDriver's answer on standard input; exit status 1 when it is an error.
browser_value() {
    "$LUACHARM" run "$TAP_DIR/.decode.lua"
}

# browser_call METHOD PATH [BODY]
browser_call() {
    curl -s --max-time 30 -X "$1" -H 'Content-Type: application/json' ${3:+--data-binary "$3"} \
        "http://127.0.0.1:$browser_port/session$2" | browser_value
}

browser_post() {
    browser_call POST "/$browser_session$1" "$2"
}

browser_stop() {
    [ -z "${browser_session:-}" ] || browser_call DELETE "/$browser_session" >/dev/null 2>&1
    kill "$browser_pid" 2>/dev/null
    wait "$browser_pid" 2>/dev/null
}

browser_start() {
    cat >"$TAP_DIR/.encode.lua" <<'END'
print((require "charm.json".encode(io.read "a")))
END
    cat >"$TAP_DIR/.decode.lua" <<'END'
local json <const> = require "charm.json"
local answer = assert(json.decode(io.read "a"))
local value = answer.value
if type(value) == "table" and value.error then error(value.error .. ": " .. value.message, 0) end
print(type(value) == "string" and value or (json.encode(value)))
END
    mkdir "$TAP_DIR/profile"
    HOME=$TAP_DIR chromedriver --port=0 >"$TAP_DIR/.chromedriver" 2>&1 &
    browser_pid=$!
    trap 'browser_stop; rm -rf "$TAP_DIR"' EXIT
    browser_port=
    while [ -z "$browser_port" ] && kill -0 $browser_pid 2>/dev/null; do
        sleep 0.1
        browser_port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$TAP_DIR/.chromedriver")
    done
    browser_session=$(browser_call POST '' '{"capabilities": {"alwaysMatch": {
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": {"binary": "'"$(command -v chromium)"'", "args": ["--headless", "--no-sandbox",
            "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            "--user-data-dir='"$TAP_DIR"'/profile"]}}}}' |
        sed -n 's/.*"sessionId":"\([^"]*\)".*/\1/p')
    [ -n "$browser_session" ] || { echo 'Bail out! the browser does not start'; cat "$TAP_DIR/.chromedriver" >&2; exit 1; }
}

browser_open() {
    browser_post /url "{\"url\": \"file://$1\"}" >/dev/null
}

browser_js() {
    browser_post /execute/sync "{\"script\": $(printf %s "$1" | browser_json), \"args\": []}"
}

browser_find() {
    browser_post /element "{\"using\": \"css selector\", \"value\": $(printf %s "$1" | browser_json)}" |
        sed -n 's/.*:"\([^"]*\)"}.*/\1/p'
}

browser_click() {
    browser_post "/element/$(browser_find "$1")/click" '{}' >/dev/null
}

browser_keys() {
    browser_post "/element/$(browser_find "$1")/value" "{\"text\": \"$2\"}" >/dev/null
}

browser_cdp() {
    browser_post /goog/cdp/execute "{\"cmd\": \"$1\", \"params\": $2}" >/dev/null
}

browser_size() {
    browser_cdp Emulation.setDeviceMetricsOverride \
        "{\"width\": $1, \"height\": $2, \"deviceScaleFactor\": 1, \"mobile\": false}"
}

browser_media() {
    browser_cdp Emulation.setEmulatedMedia "{\"features\": [{\"name\": \"$1\", \"value\": \"$2\"}]}"
}

browser_errors() {
    browser_post /se/log '{"type": "browser"}' | sed 's/},{/}\n{/g' | grep '"SEVERE"'
}

browser_screenshot() {
    browser_call GET "/$browser_session/screenshot" | base64 -d >"$1"
}
