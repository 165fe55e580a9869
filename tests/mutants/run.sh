#!/bin/sh
# Planted faults: each patch beside this script is applied alone to a copy of the tree, and the row
# that it names must turn red. usage: tests/mutants/run.sh [PART...]    PART: only patches with one of
# them in their name. MUTANTS: the folder for the copy and its build, build/mutants when not given.
#
# A patch begins with three lines: "Row: ", a text that the row's name has; "Suite: ", the test
# program or script that has the row; "Fault: ", what the patch breaks; and, where the suite is to do less
# or more than it does by itself, "With: ", NAME=VALUE words. The row must pass without the patch.
set -u
cd "$(dirname "$0")/../.." || exit 2

[ $# -gt 0 ] || set -- ''
patches=$(for part in "$@"; do ls "$PWD"/tests/mutants/*"$part"*.patch; done 2>/dev/null | sort -u)
[ -n "$patches" ] || { echo "no planted fault has '$*' in its name" >&2; exit 2; }
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

# build SUITE...: a script needs the program, and what tests/fault has for it.
build() {
    targets=
    for suite in "$@"; do
        case $suite in
            *.t) targets="$targets build/luacharm build/faults/command build/faults/shim.so" ;;
            *) targets="$targets build/$suite" ;;
        esac
    done
    # shellcheck disable=SC2086 # a list of words
    make -s -j"$(nproc)" PROFILE=debug BUILD=build $targets >"$work/build.log" 2>&1
}

# run PATCH FILE: what its suite says. 10 minutes, since a fault may make it run for ever.
run() {
    program=$(header "$1" Suite)
    case $program in *.t) program="sh $program" ;; *) program=build/$program ;; esac
    # shellcheck disable=SC2046,SC2086 # lists of words
    env LUACHARM="$PWD/build/luacharm" DYNAMIC="$PWD/build/luacharm" FAULTS="$PWD/build/faults" \
        $(header "$1" With) timeout 600 $program >"$2" 2>"$2.err" </dev/null
}

# Patches of one suite that is to do the same are compared with one run of it.
whole_of() {
    echo "$work/whole/$(printf '%s' "$(header "$1" Suite) $(header "$1" With)" | tr -c '[:alnum:]' _)"
}

# row ok|"not ok" TEXT FILE: whether a row with the text in its name ended so.
row() { grep "^$1 " "$3" | grep -qF "$2"; }

# shellcheck disable=SC2046,SC2086 # lists of words
if ! build $(sed -n 's/^Suite: //p' $patches | sort -u); then
    echo 'the tree does not build:' >&2
    tail -n 20 "$work/build.log" >&2
    exit 2
fi
for patch in $patches; do
    [ -f "$(whole_of "$patch")" ] || run "$patch" "$(whole_of "$patch")"
done

number=0
failed=0
for patch in $patches; do
    number=$((number + 1))
    text=$(header "$patch" Row)
    suite=$(header "$patch" Suite)
    fault=$(header "$patch" Fault)
    whole=$(whole_of "$patch")
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
            run "$patch" "$got"
            if ! row 'not ok' "$text" "$got"; then
                why="$text stays green"
                row ok "$text" "$got" || why="$text is not in what the suite said: see $got"
            fi
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
