#!/bin/sh
# Twenty of the lives of kills.sh, which says what they are; `make kills` has more.
# shellcheck source=tests/lib/tap.sh
. "$TESTS/lib/tap.sh"
workdir

passes 'kill -9 at random moments: each model opens, goes on, and comes to the same end' \
    "$TESTS/model/kills.sh" "${RUNS:-20}" ${SEED:+"$SEED"}
sed 's/^/# /' "$OUT"
for kind in 'at opening' "in a verb's own transaction" 'in a hook before its first command' \
    'between hook commands' 'in a commit' 'between a commit and the next event'; do
    has "a kill has landed $kind" "$(grep -v '^ *0 ' "$OUT")" "$kind"
done
done_testing
