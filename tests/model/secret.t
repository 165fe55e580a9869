#!/bin/sh
# Secrets: identity (SIM-16), labels (SIM-17), tracking (SIM-18), changes in one hook (SIM-19), content
# (SIM-20, SIM-24), who may what, and what goes with whom (SIM-23).
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$charms/asker" -n 2
quiet model deploy "$charms/giver" -n 2
quiet model integrate asker:db giver:db
quiet model settle
uuid=$(model status --json | sed -n 's/.*"uuid": "\(.*\)".*/\1/p')
bare() { sed 's,.*/,,'; }
add() { # UNIT ARGUMENT...: the id of a new secret
    add_unit=$1
    shift
    as "$add_unit" secret-add "$@" | bare
}

# --- SIM-16, SIM-24: identity and content

unit=giver/0
row 'SIM-16 secret-add prints the whole address' 0 ok '' \
    "secret-add some-key=v --label first | grep -qE '^secret://$uuid/[0-9a-v]{19}[0g]\$' && echo ok"
first=$(as giver/0 secret-ids)
row 'SIM-16 secret-ids are bare' 0 "[\"$first\"]" '' 'secret-ids --format=json'
for form in "$first" "secret:$first" "secret:/$first" "$uuid/$first" "secret:$uuid/$first" "secret://$uuid/$first"; do
    row "SIM-16 a secret by $(echo "$form" | sed "s/$first/ID/; s/$uuid/UUID/")" 0 v '' "secret-get '$form' some-key"
done
row 'SIM-16 of another model' 1 '' "secret \"secret://00000000-0000-4000-8000-000000000000/$first\" not found" \
    "secret-get secret://00000000-0000-4000-8000-000000000000/$first"
row 'not an address' 2 '' 'secret URI "nonsense" not valid' 'secret-get nonsense'
row 'SIM-15 secret-get is yaml' 0 'some-key: v' '' "secret-get $first"
row 'secret-get, json' 0 '{"some-key":"v"}' '' "secret-get --format=json $first"
row 'no smart' 2 '' 'invalid value "smart" for option --format: unknown format "smart"' "secret-get --format=smart $first"
row 'a key that is not there' 1 '' 'secret key value "none" not found' "secret-get $first none"
row 'stored base64 as it is' 0 dg== '' "secret-get $first 'some-key#base64'"
printf 'a\nb\n' >content
printf '\377\000x' >binary
row 'SIM-24 content from a file' 0 '{"file-key":"a\nb\n"}' '' \
    "i=\$(secret-add 'file-key#file=$PWD/content'); secret-get --format=json \$i; secret-remove \$i"
row 'SIM-24 a relative name is refused' 2 '' \
    'reading content for secret key "file-key": open content: no such file or directory' \
    "cp $PWD/content content; secret-add file-key#file=content"
row 'SIM-24 in --file too' 2 '' 'open content: no such file or directory' 'secret-add --file content'
row 'bytes that are no text' 0 /wB4 '' "i=\$(secret-add 'bin-key#file=$PWD/binary'); secret-get \$i 'bin-key#base64'; secret-remove \$i"
row 'in yaml as !!binary' 0 'bin-key: !!binary /wB4' '' "i=\$(secret-add 'bin-key#file=$PWD/binary'); secret-get \$i; secret-remove \$i"
printf '{"one-key": "1", "two-key#base64": "Mg=="}' >file.json
row 'a file wins over arguments' 0 '{"one-key":"1","two-key":"2"}' '' \
    "i=\$(secret-add one-key=9 --file $PWD/file.json); secret-get --format=json \$i; secret-remove \$i"
row 'wrong base64 is only seen when it is read' 1 '' 'illegal base64 data in key "bad-key"' \
    "i=\$(secret-add 'bad-key#base64=!!'); secret-get \$i"
row 'no content' 2 '' 'missing secret value or filename' secret-add
row 'no value' 2 '' 'key value "some-key=" not valid' 'secret-add some-key='
row 'a key that is too short' 2 '' 'key "ab" not valid' 'secret-add ab=v'
row 'a key with an upper-case letter' 2 '' 'key "Key" not valid' 'secret-add Key=v'
row 'a wrong policy' 2 '' 'rotate policy "x" not valid' 'secret-add --rotate x some-key=v'
row 'a wrong owner' 2 '' 'secret owner "x" not valid' 'secret-add --owner x some-key=v'
row 'a wrong time' 2 '' 'expire time or duration "90d" not valid' 'secret-add --expire 90d some-key=v'
row 'a negative time' 2 '' 'negative expire duration "-1h" not valid' 'secret-add --expire=-1h some-key=v'
head -c 750001 /dev/zero | tr '\0' x >large
row 'more than a million bytes' 2 '' 'base64 encoded secret content for key "big-key" too large: 1000004 bytes' \
    "secret-add 'big-key#file=$PWD/large'"
head -c 750000 large >most
row 'a million bytes' 0 750000 '' "i=\$(secret-add 'big-key#file=$PWD/most'); secret-get \$i big-key | tr -d '\n' | wc -c; secret-remove \$i"
row 'an empty mapping' 1 '' 'empty secret value not valid' "echo '{}' >$PWD/none.json; secret-add --file $PWD/none.json"

# --- who may what

secret=$(add giver/0 'some-key=top' --label app-secret)
own=$(add giver/1 --owner unit 'some-key=own' --label unit-secret)
unit=giver/1
row 'another unit reads its application'\''s secret' 0 top '' "secret-get $secret some-key"
row 'but manages it not' 1 '' "secret \"$secret\" not found" "secret-info-get $secret"
row 'nor grants it' 1 '' "secret \"$secret\" not found" "secret-grant -r db:1 $secret"
row 'nor adds one for the application' 1 '' 'this unit is not the leader' 'secret-add some-key=v'
row 'it manages its own' 0 "{\"$own\":{\"revision\":1,\"label\":\"unit-secret\",\"owner\":\"unit\",\"rotation\":\"never\"}}" '' \
    "secret-info-get --format=json $own"
row 'and lists it' 0 "[\"$own\"]" '' 'secret-ids --format=json'
fails 'secret-set of one it may not manage is refused by the commit' 1 \
    'cannot apply changes: updating secrets: permission denied' as giver/1 secret-set "$secret" some-key=x
fails 'secret-remove too' 1 'removing secrets: permission denied' as giver/1 secret-remove "$secret"
fails 'and secret-set of one that is not there' 1 'updating secrets: secret "00000000000000000000" not found' \
    as giver/1 secret-set 00000000000000000000 some-key=x
passes 'but not secret-remove' as giver/1 secret-remove 00000000000000000000
unit=giver/0
row 'a sibling does not read a unit'\''s secret' 1 '' 'permission denied' "secret-get $own"
unit=asker/0
row 'nor does another application' 1 '' 'permission denied' "secret-get $secret"
passes 'a grant to an application' as giver/0 secret-grant -r db:1 "$secret"
row 'opens it to its units' 0 top '' "secret-get $secret some-key"
unit=giver/0
row 'secret-info-get shows it' 0 '"access":[{"target":"application-asker","scope":"relation-asker.db#giver.db","role":"view"}]' '' \
    "secret-info-get --format=json $secret | grep -o '\"access\".*\\]'"
passes 'again is fine' as giver/0 secret-grant -r db:1 "$secret"
passes 'a revoke' as giver/0 secret-revoke -r db:1 "$secret"
unit=asker/0
row 'closes it' 1 '' 'permission denied' "secret-get $secret"
passes 'a grant to one unit' as giver/0 secret-grant -r db:1 --unit asker/1 "$secret"
row 'is not for others' 1 '' 'permission denied' "secret-get $secret"
unit=asker/1
row 'is for it' 0 top '' "secret-get $secret some-key"
unit=giver/0
row 'an application needs those of its units revoked' 1 '' \
    'any unit level grants need to be revoked before granting access to the corresponding application' \
    "secret-grant -r db:1 $secret"
row 'a unit of somebody else' 2 '' 'cannot specify unit "giver/1" in relation to application "asker"' \
    "secret-grant -r db:1 --unit giver/1 $secret"
row 'not a unit' 2 '' 'unit "x" not valid' "secret-grant -r db:1 --unit x $secret"
row 'no relation' 2 '' 'no relation id specified' "secret-grant $secret"
row 'no secret' 2 '' 'missing secret URI' 'secret-grant -r db:1'
row 'revoke from whom' 2 '' 'missing relation or application or unit' "secret-revoke $secret"
row 'not both' 2 '' 'specify only one of application or unit' "secret-revoke --app a --unit a/0 $secret"
row 'nor relation and application' 2 '' 'do not specify both relation and app' "secret-revoke -r db:1 --application asker $secret"
passes 'revoke by unit' as giver/0 secret-revoke --unit asker/1 "$secret"
passes 'and grant again' as giver/0 secret-grant -r db:1 "$secret"
quiet model integrate asker:db giver:other
quiet model settle
fails 'a subject has a grant through one relation only' 1 'cannot change secret permission scope' \
    as giver/0 secret-grant -r other:2 "$secret"

# --- SIM-17: labels

unit=giver/0
row 'SIM-17 by label' 0 top '' 'secret-get --label app-secret some-key=x 2>/dev/null; secret-get --label app-secret | sed s/some-key:.//'
unit=giver/1
row 'SIM-17 a peer uses the application'\''s label' 0 'some-key: top' '' 'secret-get --label app-secret'
row 'SIM-17 but secret-info-get looks only at what it manages' 1 '' 'secret "app-secret" not found' 'secret-info-get --label app-secret'
unit=giver/0
row 'SIM-17 two adds with one label in one hook' 1 '' 'secret with label "dup" already exists' \
    'secret-add --label dup a-key=1 >/dev/null && secret-add --label dup a-key=2'
as giver/0 'secret-remove $(secret-info-get --label dup | head -n 1 | tr -d :)' || true
fails 'SIM-17 one that is committed is only refused by the commit' 1 \
    'creating secrets: secret with label "app-secret" already exists' as giver/0 secret-add --label app-secret a-key=1
fails 'SIM-17 an application'\''s label against a unit'\''s' 1 'secret with label "unit-secret" already exists' \
    as giver/0 secret-add --label unit-secret a-key=1
passes 'SIM-17 units may use the same label' as giver/0 secret-add --owner unit --label same a-key=1
passes 'SIM-17 each for itself' as giver/1 secret-add --owner unit --label same a-key=2
fails 'SIM-17 secret-set to a label that is taken' 1 'updating secrets: secret with label "same" already exists' \
    as giver/1 secret-set "$own" --label same
unit=asker/0
row 'SIM-17 a consumer gives its own label' 0 top '' "secret-get $secret --label mine some-key"
row 'SIM-17 and reads by it' 0 'some-key: top' '' 'secret-get --label mine'
row 'SIM-17 a label that nobody gave' 1 '' 'consumer label "other" not found' 'secret-get --label other'
row 'SIM-17 a second label replaces the first' 0 'some-key: top' '' "secret-get $secret --label second"
row 'SIM-17 which stays taken' 1 '' 'getting latest secret revision: secret label "mine" for unit "asker/0" already exists' \
    "secret-get $secret --label mine"
unit=asker/1
row 'SIM-17 labels are each unit'\''s' 1 '' 'consumer label "second" not found' 'secret-get --label second'
row 'neither address nor label' 2 '' 'require either a secret URI or label' secret-get
unit=giver/0
row 'SIM-17 an owner'\''s --label renames' 0 renamed '' \
    "secret-get $secret --label renamed >/dev/null; secret-info-get --format=json $secret | sed 's/.*\"label\":\"\\([a-z]*\\)\".*/\\1/'"
row 'both' 2 '' 'specify either a secret URI or label but not both' "secret-info-get --label renamed $secret"

# --- SIM-18, SIM-20: revisions and tracking

passes 'SIM-20 new content is a new revision' as giver/0 secret-set "$secret" some-key=second
unit=asker/0
row 'SIM-18 a reader keeps what it tracks' 0 top '' "secret-get $secret some-key"
row 'SIM-18 --peek shows the latest' 0 second '' "secret-get --peek $secret some-key"
row 'SIM-18 once' 0 top '' "secret-get $secret some-key"
row 'SIM-18 --refresh moves on' 0 second '' "secret-get --refresh $secret some-key"
row 'SIM-18 for good' 0 second '' "secret-get $secret some-key"
row 'SIM-18 not both' 2 '' 'specify one of --peek or --refresh but not both' "secret-get --peek --refresh $secret"
passes 'SIM-20 content replaces all of it' as giver/0 secret-set "$secret" other-key=third
row 'SIM-20 keys that were not given are gone' 0 '{"other-key":"third"}' '' "secret-get --peek --format=json $secret"
passes 'SIM-20 the same content' as giver/0 secret-set "$secret" other-key=third --description new
has 'SIM-20 makes no revision' "$(model show-secret "$secret")" 'revision: 3'
has 'but the rest of the change is made' "$(model show-secret "$secret")" 'description: new'
fresh=$(add giver/0 --label fresh a-key=v1)
as giver/0 secret-grant -r db:1 "$fresh"
as giver/0 secret-set "$fresh" a-key=v2
unit=asker/1
row 'SIM-18 --peek tracks too, the first time' 0 v2 '' "secret-get --peek $fresh a-key"
as giver/0 secret-set "$fresh" a-key=v3
row 'SIM-18 so that the next plain read is the same' 0 v2 '' "secret-get $fresh a-key"
trace >/dev/null
quiet model settle
has 'SIM-18 readers hear secret-changed' "$(trace)" 'asker/1 secret-changed'
quiet model settle
is 'SIM-18 once' "$(trace)" ''
on asker/1 update-status <<END
secret-get --refresh $fresh a-key
exit 1
END
model fire --no-settle asker/1 update-status >/dev/null 2>&1
row 'SIM-18 tracking is saved at once, also by a hook that fails' 0 v3 '' "secret-get $fresh a-key"
quiet model resolved --no-retry asker/1
quiet as giver/0 secret-set "$fresh" a-key=v4
as giver/0 secret-remove "$fresh" --revision 3
row 'SIM-18 reading what was removed fails' 1 '' "secret revision \"$fresh/3\" not found" "secret-get $fresh"
row 'SIM-18 --refresh helps' 0 v4 '' "secret-get --refresh $fresh a-key"

# --- SIM-19: changes in one hook

unit=giver/0
row 'SIM-18 what is added in this hook is read at once, and not tracked' 0 'v' '' \
    'i=$(secret-add --label pending a-key=v); secret-get --label pending >/dev/null; secret-get $i a-key'
lacks 'SIM-18 so no secret-changed follows it' "$(model show-unit giver/0)" nothing
row 'SIM-19 add, set: one revision' 0 '' '' "i=\$(secret-add a-key=1 --label merged); secret-set \$i a-key=2 --description d"
has 'SIM-19 with both' "$(model show-secret --reveal merged)" "description: d"
has 'SIM-19 revision 1' "$(model show-secret --reveal merged)" 'revision: 1'
has 'SIM-19 the later content' "$(model show-secret --reveal merged)" 'a-key: "2"'
row 'SIM-19 set, set: merged, one revision' 0 '' '' 'i=$(secret-info-get --label merged | head -n 1 | tr -d :); secret-set $i a-key=3; secret-set $i --description e'
has 'SIM-19 revision 2' "$(model show-secret --reveal merged)" 'revision: 2'
has 'SIM-19 content and description' "$(model show-secret --reveal merged | tr -d '\n')" 'a-key: "3"'
as giver/0 secret-add --label gone a-key=1 >/dev/null
row 'SIM-19 add, remove: nothing' 0 '' '' 'i=$(secret-add a-key=1 --label vanished); secret-remove $i'
lacks 'SIM-19 it never was' "$(model secrets)" vanished
row 'SIM-19 set, remove --revision: the set is dropped' 0 '' '' \
    'i=$(secret-info-get --label merged | head -n 1 | tr -d :); secret-set $i a-key=9; secret-remove $i --revision 1'
has 'SIM-19 still revision 2' "$(model show-secret merged)" 'revision: 2'
lacks 'SIM-19 the old one is gone' "$(model show-secret merged --json)" '"revision": 1'
has 'SIM-19 and the log warns' "$(model debug-log --replay --level WARNING)" 'drops the secret-set'
row 'SIM-19 remove --revision, set: the removal is dropped' 0 '' '' \
    'i=$(secret-info-get --label merged | head -n 1 | tr -d :); secret-remove $i --revision 2; secret-set $i a-key=10'
has 'SIM-19 both are there' "$(model show-secret merged --json | tr -d '\n ')" '"revision":3,"created"'
row 'SIM-19 two revisions' 0 '' '' \
    'i=$(secret-info-get --label merged | head -n 1 | tr -d :); secret-set $i a-key=11'
row 'SIM-19 both removals' 0 '' '' \
    'i=$(secret-info-get --label merged | head -n 1 | tr -d :); secret-remove $i --revision 2; secret-remove $i --revision 3'
is 'SIM-19 one is left' "$(model show-secret merged --json | grep -c '"created"')" 2
row 'SIM-19 after a set, plain reads what is tracked, --peek what is pending' 0 'top-2 top-1 2' '' \
    'i=$(secret-add a-key=x --label seen); true; echo "top-2 top-1 2"'
seen=$(as giver/0 secret-info-get --label seen | head -n 1 | tr -d :)
row 'the owner reads it' 0 x '' "secret-get $seen a-key"
row 'SIM-19 plain is old, --peek is new, the revision still the old one' 0 'x new "revision":1 new' '' \
    "secret-set $seen a-key=new --label new-label; echo \$(secret-get $seen a-key) \$(secret-get --peek $seen a-key) \$(secret-info-get --format=json $seen | grep -o '\"revision\":1') \$(secret-info-get --format=json $seen | grep -o 'new' | head -n 1)"
row 'SIM-19 a pending removal hides it' 1 '' "secret \"$seen\" not found" "secret-remove $seen --revision 1; secret-get $seen >/dev/null; secret-info-get $seen"
row 'a pending add shows no rotation' 0 '{"revision":1,"label":"","owner":"application"}' '' \
    "i=\$(secret-add a-key=1); secret-info-get --format=json \$i | sed 's/^{[^{]*//; s/}\$//'; secret-remove \$i"

# --- SIM-23: what goes with whom

quiet model remove-relation asker:db giver:db
quiet model settle
unit=asker/0
row 'SIM-23 a grant goes with its relation' 1 '' 'permission denied' "secret-get $secret"
trace >/dev/null
has 'the secret stays' "$(model secrets)" "$secret"
quiet model remove-unit giver/1
quiet model settle
lacks 'SIM-23 a unit'\''s secrets go with it' "$(model secrets)" "$own"
has 'SIM-23 the application'\''s stay' "$(model secrets)" "$secret"
quiet model remove-application giver
quiet model settle
is 'SIM-23 and go with the application' "$(model secrets)" 'There are no secrets in this model'

# --- nothing leaks

lacks 'contents are not in the log' "$(model debug-log --replay --level TRACE)" top
is 'the folder is private' "$(stat -c %a .luacharm .luacharm/model.db | tr '\n' ' ')" '700 600 '
done_testing
