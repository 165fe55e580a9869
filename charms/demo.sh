#!/bin/sh
# Two charms in a fresh local model: a certificate is asked for, issued, checked with the openssl
# program, and renewed when its time comes. Exits non-zero when any of that is not so, and leaves
# nothing behind but, when TIMELINE is a file's whole path, the timeline as a page there.
# usage: [TIMELINE=FILE] LUACHARM=path charms/demo.sh
set -eu

charms=$(cd "$(dirname "$0")" && pwd)
luacharm=${LUACHARM:-luacharm}
work=$(mktemp -d "${TMPDIR:-/tmp}/luacharm-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || step() { printf '\n%s\n' "$*"; }
model() { "$luacharm" model "$@"; }
fail() {
    echo "demo: $*" >&2
    model debug-log --level DEBUG >&2 || true
    exit 1
}
serial() { openssl x509 -in tls/cert.pem -noout -serial; }
public_key() { openssl pkey -in tls/key.pem -pubout; }

step '1. Two charms, related: what each hook did'
model new >/dev/null
model deploy "$charms/self-signed-ca"
model deploy "$charms/web" --config external-hostname=web.example.com --config workload=none --config tls-dir="$work/tls"
model integrate web self-signed-ca
model settle

step '2. The certificate'
[ -f tls/cert.pem ] || fail 'web has written no certificate'
"$luacharm" x509 show tls/cert.pem
openssl verify -CAfile tls/ca.pem -verify_hostname web.example.com tls/cert.pem || fail 'it does not verify'
[ "$(openssl x509 -in tls/cert.pem -noout -pubkey)" = "$(public_key)" ] || fail 'it is for another key'
[ "$(stat -L -c %a tls/key.pem)" = 600 ] || fail 'others can read the key'
first_serial=$(serial)
first_key=$(public_key)

step '3. 85 days later: renewed at nine tenths of its life'
model advance 85d
second_serial=$(serial)
echo "before: $first_serial; after: $second_serial"
[ "$first_serial" != "$second_serial" ] || fail 'it was not renewed'
[ "$first_key" = "$(public_key)" ] || fail 'the key has changed'
openssl verify -CAfile tls/ca.pem -attime "$(($(date +%s) + 85 * 86400))" tls/cert.pem || fail 'it does not verify'

step 'A new serial, the same key, nothing done by hand.'
if [ -n "${TIMELINE:-}" ]; then
    model timeline --html "$TIMELINE" >/dev/null
    echo "What happened when, as a page for your browser: file://$TIMELINE"
fi
model destroy >/dev/null
