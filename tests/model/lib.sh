# shellcheck shell=sh disable=SC2034,SC2154 # what one side sets, the other uses
# For the tests of the local model: source it. Each test has a model of its own in a folder of its own.
#
#   model VERB...          luacharm model; one hook at a time, so that what hooks write down together
#                          has an order (tests/model/jobs.t is about several)
#   on UNIT|APP EVENT      what that hook or action does: a shell script on standard input
#   forget UNIT|APP EVENT  it does nothing again
#   trace                  the hooks that ran since the last call, "UNIT EVENT [REMOTE]" lines
#   as UNIT COMMAND...     one word of shell or a command, as the unit, nothing settled
#   quiet COMMAND...       its output is kept in $OUT and dropped unless it fails

# shellcheck source=tests/lib/tap.sh
. "$TESTS/lib/tap.sh"
charms=$TESTS/model/charms

model() {
    model_verb=$1
    shift
    case $model_verb in
        settle | advance | run | exec | fire) "$LUACHARM" model "$model_verb" --jobs 1 "$@" ;;
        *) "$LUACHARM" model "$model_verb" "$@" ;;
    esac
}

on() {
    mkdir -p "$TAP_DIR/on/$1"
    cat >"$TAP_DIR/on/$1/$2"
}

forget() { rm -f "$TAP_DIR/on/$1/$2"; }

trace() {
    [ -f "$TAP_DIR/trace" ] && cat "$TAP_DIR/trace" && rm "$TAP_DIR/trace"
    return 0
}

as() {
    as_unit=$1
    shift
    model exec --no-settle "$as_unit" -- "$@"
}

quiet() {
    "$@" >"$OUT" 2>&1 && return 0
    tap_result "$*" false "$(cat "$OUT")"
    return 1
}

# row NAME STATUS OUTPUT ERROR SHELL: a test: what a hook command answers to $unit, as the hook would
# see it. ERROR is the whole of standard error after "ERROR ", or nothing.
row() {
    model exec --no-settle ${in_relation:+-r "$in_relation"} "$unit" -- \
        "{ $5; } >'$TAP_DIR/.row-out' 2>'$TAP_DIR/.row-err'; echo \$? >'$TAP_DIR/.row-status'" >"$OUT" 2>&1
    row_got="status $(cat .row-status), output '$(cat .row-out)', error '$(sed 's/^ERROR //' .row-err)'"
    is "$1" "$row_got" "status $2, output '$3', error '$4'"
}
