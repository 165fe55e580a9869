#!/bin/sh
# Planted faults: each patch beside this script is applied alone to a copy of the tree, and the row
# that it names must turn red. usage: tests/mutants/run.sh [PART]    PART: only patches with it in
# their name. MUTANTS: the folder for the copy and its build, build/mutants when not given.
#
# A patch begins with three lines: "Row: ", a text that the row's name has; "Suite: ", the test
# program that has the row; "Fault: ", what the patch breaks. The row must pass without the patch.
set -u
cd "$(dirname "$0")/../.." || exit 2

only=${1:-}
patches=$PWD/tests/mutants
work=${MUTANTS:-build/mutants}
unset MAKEFLAGS MFLAGS MAKELEVEL # what runs here is no part of the make that started it

rm -rf "$work/tree" "$work/whole"
mkdir -p "$work/tree" "$work/whole" || exit 2
work=$(cd "$work" && pwd) || exit 2
git ls-files -z | tar -cf - --null -T - | tar -xf - -C "$work/tree" || exit 2
cd "$work/tree" || exit 2
# Else git takes the copy for a part of the repository that it lies in, and applies nothing.
export GIT_CEILING_DIRECTORIES="$work"
export LC_ALL=C TZ=UTC TESTS="$PWD/tests"

header() { sed -n "s/^$2: //p" "$1" | head -n 1; }

# build SUITE...
build() {
    # shellcheck disable=SC2046 # a list of words
    make -s -j"$(nproc)" PROFILE=debug BUILD=build LAYERS='base x509 juju tls' \
        $(printf 'build/%s ' "$@") >"$work/build.log" 2>&1
}

# run SUITE FILE: 5 minutes, since a fault may make it run for ever.
run() { timeout 300 "build/$1" >"$2" 2>"$2.err" </dev/null; }

# row ok|"not ok" TEXT FILE: whether a row with the text in its name ended so.
row() { grep "^$1 " "$3" | grep -qF "$2"; }

suites=$(sed -n 's/^Suite: //p' "$patches"/*.patch | sort -u)
# shellcheck disable=SC2086 # a list of words
if ! build $suites; then
    echo 'the tree does not build:' >&2
    tail -n 20 "$work/build.log" >&2
    exit 2
fi
for suite in $suites; do
    run "$suite" "$work/whole/${suite##*/}"
done

number=0
failed=0
for patch in "$patches"/*"$only"*.patch; do
    [ -f "$patch" ] || continue
    number=$((number + 1))
    text=$(header "$patch" Row)
    suite=$(header "$patch" Suite)
    fault=$(header "$patch" Fault)
    whole=$work/whole/${suite##*/}
    got=$work/${patch##*/}.tap
    why=
    if ! row ok "$text" "$whole" || row 'not ok' "$text" "$whole"; then
        why="$text does not pass without the fault"
    elif ! git apply -p1 "$patch" 2>"$got.err"; then
        why='the patch no longer applies'
    else
        if ! build "$suite"; then
            why='it does not build'
        else
            run "$suite" "$got"
            row 'not ok' "$text" "$got" || why="$text stays green"
        fi
        git apply -R -p1 "$patch" || exit 2
    fi
    if [ -z "$why" ]; then
        echo "ok $number - $fault: $text turns red"
    else
        failed=$((failed + 1))
        echo "not ok $number - $fault: $why (${patch##*/})"
    fi
done
echo "1..$number"
echo "$((number - failed)) passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$number" -gt 0 ]
