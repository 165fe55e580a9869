# shellcheck shell=sh
# For tests of hooks with the built program: a charm in a temporary folder, an environment as Juju's
# agent makes it, and hook commands that record how they were called. Source it.
#
#   charm <<'EOF' ... EOF       write src/charm.lua, in a new, empty charm
#   file PATH <<'EOF' ... EOF   write another file of the charm
#   answer NAME[.WHAT] TEXT     what a hook command prints; WHAT: its last argument, / as _
#   refuse NAME TEXT [STATUS]   the hook command says ERROR TEXT, and exits with 1
#   hook NAME [VAR=VALUE...]    run a hook; $status, $out, $err, and what the commands recorded
#   relation_hook NAME ID APP [UNIT]
#   action NAME                 run an action
#   passes, is, has, lacks, done_testing: see tap.sh
#
# calls prints one line for each hook command: its name and arguments, line feeds as ~. Standard
# input of `--file -` and the content of secrets are in `said NAME`.

root=$(mktemp -d "${TMPDIR:-/tmp}/luacharm-hook.XXXXXX") || exit 1
trap 'rm -rf "$root"' EXIT
tools=$root/tools
mkdir -p "$tools"

# shellcheck source=tests/lib/tap.sh
. "$TESTS/lib/tap.sh"

cat >"$tools/fake" <<'FAKE'
#!/bin/sh
name=${0##*/}
printf '%s' "$name" >>"$RECORD/calls"
last=
for word in "$@"; do
    case $word in
        *'#file='*)
            file=${word#*#file=}
            { printf '%s=' "${word%%#*}"; cat "$file"; echo; } >>"$RECORD/said.$name"
            stat -c %a "$file" >>"$RECORD/modes"
            word="${word%%#*}#file"
            ;;
    esac
    printf ' %s' "$word" | tr '\n' '~' >>"$RECORD/calls"
    last=$word
done
echo >>"$RECORD/calls"
case $name-$last in
    relation-set--|state-set--) cat >>"$RECORD/said.$name"; echo >>"$RECORD/said.$name" ;;
esac
what=$(printf %s "$last" | tr '/ ' '__')
if [ -f "$RECORD/refuse.$name" ]; then
    echo "ERROR $(cat "$RECORD/refuse.$name")" >&2
    exit "$(cat "$RECORD/refuse.$name.status")"
elif [ -f "$RECORD/answer.$name.$what" ]; then
    cat "$RECORD/answer.$name.$what"
elif [ -f "$RECORD/answer.$name" ]; then
    cat "$RECORD/answer.$name"
else
    case $name in
        config-get|relation-get|state-get|action-get|leader-get|goal-state) echo '{}' ;;
        relation-ids|relation-list|opened-ports|storage-list) echo '[]' ;;
        secret-ids) echo 'null' ;;
        is-leader) echo 'false' ;;
        secret-add) echo 'secret://cdac5656-2423-4388-8f30-41854b4cca7d/9m4e2mr0ui3e8a215n4g' ;;
        secret-get|secret-info-get) echo 'ERROR secret not found' >&2; exit 1 ;;
    esac
fi
FAKE
chmod +x "$tools/fake"
for name in relation-ids relation-list relation-get relation-set relation-model-get is-leader leader-get leader-set \
    config-get secret-add secret-set secret-get secret-info-get secret-ids secret-grant \
    secret-revoke secret-remove status-set status-get juju-log application-version-set state-get \
    state-set state-delete open-port close-port opened-ports network-get unit-get action-get \
    action-set action-fail action-log goal-state credential-get storage-list storage-get \
    storage-add resource-get juju-reboot; do
    ln -s fake "$tools/$name"
done

new_charm() {
    charm_dir=$root/charm
    record=$root/record
    rm -rf "$charm_dir" "$record"
    mkdir -p "$charm_dir" "$record"
    : >"$record/calls"
}

file() {
    mkdir -p "$(dirname "$charm_dir/$1")"
    cat >"$charm_dir/$1"
}

charm() {
    new_charm
    file src/charm.lua
}

answer() { printf '%s\n' "$2" >"$record/answer.$1"; }

refuse() {
    printf '%s' "$2" >"$record/refuse.$1"
    echo "${3:-1}" >"$record/refuse.$1.status"
}

calls() { cat "$record/calls"; }
said() { cat "$record/said.$1" 2>/dev/null; }

# What the agent always exports (juju-hooks 1.2), then what the event adds.
run_dispatch() {
    : >"$record/calls"
    rm -f "$record"/said.*
    status=0
    (cd "$charm_dir" && env -i PATH="$tools:/usr/bin:/bin" RECORD="$record" LANG=C.UTF-8 TZ=UTC \
        JUJU_CONTEXT_ID=web/0-hook-1 JUJU_UNIT_NAME=web/0 JUJU_MODEL_NAME=prod \
        JUJU_MODEL_UUID=cdac5656-2423-4388-8f30-41854b4cca7d JUJU_VERSION=3.6.26 \
        JUJU_CHARM_DIR="$charm_dir" CHARM_DIR="$charm_dir" JUJU_MACHINE_ID=3 \
        JUJU_AVAILABILITY_ZONE= JUJU_PRINCIPAL_UNIT= \
        JUJU_AGENT_SOCKET_ADDRESS=/nowhere JUJU_AGENT_SOCKET_NETWORK=unix \
        "$@") >"$root/out" 2>"$root/err" </dev/null || status=$?
    out=$(cat "$root/out")
    err=$(cat "$root/err")
}

hook() {
    hook_name=$1
    shift
    run_dispatch JUJU_DISPATCH_PATH="hooks/$hook_name" JUJU_HOOK_NAME="$hook_name" "$@" \
        "$LUACHARM" dispatch
}

relation_hook() {
    hook "$1" JUJU_RELATION="${2%:*}" JUJU_RELATION_ID="$2" JUJU_REMOTE_APP="$3" \
        JUJU_REMOTE_UNIT="${4:-}" ${4:+JUJU_DEPARTING_UNIT=}
}

action() {
    run_dispatch JUJU_DISPATCH_PATH="actions/$1" JUJU_HOOK_NAME= JUJU_ACTION_NAME="$1" \
        JUJU_ACTION_UUID=8 JUJU_ACTION_TAG=action-8 "$LUACHARM" dispatch
}

# What a failed test shows beside its own words.
tap_more() {
    echo "# exit status $status; hook commands:"
    calls | sed 's/^/#   /'
    echo "# standard output:"
    printf '%s\n' "$out" | sed 's/^/#   /'
    echo "# standard error:"
    printf '%s\n' "$err" | sed 's/^/#   /'
}
