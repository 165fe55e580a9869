#!/bin/sh
# From v3 to v4 before one's eyes: a web server in the v3 style, a TLS client that never lets up, one
# `juju refresh`, and what the client saw of it. Exits non-zero when a handshake failed or nothing was
# replaced. The page with the same chart stays: $PAGE (demo-upgrade.html).
# usage: LUACHARM=path TLS_LOAD=path charms/demo-upgrade.sh
set -eu

charms=$(cd "$(dirname "$0")" && pwd)
luacharm=${LUACHARM:-luacharm}
page=${PAGE:-$PWD/demo-upgrade.html}
work=$(mktemp -d "${TMPDIR:-/tmp}/luacharm-demo.XXXXXX")
cd "$work"
model() { "$luacharm" model "$@"; }
load=
leave() {
    [ -z "$load" ] || kill "$load" 2>/dev/null || true
    [ ! -f "$state/nginx.pid" ] || kill "$(cat "$state/nginx.pid")" 2>/dev/null || true
    rm -rf "$work"
}
state=$work/.luacharm/units/web-0/charm/workload
trap leave EXIT
trap 'exit 130' INT TERM

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || step() { printf '\n%s\n' "$*"; }
fail() {
    echo "demo: $*" >&2
    exit 1
}

step '1. A web server in the way of charms on the v3 library, with nginx'
model new >/dev/null
model deploy "$charms/self-signed-ca"
model deploy "$charms/web-v3" --config external-hostname=web.example.com
model integrate web self-signed-ca
model settle >/dev/null
model status | sed -n '/^Unit/,/^$/p'
port=$(sed -n 's/.*listen [^;]*:\([0-9]*\) ssl.*/\1/p' "$state/nginx.conf")
[ -n "$port" ] || fail 'nginx does not run'
cp "$state/tls/ca.pem" trusted.pem

step '2. A client begins: 250 handshakes a second, chain and name verified, nothing tried twice'
# Its clock is an hour ahead, since the model turns its own when a hook is tried again.
echo 3600 >clock
"$TLS_LOAD" "$port" web.example.com trusted.pem 250 1000 handshakes clock >sums &
load=$!
sleep 1.5

step '3. juju refresh web --path charms/web, and nothing else'
model refresh web --path "$charms/web"
model settle
sleep 1.5
kill "$load"
wait "$load" || fail "$(cat sums)"
load=

step '4. What the units did, and what the client saw'
model timeline --unit web --load handshakes | awk '/refresh|upgrade-charm/ { after = 1 } after'
model timeline --load handshakes --html "$page"
[ "$(grep -c '^serial' sums)" -eq 2 ] || fail 'the certificate was not replaced'

step 'A new key and a new certificate; not one handshake has failed.'
model remove-application web >/dev/null
model settle >/dev/null
model destroy >/dev/null
