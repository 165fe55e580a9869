# shellcheck shell=sh
# TAP from a shell script: source it.
#
#   workdir                     a temporary folder of its own, made the current one, removed at the end
#   passes NAME COMMAND...      a test: the command succeeds; what it printed is in $OUT
#   fails NAME STATUS TEXT COMMAND...   it exits with STATUS, and its standard error has TEXT
#   finds NAME COMMAND...       it exits with 3, with nothing on standard error; $OUT as above
#   is NAME GOT WANTED          a test: two texts are equal
#   has NAME TEXT PART          a test: a text has a part
#   lacks NAME TEXT PART
#   done_testing                the plan, and the exit status

# What a failed test shows beside its own words; a script may have one of its own.
tap_more() { :; }

tap_count=0
tap_failures=0
OUT=/dev/null

workdir() {
    TAP_DIR=$(mktemp -d "${TMPDIR:-/tmp}/luacharm-test.XXXXXX") || exit 1
    trap 'rm -rf "$TAP_DIR"' EXIT
    trap 'exit 1' INT TERM
    cd "$TAP_DIR" || exit 1
    OUT=$TAP_DIR/.out
}

# tap_result NAME BOOLEAN [DIAGNOSIS]
tap_result() {
    tap_count=$((tap_count + 1))
    if [ "$2" = true ]; then
        echo "ok $tap_count - $1"
    else
        tap_failures=$((tap_failures + 1))
        echo "not ok $tap_count - $1"
        printf '%s\n' "${3:-}" | head -n 30 | sed 's/^/# /'
        tap_more
    fi
}

passes() {
    tap_name=$1
    shift
    if "$@" >"$OUT" 2>&1; then
        tap_result "$tap_name" true
    else
        tap_result "$tap_name" false "exit status $?: $*
$(cat "$OUT")"
    fi
}

fails() {
    tap_name=$1
    tap_wanted=$2
    tap_text=$3
    shift 3
    "$@" >"$OUT" 2>"$OUT.err"
    tap_status=$?
    if [ $tap_status -eq "$tap_wanted" ] && grep -qF -- "$tap_text" "$OUT.err"; then
        tap_result "$tap_name" true
    else
        tap_result "$tap_name" false "exit status $tap_status, wanted $tap_wanted and '$tap_text':
$(cat "$OUT.err")"
    fi
}

finds() {
    tap_name=$1
    shift
    "$@" >"$OUT" 2>"$OUT.err"
    tap_status=$?
    if [ $tap_status -eq 3 ] && [ ! -s "$OUT.err" ]; then
        tap_result "$tap_name" true
    else
        tap_result "$tap_name" false "exit status $tap_status, wanted 3: $*
$(cat "$OUT.err" "$OUT")"
    fi
}

is() {
    if [ "$2" = "$3" ]; then
        tap_result "$1" true
    else
        tap_result "$1" false "got:    $2
wanted: $3"
    fi
}

has() {
    case $2 in
        *"$3"*) tap_result "$1" true ;;
        *) tap_result "$1" false "no '$3' in: $2" ;;
    esac
}

lacks() {
    case $2 in
        *"$3"*) tap_result "$1" false "'$3' in: $2" ;;
        *) tap_result "$1" true ;;
    esac
}

done_testing() {
    echo "1..$tap_count"
    [ "$tap_failures" -eq 0 ]
}
