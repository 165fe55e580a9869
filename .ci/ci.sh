#!/bin/sh
# What CI runs, all of it; green here means green there. Each part ends in a line
# "N passed, N failed" that it has counted; the last line here is their sum.
set -u
cd "$(dirname "$0")/.." || exit 2

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=0
failed=0
skipped=0

# part NAME COMMAND...: a part that prints no such line, or fails with all its tests passed, counts
# as one failure.
part() {
    name=$1
    shift
    echo "== $name"
    "$@" >"$log/out" 2>&1 </dev/null
    code=$?
    cat "$log/out"
    counts=$(sed -n 's/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed\(, [0-9]* skipped\)\{0,1\}$/\1 \2/p' \
        "$log/out" | tail -n 1)
    skips=$(sed -n 's/^.* failed, \([0-9][0-9]*\) skipped$/\1/p' "$log/out" | tail -n 1)
    skipped=$((skipped + ${skips:-0}))
    if [ -z "$counts" ] || { [ "$code" -ne 0 ] && [ "${counts#* }" -eq 0 ]; }; then
        echo "$name: exit status $code without a count of what failed"
        failed=$((failed + 1))
    fi
    [ -n "$counts" ] || return
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
}

# Fuzzing with a seed finds in CI what a change did, not what luck has found since; `make fuzz` is for
# that.
.ci/setup build test check fuzz || exit 1
part check make --no-print-directory check
part test make --no-print-directory test
part asan make --no-print-directory asan
part fault make --no-print-directory fault FAULT=quick
part fuzz make --no-print-directory fuzz SECONDS=3 SEED=1
[ "$skipped" -eq 0 ] && skips= || skips=", $skipped skipped"
echo "$passed passed, $failed failed$skips"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
