#!/bin/sh
# The order of hooks (SIM-08, SIM-09) and what a hook finds around it (SIM-01, SIM-02).
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir

quiet model new
quiet model deploy "$charms/asker" -n 2
quiet model settle
is 'SIM-08 first deployment: install, created, leadership, config-changed, start; then peers' \
    "$(trace | grep '^asker/0 ')" 'asker/0 install
asker/0 cluster-relation-created -
asker/0 leader-elected
asker/0 config-changed
asker/0 start
asker/0 cluster-relation-joined asker/1
asker/0 cluster-relation-changed asker/1'
quiet model deploy "$charms/asker" two -n 2
quiet model settle
is 'SIM-08 a unit that does not lead hears leader-settings-changed' \
    "$(trace | sed -n 's,^two/1 ,,p' | head -n 5)" 'install
cluster-relation-created -
leader-settings-changed
config-changed
start'
quiet model remove-application two
quiet model settle
trace >/dev/null

# --- the environment

on asker update-status <<'END'
env -0 | sort -z | tr '\0' '\n' >"$TOP/env"
readlink /proc/self/fd/0 >"$TOP/stdin"
pwd >"$TOP/pwd"
echo "$#" >"$TOP/argc"
END
quiet model fire asker/0 update-status
env=$(cat env)
lacks 'SIM-01 there is no HOME' "$env" HOME=
lacks 'SIM-01 the caller'\''s variables do not come through' "$env" LUACHARM=
has 'SIM-01 the tools come first in PATH' "$env" "PATH=$PWD/.luacharm/tools:"
is 'SIM-01 standard input is /dev/null' "$(cat stdin)" /dev/null
is 'SIM-01 the working folder is the charm'\''s' "$(cat pwd)" "$PWD/.luacharm/units/asker-0/charm"
is 'SIM-01 dispatch gets no arguments' "$(cat argc)" 0
for variable in JUJU_AVAILABILITY_ZONE JUJU_PRINCIPAL_UNIT JUJU_SLA CLOUD_API_VERSION \
    JUJU_CHARM_HTTP_PROXY JUJU_CHARM_HTTPS_PROXY JUJU_CHARM_FTP_PROXY JUJU_CHARM_NO_PROXY; do
    has "SIM-02 $variable is there, and empty" "$env
" "$variable=
"
done
has 'SIM-02 the hook'\''s name' "$env" 'JUJU_HOOK_NAME=update-status'
has 'SIM-02 the dispatch path' "$env" 'JUJU_DISPATCH_PATH=hooks/update-status'
has 'SIM-02 the unit' "$env" 'JUJU_UNIT_NAME=asker/0'
has 'SIM-02 the version' "$env" 'JUJU_VERSION=3.6.'
has 'SIM-02 the charm folder, twice' "$env" "CHARM_DIR=$PWD/.luacharm/units/asker-0/charm"
has 'SIM-02 the socket' "$env" 'JUJU_AGENT_SOCKET_NETWORK=unix'
lacks 'SIM-02 no relation in a hook that has none' "$env" JUJU_RELATION=

# --- a relation, both ways

for event in created joined changed departed broken; do
    for app in asker giver; do
        on $app db-relation-$event <<'END'
echo "$JUJU_DISPATCH_PATH $JUJU_RELATION_ID app=$JUJU_REMOTE_APP unit=${JUJU_REMOTE_UNIT-unset}" \
    "departing=${JUJU_DEPARTING_UNIT-unset} list=$(relation-list --format=json)" \
    "ids=$(relation-ids --format=json db)" >>"$TOP/seen-$app"
END
    done
done
quiet model deploy "$charms/giver"
quiet model settle
trace >/dev/null
quiet model integrate asker:db giver:db
quiet model settle
is 'SIM-08 the provider'\''s side of a new relation' "$(trace | grep '^giver/')" \
    'giver/0 db-relation-created -
giver/0 db-relation-joined asker/0
giver/0 db-relation-changed asker/0
giver/0 db-relation-joined asker/1
giver/0 db-relation-changed asker/1'
is 'SIM-02 REMOTE_UNIT is empty in created; joined units are in relation-list' \
    "$(head -n 2 seen-giver)" \
    'hooks/db-relation-created db:2 app=asker unit= departing=unset list=[] ids=["db:2"]
hooks/db-relation-joined db:2 app=asker unit=asker/0 departing=unset list=["asker/0"] ids=["db:2"]'

on asker/0 update-status <<'END'
relation-set -r db:2 one=1 two=2
relation-set -r db:2 --app shared=x
relation-set -r cluster:0 --app peers=y
END
quiet model fire asker/0 update-status
is 'SIM-08 app-level changed for the remote side, unit-level once; SIM-09 peers and the writer' \
    "$(trace | sort)" 'asker/0 cluster-relation-changed -
asker/0 update-status
asker/1 cluster-relation-changed -
giver/0 db-relation-changed -
giver/0 db-relation-changed asker/0'
quiet model fire asker/0 update-status
is 'SIM-08 equal values fire nothing' "$(trace)" 'asker/0 update-status'

for value in 1 2 3; do
    as asker/0 relation-set -r db:2 one=x$value || true
done
quiet model settle
is 'SIM-08 several writes collapse into one event' "$(trace)" 'giver/0 db-relation-changed asker/0'

rm -f seen-*
quiet model remove-unit asker/1
quiet model settle
is 'SIM-08 a unit that goes: departed for all, broken but not for peers, stop, remove' \
    "$(trace | grep '^asker/1 ')" 'asker/1 db-relation-departed giver/0
asker/1 db-relation-broken -
asker/1 cluster-relation-departed asker/0
asker/1 stop
asker/1 remove'
is 'SIM-08 the departing unit is itself' "$(grep departed seen-asker)" \
    'hooks/db-relation-departed db:2 app=giver unit=giver/0 departing=asker/1 list=[] ids=["db:2"]'
is 'SIM-08 and the others see it depart, out of relation-list already' "$(cat seen-giver)" \
    'hooks/db-relation-departed db:2 app=asker unit=asker/1 departing=asker/1 list=["asker/0"] ids=["db:2"]'

rm -f seen-*
quiet model remove-relation asker giver
quiet model settle
is 'SIM-08 departed before broken' "$(trace | sort)" 'asker/0 db-relation-broken -
asker/0 db-relation-departed giver/0
giver/0 db-relation-broken -
giver/0 db-relation-departed asker/0'
is 'SIM-08 in broken the relation is not listed' "$(tail -n 1 seen-giver)" \
    'hooks/db-relation-broken db:2 app=asker unit= departing=unset list=[] ids=[]'
lacks 'the relation is gone' "$(model status)" 'giver:db'

quiet model integrate asker:db giver:other
quiet model settle
trace >/dev/null
quiet model remove-application giver
quiet model settle
is 'SIM-08 an application that goes breaks its relations first' "$(trace | grep '^giver/')" \
    'giver/0 other-relation-departed asker/0
giver/0 other-relation-broken -
giver/0 stop
giver/0 remove'
lacks 'the application is gone' "$(model status)" giver
[ ! -e .luacharm/units/giver-0 ]
is 'and so is its folder' $? 0

# --- config, leadership, refresh

quiet model config asker text=bye
quiet model settle
is 'SIM-08 config-changed when a value differs' "$(trace | grep '^asker/0 ')" 'asker/0 config-changed'
quiet model config asker text=bye
quiet model settle
is 'SIM-08 and not when none does' "$(trace)" ''
quiet model config asker text=x
quiet model config asker text=bye
quiet model settle
is 'SIM-08 nor when it was put back' "$(trace)" ''

quiet model add-unit asker
quiet model settle
trace >/dev/null
quiet model set-leader asker/2
quiet model settle
is 'SIM-08 the new leader hears leader-elected, the old one nothing of its loss' \
    "$(trace | grep leader-elected)" 'asker/2 leader-elected'
has 'status shows who leads' "$(model status)" 'asker/2*'

quiet model refresh asker
quiet model settle
is 'SIM-08 refresh: upgrade-charm, config-changed, then leader settings for the others' \
    "$(trace | grep '^asker/0 ')" 'asker/0 upgrade-charm
asker/0 config-changed
asker/0 leader-settings-changed'

# --- hooks as files of their own

quiet model deploy "$charms/plain"
quiet model settle
is 'SIM-01 hooks/NAME without dispatch; SIM-08 storage is attached before install' "$(trace)" \
    'plain/0 data-storage-attached data/0 filesystem
plain/0 install
plain/0 start'
is 'storage-list' "$(cat storage)" '["data/0"]'
has 'SIM-01 metadata.yaml is there as in a packed charm' \
    "$(cat .luacharm/units/plain-0/charm/metadata.yaml)" 'name: plain'
chmod -x .luacharm/units/plain-0/charm/hooks/start
fails 'SIM-01 a program that cannot be executed fails' 1 'cannot be executed' \
    model fire plain/0 start
done_testing
