#!/bin/sh
# Each planted fault applies to the tree as it stands, and its suite is there. Prints each that does
# not, with the places; exit 1 when there is one.
set -u
cd "$(dirname "$0")/../.." || exit 2

# Inside another repository git would take the patches for changes of files that it has not, and skip
# them without a word.
GIT_CEILING_DIRECTORIES=$(cd .. && pwd -P)
export GIT_CEILING_DIRECTORIES
status=0
for patch in tests/mutants/*.patch; do
    if ! why=$(git apply --check "$patch" 2>&1); then
        printf '%s: no longer applies\n%s\n' "$patch" "$why"
        status=1
    fi
    suite=$(sed -n 's/^Suite: //p' "$patch")
    case $suite in *.t) ;; *) suite=$suite.c ;; esac
    [ -f "$suite" ] || { echo "$patch: there is no suite '$suite'"; status=1; }
done
exit $status
