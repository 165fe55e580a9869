#!/bin/sh
# A model that an older luacharm has made is brought up to date by whoever opens it first.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

schema() { sqlite3 .luacharm/model.db "SELECT sql FROM sqlite_schema ORDER BY name"; }
version() { sqlite3 .luacharm/model.db 'PRAGMA user_version'; }
# As version 1 was.
age() {
    sqlite3 .luacharm/model.db 'DROP TABLE fault; DROP TABLE hold; DROP TABLE event;
        ALTER TABLE run DROP COLUMN log; PRAGMA user_version = 1'
}

quiet model new
quiet model deploy "$charms/plain" old
quiet model settle
new_schema=$(schema)
new_version=$(version)
for verb in status 'deploy --num-units 0 '"$charms/plain"' another'; do
    age
    # shellcheck disable=SC2086 # words
    passes "an older model: ${verb%% *}" model $verb
    is 'has the tables of a new one' "$(schema)" "$new_schema"
    is 'and its version' "$(version)" "$new_version"
done
has 'nothing is lost' "$(model status)" 'old/0'

# strange NAME SQL TEXT: a database that is no model's is refused, and by whoever would change it, too.
strange() {
    cp -r .luacharm strange
    sqlite3 strange/model.db "$2"
    fails "$1" 1 "strange/model.db$3" model status -m strange
    fails 'also by one that would change it' 1 "strange/model.db$3" model remove-unit -m strange old/0
    rm -r strange
}
strange 'a trigger' "CREATE TRIGGER t AFTER UPDATE ON unit BEGIN DELETE FROM secret; END" \
    ' is not as a model is made: it has the trigger t'
strange 'a view for a table' 'ALTER TABLE unit RENAME TO theirs; CREATE VIEW unit AS SELECT * FROM theirs' \
    ' is not as a model is made: it has the view unit'
strange 'a virtual table' 'CREATE VIRTUAL TABLE v USING fts5(a)' \
    ' is not as a model is made: it has the table v'
strange 'a format before the first' 'PRAGMA user_version = -1' ': expected model format 1 to 3, got -1'
strange 'a table that is not there' 'DROP TABLE model' ': no such table: model'
strange 'a unit that fails at nothing' "PRAGMA ignore_check_constraints = 1; UPDATE unit SET phase = 'failed'" \
    " is damaged: unit 'old/0' is failed, but has no hook"
done_testing
