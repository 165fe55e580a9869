#!/bin/sh
# What Juju would refuse is refused, with what would have been possible, and changes nothing.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

fails 'no model' 1 "no model in '.luacharm': make one with 'luacharm model new'" model status
fails 'no model, a verb that works' 1 'no model in' model settle
mkdir empty
for name in Bad 'a b' a/b -- ''; do
    fails "a model cannot be called '$name'" 2 "\"${name#--}\" is not a valid name: model names may only" model new -- "${name#--}"
done
is 'and none is made' "$(ls -d .luacharm 2>&1)" "ls: cannot access '.luacharm': No such file or directory"
fails 'a folder that is no model' 1 'no model in' model status --model empty
mkdir -p full/charms
fails 'a folder with charms of somebody' 1 "'full' has a 'charms' that is not a model's" model new -m full
is 'which stay' "$(ls full)" charms
quiet model new
fails 'a model that is there already' 1 'there is a model in' model new
quiet model deploy "$charms/asker"
quiet model deploy "$charms/giver"

charm() { # NAME FILE TEXT: a broken charm
    rm -rf "$1" && mkdir "$1" && printf '%s\n' "$3" >"$1/$2"
}
charm nometa README.md x
charm badyaml metadata.yaml 'name: ['
charm badtype metadata.yaml 'name: x
requires: {db: {interface: 3}}'
charm sub metadata.yaml 'name: sub
subordinate: true'
touch sub/dispatch
charm idle metadata.yaml 'name: idle'
mkdir idle/hooks idle/src
charm strange metadata.yaml 'name: strange
requires: {db: {interface: unheard-of}}'
charm badname metadata.yaml 'name: Bad'

dump() { sqlite3 .luacharm/model.db .dump; }

# NAME TEXT VERB...: exit status 1, or 2 in misuses, where the words are wrong whatever the model
# holds; one line; and the database is as before.
refuses() { refuses_with 1 "$@"; }
misuses() { refuses_with 2 "$@"; }
refuses_with() {
    refuses_wanted=$1
    refuses_name=$2
    refuses_text=$3
    shift 3
    dump >before.sql
    model "$@" >"$OUT" 2>"$OUT.err"
    refuses_status=$?
    dump >after.sql
    if [ $refuses_status -eq "$refuses_wanted" ] &&
        grep -qF -- "$refuses_text" "$OUT.err" && [ "$(wc -l <"$OUT.err")" -eq 1 ] &&
        cmp -s before.sql after.sql; then
        tap_result "$refuses_name" true
    else
        tap_result "$refuses_name" false "exit status $refuses_status, wanted $refuses_wanted and '$refuses_text', one line:
$(cat "$OUT.err")
$(diff before.sql after.sql)"
    fi
}

refuses 'deploy: not there' 'nowhere: No such file or directory' deploy nowhere
refuses 'deploy: a charm without metadata' 'not a charm: neither metadata.yaml nor charmcraft.yaml' deploy nometa
refuses 'deploy: metadata that is not YAML' 'metadata.yaml: not YAML: line' deploy badyaml
refuses 'deploy: metadata of a wrong type' 'requires.db.interface: expected a string, got an integer' deploy badtype
refuses 'deploy: a bad charm name' "'Bad' is not a charm's name" deploy badname
refuses 'deploy: a charm without code' 'invalid charm "idle": has no hooks nor dispatch file' deploy idle
refuses 'deploy: a file' 'README.md: not a zip archive' deploy nometa/README.md
refuses 'deploy: a subordinate' 'is a subordinate' deploy sub
refuses 'deploy: a name that is taken' "application 'asker' already exists" deploy "$charms/asker"
misuses 'deploy: a bad name' "'Asker' is not an application's name" deploy "$charms/asker" Asker
misuses 'deploy: a name like a unit' "'a-1' is not an application's name" deploy "$charms/asker" a-1
refuses 'deploy: an unknown option' "option 'nope' not found: there is text, empty, count, ratio, flag" \
    deploy "$charms/asker" more --config nope=1
refuses 'deploy: an option of another type' "option 'count' expected int, got 'many'" \
    deploy "$charms/asker" more --config count=many
misuses 'deploy: not a number of units' "'x' is not a number" deploy "$charms/asker" more -n x
refuses 'deploy: an unknown resource' "has no resource 'x'" deploy "$charms/asker" more --resource "x=$charms/asker/dispatch"
refuses 'config: an option of another type' "option 'flag' expected boolean, got 'yes'" config asker flag=yes
refuses 'config: a float' "option 'ratio' expected float, got 'nan'" config asker ratio=nan
refuses 'config: an unknown application' "application 'nope' not found: there is asker, giver" config nope a=b
refuses 'config: reset of an unknown option' "unknown option 'nope'" config asker --reset nope
refuses 'integrate: an unknown application' "application 'nope' not found: there is asker, giver" integrate asker nope
refuses 'integrate: more than one way' "can be related in more than one way: 'asker:db giver:db', 'asker:db giver:other', 'asker:spare giver:spare'" \
    integrate asker giver
refuses 'integrate: an unknown endpoint' "application 'giver' has no endpoint 'x': there is db (provides pair), other (provides pair), spare (provides pair-two)" \
    integrate asker giver:x
refuses 'integrate: interfaces that differ' "nothing of 'asker' and 'giver' fits together: 'asker' has db (requires pair), 'giver' has spare (provides pair-two)" \
    integrate asker:db giver:spare
misuses 'integrate: with itself' "'asker' cannot be related to itself" integrate asker asker
refuses 'remove-relation: there is none' "there is no relation of 'asker' and 'giver'" remove-relation asker giver
refuses 'remove-unit: an unknown unit' "unit 'asker/9' not found: there is asker/0, giver/0" remove-unit asker/9
refuses 'remove-unit: one of two is unknown' "unit 'asker/9' not found" remove-unit asker/0 asker/9
refuses 'remove-application: an unknown one' "application 'nope' not found" remove-application nope
refuses 'add-unit: an unknown application' "application 'nope' not found" add-unit nope
misuses 'add-unit: none' "--num-units: at least 1" add-unit asker -n 0
misuses 'add-unit: too many' "is not a number up to 1000" add-unit asker -n 5000
refuses 'set-leader: an unknown unit' "unit 'asker/7' not found" set-leader asker/7
refuses 'refresh: another charm' "cannot refresh 'asker', which is charm 'asker', with charm 'giver'" refresh asker --path "$charms/giver"
refuses 'fire: before it has a charm' 'has no charm yet' fire --no-settle asker/0 start
refuses 'run: before it has a charm' "has no charm yet" run --no-settle asker/0 show
refuses 'exec: before it has a charm' 'has no charm yet' exec --no-settle asker/0 -- true
misuses 'exec: no command' 'expected UNIT -- COMMAND' exec asker/0
misuses 'an unknown option of a verb' "unknown option '--nope'" status --nope
refuses 'show-secret: none' "secret 'x' not found" show-secret x
misuses 'debug-log: a wrong level' "'loud' is not one of TRACE" debug-log --level loud

quiet model integrate asker:db giver:db
quiet model integrate asker:spare giver:spare
refuses 'integrate: twice' "relation 'asker:db giver:db' already exists" integrate asker:db giver:db
quiet model deploy "$charms/giver" second
refuses 'integrate: past the limit' 'relation for asker:spare would exceed its maximum relation limit of 1' \
    integrate asker:spare second
quiet model settle
refuses 'fire: an event that the charm cannot have' "charm 'asker' can have no event 'nope-relation-changed'" \
    fire --no-settle asker/0 nope-relation-changed
refuses 'fire: an action is no event' "can have no event 'show'" fire --no-settle asker/0 show
misuses 'fire: a secret event without a secret' 'say which with --secret' fire --no-settle asker/0 secret-expired
refuses 'fire: an unknown remote' "'giver/9' is not in relation db:" fire --no-settle asker/0 db-relation-joined --remote giver/9
cp -r "$charms/asker" less
printf 'name: asker\nsummary: without its endpoints\n' >less/metadata.yaml
refuses 'refresh: an endpoint that is in use' "the new charm has no endpoint 'cluster'" refresh asker --path less
quiet model remove-relation asker:db giver:db
refuses 'integrate: while the old one is being removed' 'is still being removed' integrate asker:db giver:db

# --- the folder

printf 'something else' >empty/model.db
fails 'not a database' 1 'empty/model.db' model status --model empty
rm empty/model.db
cp -r .luacharm newer
sqlite3 newer/model.db 'PRAGMA user_version = 999'
fails 'a newer model' 1 'was made by a newer luacharm (model format 999, this one knows ' model status --model newer
sqlite3 newer/model.db .dump >newer.sql
for verb in settle 'deploy asker' 'integrate asker giver' 'run asker/0 show' 'advance 1d' 'set-leader asker/0' secrets; do
    # shellcheck disable=SC2086 # words
    fails "a newer model: $verb" 1 'newer luacharm' model $verb --model newer
done
is 'a newer model is not changed' "$(sqlite3 newer/model.db .dump)" "$(cat newer.sql)"
fails 'no tries at all' 2 '--retries: at least 1' model settle --retries 0
touch .luacharm/mine
passes 'destroy' model destroy
has 'leaves what is not its own' "$(ls .luacharm)" mine
fails 'and is not done twice' 1 'no model in' model destroy

# --- no room on the disk: a limit on the size of files looks the same to SQLite

quiet model new
quiet model deploy "$charms/giver"
before=$(model status --json)
(
    trap '' XFSZ
    ulimit -f 80
    model deploy "$charms/asker" -n 200 >"$OUT" 2>"$OUT.err"
    echo $? >status
)
is 'no room: exit status 1' "$(cat status)" 1
is 'no room: one line' "$(grep -c '' "$OUT.err")" 1
has 'no room: it says what' "$(cat "$OUT.err")" 'model.db: disk I/O error'
is 'no room: the model is as before' "$(model status --json)" "$before"
passes 'no room: and goes on when there is some' model deploy "$charms/asker" -n 3
done_testing
