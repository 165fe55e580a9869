#!/bin/sh
# A long life in the local model: three units with a certificate each and one of the application, while
# the leader changes, keys are made anew, the CA is rotated, a unit leaves, time passes, and the
# relation ends. At the end there is no orphan secret and no orphan request.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

# Labels of the requirer's secrets by kind, with how many there are: "3 certificate-N 1 key-app".
kinds() {
    model secrets --json >secrets.json || return 1
    tr ',' '\n' <secrets.json | sed -n 's/.*"label": "afd8c2bccf834997afce12c2706d2ede-\([^"]*\)".*/\1/p' |
        sed -e 's/-certificates.*//' -e 's/certificate-[0-9]$/certificate-N/' \
            -e 's/private-key-[0-9]$/key-N/' -e 's/private-key-app$/key-app/' |
        sort | uniq -c | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'
}

# Entries of a databag's key, by who wrote it: a count.
requests_of() {
    model show-unit "$1" --json >unit.json
    grep -o 'BEGIN CERTIFICATE REQUEST' unit.json | wc -l
}

serials() { model status --json | grep -o '\(app\|unit\) [0-9a-f]\{8\}' | sort -u; }
settled() { quiet model settle; }

quiet model new
quiet model deploy "$charms/multi" -n 3
quiet model deploy "$TESTS/../charms/self-signed-ca"
quiet model integrate multi self-signed-ca
settled
is 'each unit has a key and a certificate, the application too' "$(kinds)" \
    '1 certificate 3 certificate-N 3 key-N 1 key-app'
serials >serials.first
is 'four certificates are in use' "$(wc -l <serials.first)" 4

quiet model set-leader multi/1
settled
is 'a new leader has the certificate; the old one has let go of it' "$(kinds)" \
    '1 certificate 3 certificate-N 3 key-N 1 key-app'
is 'nothing was issued anew for that' "$(serials)" "$(cat serials.first)"

for unit in multi/0 multi/1 multi/2; do
    quiet model run "$unit" rotate
done
settled
serials >serials.rotated
is 'after a rotation of all keys there is one of each' "$(kinds)" \
    '1 certificate 3 certificate-N 3 key-N 1 key-app'
is 'every certificate is a new one' "$(cat serials.first serials.rotated | sort -u | wc -l)" 8

quiet model run self-signed-ca/0 rotate-private-key
settled
serials >serials.ca
is 'the new CA has issued all of them anew' "$(cat serials.rotated serials.ca | sort -u | wc -l)" 8
is 'and no request is left over' "$(kinds)" '1 certificate 3 certificate-N 3 key-N 1 key-app'

quiet model advance 82d
serials >serials.renewed
is 'after nine tenths of their life all are renewed' "$(cat serials.ca serials.renewed | sort -u | wc -l)" 8
is 'and the old ones are gone' "$(kinds)" '1 certificate 3 certificate-N 3 key-N 1 key-app'
is 'units that do not lead ask alike' \
    "$(requests_of multi/0)" "$(requests_of multi/2)"

quiet model remove-unit multi/2
settled
is 'a unit that leaves takes its secrets with it' "$(kinds)" \
    '1 certificate 2 certificate-N 2 key-N 1 key-app'

quiet model remove-relation multi self-signed-ca
settled
is 'with the relation all secrets of the requirer go' "$(kinds)" ''
is 'and all requests' "$(requests_of multi/0)$(requests_of multi/1)" 00
is 'the CA stays' "$(grep -c 'luacharm-ca-certificates' secrets.json)" 1

quiet model integrate multi self-signed-ca
settled
is 'a new relation begins anew' "$(kinds)" '1 certificate 2 certificate-N 2 key-N 1 key-app'
done_testing
