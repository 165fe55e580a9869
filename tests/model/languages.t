#!/bin/sh
# Charms in other languages: shell scripts in hooks/ and a Python dispatch, which know nothing but the
# hook commands, through a whole life with each other. The transcript is what they log.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

# events UNIT: what it has logged since the last call, without the time.
events() {
    model debug-log --replay -i "$1" -l INFO | sed -n "s|^.* INFO unit.$1.juju-log ||p" >now
    touch "seen-${1%/*}"
    tail -n "+$(($(wc -l <"seen-${1%/*}") + 1))" now
    cp now "seen-${1%/*}"
}

quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$charms/keeper"
quiet model deploy "$charms/reader"
passes 'both are deployed' model settle
is 'deploy: the shell charm' "$(events keeper/0)" 'install: version 1.0
leader-elected: leader True
config-changed: note first
start'
is 'deploy: the Python charm' "$(events reader/0)" 'install
leader-elected
config-changed
start'

quiet model integrate reader keeper
passes 'they are integrated' model settle
is 'integrate: the keeper offers, is asked, keeps a secret, and hears that it was read' "$(events keeper/0)" \
    "notes:0: notes-relation-created: with reader
notes:0: notes-relation-changed: reader asks for 'notes'
notes:0: notes-relation-joined: reader/0
notes:0: notes-relation-changed: reader/0 has read 'first'"
is 'integrate: the reader asks, and reads the secret that is granted' "$(events reader/0)" \
    "notes:0: notes-relation-created: with keeper
notes:0: notes-relation-changed: is offered 'a note'
notes:0: notes-relation-changed: reads 'first'
notes:0: notes-relation-joined: keeper/0
notes:0: notes-relation-changed: keeper/0"
has 'status of both' "$(model status | tr -s ' ')" 'keeper/0* active idle 10.1.0.2 the note is kept
reader/0* active idle 10.1.0.3 has read first'

passes 'an action of the shell charm' model run keeper/0 rewrite note=second
is 'with its result' "$(grep -v '^keeper\|^reader' "$OUT")" 'return-code: 0
revision:
  before: "1"'
passes 'and what follows from it' model settle
is 'a new revision: secret-changed, refresh; what nobody reads any more is removed' "$(events keeper/0)" \
    "rewrite: second
secret-remove: note revision 1
notes:0: notes-relation-changed: reader/0 has read 'second'"
is 'the reader sees the old content, then the new one' "$(events reader/0)" \
    "secret-changed: their-note was 'first', is 'second'"
is 'one revision is left' "$(model show-secret note --json | grep -c '"created"')" 2
passes 'an action of the Python charm' model run reader/0 read
is 'and with what it printed' "$(cat "$OUT")" 'note: second
return-code: 0
stdout: |
  read by reader/0'
is 'and its line' "$(events reader/0)" 'read: second'

cp -r "$charms/keeper" newer
echo 2.0 >newer/version
quiet model refresh keeper --path newer
passes 'refresh' model settle
is 'refresh: upgrade-charm, then config-changed' "$(events keeper/0)" 'upgrade-charm: version 2.0
config-changed: note first'
has 'the version is shown' "$(model status)" 'keeper  2.0'
is 'the reader hears nothing of it' "$(events reader/0)" ''

quiet model remove-relation reader keeper
passes 'the relation ends' model settle
is 'remove-relation: the keeper' "$(events keeper/0)" 'notes:0: notes-relation-departed: reader/0
notes:0: notes-relation-broken: with reader'
is 'remove-relation: the reader' "$(events reader/0)" 'notes:0: notes-relation-departed: keeper/0
notes:0: notes-relation-broken: with keeper'
is 'the secret is gone' "$(model secrets)" 'There are no secrets in this model'
quiet model integrate reader keeper
quiet model settle
events keeper/0 >/dev/null
events reader/0 >/dev/null
quiet model remove-application reader keeper
passes 'both are removed' model settle
is 'remove-application: the keeper' "$(events keeper/0)" 'notes:1: notes-relation-departed: reader/0
notes:1: notes-relation-broken: with reader
stop
remove'
is 'remove-application: the reader' "$(events reader/0)" 'notes:1: notes-relation-departed: keeper/0
notes:1: notes-relation-broken: with keeper
stop
remove'
has 'nothing is left' "$(model status)" 'is empty'
is 'and no hook has complained' "$(model debug-log --replay -l WARNING)" ''
done_testing
