#!/bin/sh
# Run test suites, two at a time, and count what their TAP says.
# usage: tests/run.sh BUILD SUITE...    T=part: only suites with it in their name
#
# A suite is a program, a *_spec.lua (run by BUILD/tests/lua/run_spec), a charm's folder (its tests, run
# by $LUACHARM) or a *.t script. It fails as a whole when it exits non-zero with all its tests passed,
# prints no plan, plans no test, runs another number of tests than planned, or skips one. Only a suite
# that tests/skips.txt names may skip itself, as a whole: "1..0 # SKIP why". The last line is
# "N passed, N failed", with ", N skipped" when suites were; the suites' output is kept in BUILD/tap/,
# and what passed, line by line, in BUILD/tap/passed.
set -u

build=$1
shift
results=$build/tap
rm -rf "$results"
mkdir -p "$results"

chosen=
for suite in "$@"; do
    case $suite in
        *"${T:-}"*) chosen="$chosen $suite" ;;
    esac
done
[ -n "$chosen" ] || { echo "no suite has '$T' in its name" >&2; exit 2; }

export LC_ALL=C TZ=UTC TESTS="$PWD/tests" WRAP="${WRAP:-}" RESULTS="$results" BUILD="$build"
# shellcheck disable=SC2016 # expanded by the inner shell
printf '%s\n' $chosen | xargs -n 1 -P 2 sh -c '
    name=$(printf %s "$0" | sed "s,^build/,,; s,[/.],_,g")
    case $0 in
        *_spec.lua) $WRAP "$BUILD/tests/lua/run_spec" "$0" ;;
        *.t) sh "$0" ;;
        charms/*) $WRAP "$LUACHARM" test --tap "$0" ;;
        *) $WRAP "$0" ;;
    esac >"$RESULTS/$name.tap" 2>"$RESULTS/$name.err" </dev/null
    echo $? >"$RESULTS/$name.exit"
    echo "$0" >"$RESULTS/$name.suite"
'

# The reason for which a suite that may has skipped itself; nothing for all others.
skip_reason() { # SUITE TAP
    sed 's/ *#.*//' tests/skips.txt | grep -qxF "$1" && sed -n 's/^1\.\.0 # SKIP //p' "$2"
}

passed=0
failed=0
skipped=0
for tap in "$results"/*.tap; do
    base=${tap%.tap}
    suite=$(cat "$base.suite")
    code=$(cat "$base.exit")
    reason=$(skip_reason "$suite" "$tap")
    if [ -n "$reason" ] && [ "$code" -eq 0 ] && ! grep -q '^not ok' "$tap"; then
        skipped=$((skipped + 1))
        printf 'SKIP %s: %s\n' "$suite" "$reason"
        continue
    fi
    # shellcheck disable=SC2046 # three words: planned, passed, failed; then skipped
    set -- $(awk '
        /^1\.\.[0-9]+/ { split($0, plan, /\.\./); planned = plan[2] + 0; has_plan = 1 }
        /^ok .*# *[Ss][Kk][Ii][Pp]/ { skipped++; next }
        /^ok / { good++ }
        /^not ok / { bad++ }
        END { print (has_plan ? planned : -1), good + 0, bad + 0, skipped + 0 }' "$tap")
    why=
    [ "$1" -ge 0 ] || why="no plan"
    [ "$1" -ne 0 ] || why="no tests"
    [ "$1" -lt 0 ] || [ "$1" -eq $(($2 + $3 + $4)) ] || why="planned $1, ran $(($2 + $3 + $4))"
    [ "$4" -eq 0 ] || why="$4 skipped"
    [ "$code" -eq 0 ] || [ "$3" -gt 0 ] || why="exit status $code"
    passed=$((passed + $2))
    failed=$((failed + $3))
    grep '^ok ' "$tap" >>"$results/passed"
    if [ -n "$why" ] || [ "$3" -gt 0 ]; then
        [ -z "$why" ] || failed=$((failed + 1))
        printf 'FAIL %s%s\n' "$suite" "${why:+: $why}"
        grep -A 8 '^not ok' "$tap" | head -n 40
        tail -n 30 "$base.err"
    else
        printf 'ok   %s (%s)\n' "$suite" "$2"
    fi
done
[ "$skipped" -eq 0 ] && skips= || skips=", $skipped skipped"
echo "$passed passed, $failed failed$skips"
[ "$failed" -eq 0 ]
