# shellcheck shell=sh disable=SC2034,SC2120 # what one side sets or gives, the other uses
# The life of a requirer and a provider in a local model, hook by hook, so that each hook can be run again
# from where it began, with something that goes wrong: source it. $LUACHARM is the program, $FAULTS the
# folder with what tests/fault/*.c was made into; $SUBJECT, when it is set, runs the hooks instead.
#
#   life                    lives it, undisturbed; then there is for each hook, by its number:
#     name N, calls_of N      "site/0 install"; the hook commands that it called, a line each
#   begin N                 the model as it was before this hook
#   plan [LINE...]          what the hook is to meet: shell that its dispatch reads; nothing: no fault
#   once N                  runs the hook: $outcome (ok, failed, again: it was killed); what the command
#                           printed is in out, what was logged in log
#   again N                 after a hook that has failed: Juju's retry, without a fault
#   repeat N                the same, with what the plan says
#   same N                  whether the model is as it was after the undisturbed hook; else $why
#   whole N                 whether what must always hold does, as it is now; else $why
#   chosen STRIDE           whether this point is one to try: every one with FAULT=full, else one of
#                           so many, each time another
#
# All of it is in a temporary folder, the current one.

# shellcheck source=tests/lib/tap.sh
. "$TESTS/lib/tap.sh"
workdir
here=$TESTS/fault
SUBJECT=${SUBJECT:-$LUACHARM}
db=.luacharm/model.db
tls=.luacharm/units/site-0/charm/tls
last=0

# What a model holds, without times of day and the log; values as they are.
dump() {
    sqlite3 "$db" "SELECT 'app', name, revision, dying, leader FROM application;
        SELECT 'unit', name, phase, dying, installed, started, stopped, status, message FROM unit;
        SELECT 'state', unit, key, replace(value, char(10), '\n') FROM state;
        SELECT 'bag', relation, holder, key, replace(value, char(10), '\n') FROM bag_value;
        SELECT 'scope', relation, unit, created FROM scope;
        SELECT 'member', relation, unit, remote FROM member;
        SELECT 'owner', id, coalesce(unit, app), label FROM secret;
        SELECT 'shape', coalesce(unit, app), label, description, rotate, rotate_at, latest FROM secret;
        SELECT 'revision', coalesce(s.unit, s.app), s.label, r.revision, r.expire_at, r.obsolete
            FROM secret s JOIN secret_revision r ON r.secret = s.id;
        SELECT 'secret', coalesce(s.unit, s.app), s.label, s.id, v.revision, v.key, v.value
            FROM secret s JOIN secret_value v ON v.secret = s.id;
        SELECT 'reads', s.label, c.unit, c.label, c.tracked FROM secret_consumer c JOIN secret s ON s.id = c.secret;
        SELECT 'grant', s.label, g.relation, g.subject FROM secret_grant g JOIN secret s ON s.id = g.secret;
        SELECT 'time', now FROM model" >"$1"
}

# world BEFORE NOW [OUTPUT...]: in words; see world.lua.
world() {
    world_before=$1
    world_now=$2
    shift 2
    "$LUACHARM" run "$here/life/world.lua" "$world_before" "$world_now" "$tls" "$@"
}

plan() {
    {
        printf "subject='%s'\n" "$SUBJECT"
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >plan
}

# The command stops after one hook, with the exit status of a signal.
give() {
    rm -f calls fired hook
    timeout 300 "$LUACHARM" model "$@" >out 2>&1
}

begin() {
    rm -rf .luacharm
    cp -a "hooks/$1/model" .luacharm
}

name() { cat "hooks/$1/name"; }
calls_of() { cut -d ' ' -f 1 "hooks/$1/calls"; }

# --- the undisturbed life ------------------------------------------------------------------------------

# hook COMMAND...: one hook that the command runs; false when it had none to run.
hook() {
    hook_folder=hooks/$((last + 1))
    rm -rf "$hook_folder"
    mkdir -p "$hook_folder"
    cp -a .luacharm "$hook_folder/model"
    dump "$hook_folder/before"
    sqlite3 "$db" 'SELECT coalesce(max(id), 0) FROM log' >"$hook_folder/logged"
    plan
    give "$@"
    [ -f hook ] || return 1
    last=$((last + 1))
    mv hook "$hook_folder/name"
    [ ! -f calls ] || mv calls "$hook_folder/calls"
    touch "$hook_folder/calls"
    printf '%s\n' "$*" >"$hook_folder/command"
    sqlite3 "$db" 'SELECT ms FROM run ORDER BY id DESC LIMIT 1' >"$hook_folder/ms"
    dump now
    world "$hook_folder/before" now out >"$hook_folder/world" || exit 1
    cp now "$hook_folder/after"
    ! grep -q '^VIOLATION' "$hook_folder/world" || { cat "$hook_folder/world"; exit 1; }
}

rest() {
    while hook settle --jobs 1; do :; done
}

# change VERB...: what runs no hook by itself
change() {
    "$LUACHARM" model "$@" >out 2>&1 || { cat out; exit 1; }
    rest
}

act() {
    hook run --jobs 1 "$@"
    rest
}

pass() {
    hook advance --jobs 1 "$1"
    rest
}

prepare() {
    mkdir commands hooks
    cp -R "$here/life/site" "$here/life/office" .
    cp "$here/life/dispatch" site/dispatch
    cp "$here/life/dispatch" office/dispatch
    "$LUACHARM" model new --at 2026-01-01T00:00:00Z >out || exit 1
    "$LUACHARM" model settle >out || exit 1 # makes the links to the hook commands
    "$LUACHARM" model deploy site >out && "$LUACHARM" model deploy office >out || exit 1
    for tool in .luacharm/tools/*; do
        ln -s "$FAULTS/command" "commands/${tool##*/}"
    done
}

life() {
    prepare
    change integrate site office
    change config site 'more=*.example.com' # which is denied
    change config site more=
    act site/0 rotate
    act office/0 revoke
    act office/0 reissue
    act office/0 rotate
    pass 28d # which renews
    change remove-relation site office
    change remove-application site
    change remove-application office
}

# --- one hook, disturbed -------------------------------------------------------------------------------

# What the hook has come to, and what it has said.
look() {
    dump now
    outcome=$(sqlite3 "$db" "SELECT outcome FROM run ORDER BY id DESC LIMIT 1")
    sqlite3 "$db" "SELECT text FROM log WHERE id > $(cat "hooks/$1/logged")" >log
}

once() {
    begin "$1"
    # shellcheck disable=SC2046 # a list of words
    give $(cat "hooks/$1/command")
    look "$1"
}

again() {
    plan
    repeat "$1"
}

# An action that has failed is somebody's to run again. The other unit waits until then.
repeat() {
    unit=$(cut -d ' ' -f 1 "hooks/$1/name")
    sqlite3 "$db" "INSERT OR IGNORE INTO hold SELECT name, 0 FROM unit WHERE name <> '$unit'"
    if grep -q '^run ' "hooks/$1/command"; then
        # shellcheck disable=SC2046 # a list of words
        give $(cat "hooks/$1/command")
    else
        [ "$outcome" != failed ] || "$LUACHARM" model resolved "$unit" >out 2>&1
        give settle --jobs 1
    fi
    look "$1"
}

same() {
    why=
    world "hooks/$1/before" now out log >world 2>&1
    cmp -s "hooks/$1/world" world && no_key_beside && return
    why=$(diff "hooks/$1/world" world | head -n 20)$why
    return 1
}

whole() {
    world "hooks/$1/before" now out log >world 2>&1 || { why=$(cat world); return 1; }
    why=$(grep '^VIOLATION' world)
    [ -z "$why" ]
}

# On disk a key stands where the charm has put it, and nowhere else: what a hook could not remove, or was
# killed at, the next one has removed.
no_key_beside() {
    key_file=${tls%/tls}/$(readlink "$tls")/key.pem
    why=$(grep -rl 'PRIVATE KEY' .luacharm --exclude='model.db*' | grep -vxF "$key_file")
    [ -z "$why" ] || why="a key is left in $why"
    [ -z "$why" ]
}

point=0
chosen() {
    point=$((point + 1))
    [ "${FAULT:-quick}" = full ] || [ $((point % $1)) -eq 0 ]
}
