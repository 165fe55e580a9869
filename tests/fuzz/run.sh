#!/bin/sh
# Fuzz targets, two at a time, as TAP: how many inputs were tried and how many edges of the program
# reached. usage: tests/fuzz/run.sh BUILD SECONDS    T=part: only targets with it in their name
# SEED=n: with an empty BUILD/corpus/ the same inputs each time, as many as fit; without it, others.
# New inputs go to BUILD/corpus/, which the next run begins with; what crashes to BUILD/found/.
set -u
cd "$(dirname "$0")/../.." || exit 2

build=$1
export BUILD="$build" EACH="$2" SEED="${SEED:-0}" LC_ALL=C TZ=UTC
mkdir -p "$build/corpus" "$build/found" "$build/log"
rm -f "$build"/log/*
# shellcheck disable=SC2016 # expanded by the inner shell
for source in tests/fuzz/fuzz_*"${T:-}"*.c; do
    basename "$source" .c
done | xargs -P 2 -n 1 sh -c '
    target=${0#fuzz_}
    mkdir -p "$BUILD/corpus/$target"
    "$BUILD/tests/fuzz/$0" -seed="$SEED" -max_total_time="$EACH" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$BUILD/found/$target-" "$BUILD/corpus/$target" "tests/fuzz/corpus/$target" \
        >"$BUILD/log/$target" 2>&1 </dev/null
    echo $? >"$BUILD/log/$target.exit"'

number=0
failed=0
for log in "$build"/log/*.exit; do
    log=${log%.exit}
    number=$((number + 1))
    tried=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    if [ "$(cat "$log.exit")" -eq 0 ] && [ "${tried:-0}" -gt 0 ]; then
        echo "ok $number - ${log##*/}: $tried inputs, $edges edges"
    else
        failed=$((failed + 1))
        echo "not ok $number - ${log##*/}: exit status $(cat "$log.exit")"
        grep -v '^#' "$log" | tail -n 40 | sed 's/^/    /'
    fi
done
echo "1..$number"
echo "$((number - failed)) passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$number" -gt 0 ]
