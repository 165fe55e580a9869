#!/bin/sh
# luacharm policy corpus: requests to try policies on.
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

passes 'the hostile kinds are listed' "$L" policy corpus --list
kinds=$(wc -l <"$OUT")
listed=$(cat "$OUT")
passes 'there are many' [ "$kinds" -ge 50 ]
has 'each with what it does' "$listed" 'two_common_names             the second of two common names'
passes 'without words, one of each' "$L" policy corpus -o all
is 'a file for each' "$(find all -name '*.pem' | grep -c .)" "$kinds"
passes 'named for its kind' test -f all/00001-two_common_names.pem
passes 'a kind by name' "$L" policy corpus --kind other_name -k two_common_names
is 'is on standard output, with its name' "$(grep '^#' "$OUT")" '# other_name
# two_common_names'
is 'and OpenSSL reads it' "$(openssl req -in "$OUT" -noout -text | grep -c 'othername')" 1
"$L" policy corpus -k wrong_signature >one.pem
"$L" policy corpus -k wrong_signature >two.pem
"$L" policy corpus -k wrong_signature --seed 2 >three.pem
passes 'the same seed gives the same bytes' cmp one.pem two.pem
fails 'another seed gives others' 1 '' sh -c 'cmp -s one.pem three.pem || { echo differ >&2; exit 1; }'
is 'names are in the domain' "$("$L" policy corpus -k wrong_signature --domain lab.test |
    openssl req -noout -subject)" 'subject=CN = web.lab.test'

cat >spec.yaml <<'YAML'
domain: lab.test
requests:
- common_name: web-<n>.lab.test
  sans_dns: [web-<n>.lab.test, <random>.lab.test]
  sans_ip: [10.0.0.<n>]
  key: rsa-2048
  count: 3
- common_name: db.lab.test
  organization: Lab
- kind: trailing_dot
  count: 2
YAML
passes 'a spec' "$L" policy corpus spec.yaml -o made
is 'has its requests in order' "$(ls made)" '00001-plain.pem
00002-plain.pem
00003-plain.pem
00004-plain.pem
00005-trailing_dot.pem
00006-trailing_dot.pem'
is 'with their numbers' "$(openssl req -in made/00002-plain.pem -noout -subject)" 'subject=CN = web-2.lab.test'
has 'names' "$(openssl req -in made/00003-plain.pem -noout -text)" 'IP Address:10.0.0.3'
is 'and keys' "$(openssl req -in made/00003-plain.pem -noout -pubkey | openssl pkey -pubin -noout -text | head -n 1)" \
    'Public-Key: (2048 bit)'
passes 'into one file' "$L" policy corpus spec.yaml --kind ber -o made.pem
is 'with all of them' "$(grep -c BEGIN made.pem)" 7

# --- what is not as it should be ---------------------------------------------------------------

spec() {
    printf '%s\n' "$1" >bad.yaml
}
spec 'requests: [{kind: nothing_such}]'
fails 'an unknown kind' 2 "bad.yaml: requests, number 1: there is no kind 'nothing_such'" "$L" policy corpus bad.yaml
spec 'requests: [{common_name: a}, {comon_name: b}]'
fails 'an unknown attribute' 2 "requests, number 2: " "$L" policy corpus bad.yaml
spec 'requests: [{common_name: a, count: many}]'
fails 'a count that is none' 2 "requests, number 1: 'count': expected a number" "$L" policy corpus bad.yaml
spec 'requests: [{kind: ber, common_name: a}]'
fails 'attributes beside a kind' 2 "'kind': expected no other member" "$L" policy corpus bad.yaml
spec 'requests: [{common_name: a, key: dsa}]'
fails 'an unknown key' 2 "'dsa' is none of the keys" "$L" policy corpus bad.yaml
spec 'wishes: []'
fails 'another file' 2 "expected 'requests' with a list" "$L" policy corpus bad.yaml
fails 'a file that is not there' 1 'nothing.yaml' "$L" policy corpus nothing.yaml
fails 'a seed that is none' 2 "--seed: expected a number, not 'x'" "$L" policy corpus --seed x
fails 'a domain that is none' 2 "is not a domain" "$L" policy corpus --domain "a'b"
done_testing
