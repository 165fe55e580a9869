#!/bin/sh
# Who may read and write which databag (SIM-11), blanks and empty values (SIM-12), the JSON shapes of
# relation commands (SIM-14).
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new
quiet model deploy "$charms/asker" -n 2
quiet model deploy "$charms/giver" -n 2
quiet model deploy "$charms/giver" stranger
quiet model integrate asker:db giver:db
quiet model settle
as giver/0 'relation-set -r db:1 mine=unit; relation-set -r db:1 --app ours=app'
as giver/1 'relation-set -r db:1 mine=one'
as asker/0 'relation-set -r db:1 --app request=1; relation-set -r db:1 u=0; relation-set -r cluster:0 --app p=1'
as asker/1 'relation-set -r cluster:0 u=1'
quiet model settle

# --- SIM-11, the table of section 4, for a leader (asker/0) and for another unit (asker/1)

unit=asker/0
row 'SIM-11 leader reads the remote application' 0 app '' 'relation-get -r db:1 --app ours giver'
row 'SIM-11 leader reads a remote unit' 0 one '' 'relation-get -r db:1 mine giver/1'
row 'SIM-11 leader reads its own application' 0 1 '' 'relation-get -r db:1 --app request asker'
row 'SIM-11 a unit'\''s name stands for its application' 0 1 '' 'relation-get -r db:1 --app request asker/1'
row 'SIM-11 leader reads a sibling' 0 '' '' 'relation-get -r db:1 u asker/1'
row 'SIM-11 leader writes for the application' 0 '' '' 'relation-set -r db:1 --app more=1'
unit=asker/1
row 'SIM-11 another unit may not read its own application' 1 '' 'permission denied' \
    'relation-get -r db:1 --app - asker'
row 'SIM-11 but of a peer relation it may' 0 1 '' 'relation-get -r cluster:0 --app p asker'
row 'SIM-11 nor write for it' 1 '' 'cannot write relation settings' 'relation-set -r db:1 --app x=1'
row 'SIM-11 nor for the peers' 1 '' 'cannot write relation settings' 'relation-set -r cluster:0 --app x=1'
row 'SIM-11 it reads the remote application' 0 app '' 'relation-get -r db:1 --app ours giver'
row 'SIM-11 it writes its own databag' 0 '' '' 'relation-set -r db:1 own=1'
row 'SIM-11 and reads through what it wrote in the same hook' 0 '2' '' \
    'relation-set -r db:1 own=2; relation-get -r db:1 own asker/1'
row 'SIM-11 an application that is not related' 1 '' 'permission denied' \
    'relation-get -r db:1 --app - stranger'
row 'SIM-11 a unit that is not related' 1 '' 'permission denied' 'relation-get -r db:1 - stranger/0'
row 'SIM-11 a unit that never entered' 1 '' \
    'cannot read settings for unit "giver/9" in relation "asker:db giver:db": unit "giver/9": settings not found' \
    'relation-get -r db:1 - giver/9'
row 'SIM-11 a relation of others' 2 '' 'invalid value "spare:7" for option -r: relation not found' \
    'relation-get -r spare:7 - giver/0'

# --- what relation-get takes, and whose databag it is

unit=asker/0
row 'an application without --app' 2 '' 'expected unit name, got application name "giver"' \
    'relation-get -r db:1 - giver'
row 'not a name' 2 '' 'invalid unit name "Giver/x"' 'relation-get -r db:1 - Giver/x'
row 'no relation' 2 '' 'no relation id specified' 'relation-get - giver/0'
row 'nobody to default to' 2 '' 'no unit or application specified' 'relation-get -r db:1 -'
row 'not an id' 2 '' 'invalid value "x" for option -r: invalid relation id' 'relation-get -r x - giver/0'
row 'the flag as it was written' 2 '' 'invalid value "x" for option --relation: invalid relation id' \
    'relation-get --relation x - giver/0'
row 'the number counts, not the endpoint' 0 unit '' 'relation-get -r anything:1 mine giver/0'
row 'and stands alone' 0 unit '' 'relation-get -r1 mine giver/0'
row '-r=1 is wrong' 2 '' 'invalid value "=1" for option -r: invalid relation id' \
    'relation-get -r=1 mine giver/0'
row 'too many arguments' 2 '' 'unrecognized args: ["x" "y"]' 'relation-get -r db:1 mine giver/0 x y'

on asker/1 db-relation-changed <<'END'
relation-get --format=json - >"$TOP/bare"
END
as giver/0 'relation-set -r db:1 mine=again'
quiet model settle
has 'a bare relation-get is about the remote unit' "$(cat bare)" '"mine":"again"'
as giver/0 'relation-set -r db:1 --app ours=more'
quiet model settle
is 'or, in app-level changed, about the remote application' "$(cat bare)" '{"ours":"more"}'

# --- SIM-14

row 'SIM-14 a missing key is null' 0 null '' 'relation-get -r db:1 --format=json none giver/0'
row 'SIM-14 and nothing in smart' 0 '' '' 'relation-get -r db:1 none giver/0'
row 'SIM-14 nothing in yaml' 0 '' '' 'relation-get -r db:1 --format=yaml none giver/0'
row 'SIM-14 an empty databag is {}' 0 '{}' '' 'relation-get -r cluster:0 --format=json --app - asker/0 | sed s/.p.:.1.//'
row 'SIM-14 no units are []' 0 '[]' '' 'relation-ids --format=json spare'
row 'SIM-14 an unknown endpoint has no relations' 0 '[]' '' 'relation-ids --format=json nonsense'
row 'relation-ids' 0 '["db:1"]' '' 'relation-ids --format=json db'
row 'relation-ids in smart' 0 db:1 '' 'relation-ids db'
row 'relation-ids outside a relation hook' 2 '' 'no endpoint name specified' 'relation-ids'
row 'relation-list' 0 '["giver/0","giver/1"]' '' 'relation-list -r db:1 --format json'
row 'relation-list --app' 0 '"giver"' '' 'relation-list -r db:1 --app --format json'
row 'relation-list --app of peers is oneself' 0 asker '' 'relation-list -r cluster:0 --app'
row 'relation-list without a relation' 2 '' 'no relation id specified' 'relation-list'
row 'relation-model-get' 0 "{\"uuid\":\"$(model status --json | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')\"}" '' \
    'relation-model-get -r db:1 --format=json'
row 'SIM-14 <>& are escaped as Go does' 0 '"a\u003cb\u003e\u0026c\"\\d/\u2028"' '' \
    'relation-set -r db:1 "k=a<b>&c\"\\d/$(printf "\342\200\250")"; relation-get -r db:1 --format=json k asker/0'

# --- SIM-12

row 'SIM-12 blanks are trimmed from arguments' 0 '"v w"' '' \
    'relation-set -r db:1 "  k =  v w  "; relation-get -r db:1 --format=json k asker/0'
row 'SIM-12 but not from a file' 0 '" v "' '' \
    'echo "k: \" v \"" | relation-set -r db:1 --file -; relation-get -r db:1 --format=json k asker/0'
row 'SIM-12 the empty text deletes' 0 null '' \
    'relation-set -r db:1 k=v; relation-set -r db:1 k=; relation-get -r db:1 --format=json k asker/0'
row 'SIM-12 null in a file deletes too' 0 null '' \
    'relation-set -r db:1 k=v; echo "k: null" | relation-set -r db:1 --file -; relation-get -r db:1 --format=json k asker/0'
row 'the value may hold =' 0 'a=b' '' 'relation-set -r db:1 k=a=b; relation-get -r db:1 k asker/0'
row 'no =' 2 '' 'expected "key=value", got "x"' 'relation-set -r db:1 x'
row 'no key' 2 '' 'expected "key=value", got "=x"' 'relation-set -r db:1 =x'
row 'twice' 2 '' 'key "k" specified more than once' 'relation-set -r db:1 k=1 k=2'
row 'empty arguments are ignored' 0 '' '' 'relation-set -r db:1 ""'
row 'nothing to set is fine' 0 '' '' 'relation-set -r db:1'
row 'arguments come before the file' 0 arg '' \
    'echo "k: file" | relation-set -r db:1 --file - k=arg; relation-get -r db:1 k asker/0'
row 'scalars of a file keep their text' 0 '{"a":"1.0","b":"yes","c":"007"}' '' \
    'printf "a: 1.0\nb: yes\nc: 007\n" >f; relation-set -r db:1 --file f; relation-get -r db:1 --format=json - asker/0 | sed "s/,\"egress.*}/}/"'
row 'a file is found from where the command was called' 0 '' '' \
    'mkdir -p /tmp/. && echo "k: v" >here.yaml && relation-set -r db:1 --file here.yaml'
row 'nested values are refused' 1 '' 'key "k": expected a string, got an object' \
    'echo "k: {a: b}" | relation-set -r db:1 --file -'
row 'a file that is not there' 1 '' "$PWD/.luacharm/units/asker-0/charm/nonsense: No such file or directory" \
    'relation-set -r db:1 --file nonsense'
row 'JSON is taken as the file' 0 '{"n":"é\u003c"}' '' \
    'echo "{\"n\":\"é<\"}" | relation-set -r db:1 --file -; relation-get -r db:1 --format=json - asker/0 | sed "s/,\"private.*}/}/; s/\"egress[^,]*,//; s/\"ingress[^,]*,//; s/,\"u\".*}/}/; s/^.*\"n\"/{\"n\"/"'
row 'a large value on standard input' 0 '1000000' '' \
    'head -c 1000000 /dev/zero | tr "\0" x | sed "s/^/k: /" | relation-set -r db:1 --file -; relation-get -r db:1 k asker/0 | tr -d "\n" | wc -c'
row '--format is an old flag' 0 '' '--format flag deprecated for command "relation-set"' \
    'relation-set -r db:1 --format=json k=v'
done_testing
