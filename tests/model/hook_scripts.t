#!/bin/sh
# A charm of hook scripts, with src/lifecycle.lua beside them: its certificate is asked for, installed
# and renewed by events for which it has no script.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

# The hooks in which a certificate was installed.
installed() { model debug-log --replay | sed -n 's/.*[ :]\([a-z_-]*\): installed .*/\1/p'; }
serial() { openssl x509 -in tls/cert.pem -noout -serial; }

is 'it has one hook script' "$(ls "$charms/scripts/hooks")" start.lua
quiet model new
quiet model deploy "$charms/scripts" --config tls-dir="$TAP_DIR/tls"
quiet model settle
has 'the script is run' "$(model status)" started
fails 'the action is a script, too' 1 'no certificate yet' model run scripts/0 show

quiet model deploy "$TESTS/../charms/self-signed-ca"
quiet model integrate scripts self-signed-ca
quiet model settle
is 'a certificate came with an event that has no script' "$(installed)" certificates-relation-changed
first=$(serial)
passes 'the action shows it' model run scripts/0 show
has 'by what lifecycle.lua gave it' "$(cat "$OUT")" "serial: $(echo "${first#serial=}" | tr '[:upper:]' '[:lower:]')"

passes 'nine tenths of its time pass' model advance 82d
has 'its secret expires, for which there is no script' "$(model debug-log --replay --level DEBUG)" secret-expired
is 'and a successor is installed' "$(installed | sort -u) $(installed | wc -l)" 'certificates-relation-changed 2'
is 'another certificate' "$([ "$(serial)" != "$first" ] && echo another)" another
is 'for the same key' "$(openssl x509 -in tls/cert.pem -noout -pubkey)" "$(openssl pkey -in tls/key.pem -pubout)"
passes 'which verifies at that time' openssl verify -CAfile tls/ca.pem -verify_hostname scripts.example.com \
    -attime "$(($(date +%s) + 82 * 86400))" tls/cert.pem
has 'all the while its status is its own' "$(model status)" started

configure() { quiet model config scripts "$@" && quiet model settle; }
configure hostname=other.example.com
has 'another name is asked for, without a script for config-changed' \
    "$(openssl x509 -in tls/cert.pem -noout -ext subjectAltName)" other.example.com
done_testing
