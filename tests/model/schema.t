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
done_testing
