#!/bin/sh
# Twenty of the lives of kills.sh, which says what they are; `make kills` has more.
# shellcheck source=tests/lib/tap.sh
. "$TESTS/lib/tap.sh"
workdir

# A program with its checks built in takes several times as long.
case $LUACHARM in
    */asan/* | */fault/*) least=3 ;;
    *) least=20 ;;
esac
passes 'kill -9 at random moments: each model opens, goes on, and comes to the same end' \
    "$TESTS/model/kills.sh" "${RUNS:-$least}" ${SEED:+"$SEED"}
sed 's/^/# /' "$OUT"
for kind in 'at opening' "in a verb's own transaction" 'in a hook before its first command' \
    'between hook commands' 'in a commit' 'between a commit and the next event'; do
    has "a kill has landed $kind" "$(grep -v '^ *0 ' "$OUT")" "$kind"
done
done_testing
