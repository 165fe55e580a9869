#!/bin/sh
# A disk that is full: a clear error, and a model that is as it was and goes on. A limit on the size of
# files stands for the disk: what is over it cannot be written.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir
# full KIB COMMAND...
full() {
    (
        trap '' XFSZ
        ulimit -f $(($1 * 2))
        shift
        "$LUACHARM" model "$@"
    )
}
held() { sqlite3 .luacharm/model.db 'SELECT * FROM application' 'SELECT name, phase, installed FROM unit' 'SELECT * FROM relation' \
    'SELECT * FROM setting' 'SELECT now FROM model'; }

quiet model new --at 2026-01-01T00:00:00Z
quiet model deploy "$charms/asker" -n 2
quiet model deploy "$charms/giver"
quiet model settle
before=$(held)
fails 'a verb' 1 'model.db: ' full 8 integrate asker:db giver:db
is 'has changed nothing' "$(held)" "$before"
fails 'a deployment' 1 'File too large' full 8 deploy "$charms/asker" other
is 'neither' "$(held)" "$before"
quiet model integrate asker:db giver:db
full 8 settle >told 2>err
is 'a settle: exit status' $? 1
has 'and why' "$(cat err)" 'model.db: '
passes 'with room again it goes on' model settle --retries 9
is 'to its end' "$(as asker/0 relation-list -r db:1)" giver/0
is 'the database is whole' "$(sqlite3 .luacharm/model.db 'PRAGMA quick_check')" ok
done_testing
