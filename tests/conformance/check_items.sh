#!/bin/sh
# Whether every item of the checklists was shown in this run (SIM-: what a faithful simulator must,
# juju-hooks 5.1; the others: tls-certificates): the numbers are read from the tests that
# passed, not from the source.
# usage: tests/conformance/check_items.sh BUILD
set -u
here=$(dirname "$0")
passed=$1/tap/passed
numbers=$1/tap/numbers
grep -oE '\b((WIRE|X509|REQ|PROV|UPG)-[0-9]{3}|SIM-[0-9]{2})\b' "$passed" | sort -u >"$numbers"
cut -d ' ' -f 1 "$here/items.txt" | sort -u >"$numbers.wanted"
unknown=$(comm -23 "$numbers" "$numbers.wanted" | tr '\n' ' ')
missing=$(comm -13 "$numbers" "$numbers.wanted" | tr '\n' ' ')
echo "checklist: $(comm -12 "$numbers" "$numbers.wanted" | wc -l) of $(wc -l <"$numbers.wanted") items shown"
[ -z "$unknown" ] || echo "checklist: no such item: $unknown"
[ -z "$missing" ] || echo "checklist: NOT SHOWN: $missing"
[ -z "$unknown$missing" ]
