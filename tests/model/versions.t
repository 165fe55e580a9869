#!/bin/sh
# Older and newer Jujus (SIM-27): the differences of juju-hooks 6 that a charm can see.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

start() { # VERSION
    rm -rf .luacharm trace on
    quiet model new --juju-version "$1" &&
        quiet model deploy "$charms/asker" -n 2 && quiet model deploy "$charms/giver" &&
        quiet model integrate asker:db giver:db && quiet model settle
    unit=giver/0
}
id() { as giver/0 secret-info-get --label "$1" | head -n 1 | tr -d :; }

start 3.0.3
row 'SIM-27 3.0: the short address' 0 ok '' "secret-add a-key=1 | grep -qE '^secret:[0-9a-v]{20}\$' && echo ok"
row 'SIM-27 3.0: five KiB a value' 2 '' 'secret content for key "a-key" too large: 6000 bytes' \
    'secret-add a-key=$(head -c 6000 /dev/zero | tr "\0" x)'
start 3.2.0
row 'SIM-27 before 3.3: relation-get of an application without --app' 0 '{}' '' 'relation-get -r db:1 - asker'
as giver/0 'secret-grant -r db:1 $(secret-add --label s a-key=1)'
lacks 'SIM-27 before 3.3: no access in secret-info-get' "$(as giver/0 secret-info-get --label s)" access
on giver db-relation-broken <<'END'
relation-ids db >"$TOP/ids"
END
quiet model remove-relation asker giver
trace >/dev/null
quiet model settle
is 'SIM-27 before 3.4: a broken relation is listed' "$(cat ids)" db:1
start 3.4.0
is 'SIM-27 before 3.5: peers are not last' "$(trace | sed -n 's/^asker\/1 //p' | grep joined | head -n 1)" \
    'cluster-relation-joined asker/0'
as giver/0 secret-add --label s a-key=1 >/dev/null
as giver/0 "secret-set $(id s) a-key=2; secret-set $(id s) --description d"
has 'SIM-27 before 3.5: the last secret-set replaces the others' "$(model show-secret s)" 'revision: 1'
as giver/0 secret-set "$(id s)" a-key=1
has 'SIM-27 before 3.6: the same content is a new revision' "$(model show-secret s)" 'revision: 2'
start 3.6.1
fails 'SIM-27 before 3.6.2: no relation-model-get' 1 'exit status 127' as giver/0 relation-model-get -r db:1
fails 'SIM-27 before 3.6.11: removing what is gone fails' 1 'removing secrets: secret' \
    as giver/0 secret-remove 00000000000000000000
start 4.0.1
lacks 'SIM-27 4.0: no leader-settings-changed' "$(trace)" leader-settings-changed
fails 'SIM-27 4.0: no leader-get' 1 'exit status 127' as giver/0 leader-get
as giver/0 env >./env
lacks 'SIM-27 4.0: no JUJU_SLA' "$(cat ./env)" JUJU_SLA
has 'the version' "$(cat ./env)" JUJU_VERSION=4.0.1
fails 'not a version' 2 "'new' is not one such as" model new --model other --juju-version new
done_testing
