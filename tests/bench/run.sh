#!/bin/sh
# Run the benches, print one table, and write $BUILD/bench.json. T=part: only those with it in their name.
# usage: tests/bench/run.sh    $LUACHARM: the program; $BUILD: its build folder; $BENCH_RUNS: see README.md
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
export LC_ALL=C TZ=UTC BENCH="$PWD/tests/bench"
lines=$build/bench.tsv
: >"$lines"

failed=0
for bench in tests/bench/bench_*.sh "$build"/tests/bench/bench_*; do
    [ -x "$bench" ] || continue
    case $bench in *"${T:-}"*) ;; *) continue ;; esac
    case $bench in *.d | *.o) continue ;; esac
    echo "-- ${bench##*/}" >&2
    "$bench" >"$lines.one" || {
        echo "bench: $bench has failed" >&2
        failed=1
    }
    cat "$lines.one" >>"$lines"
done
rm -f "$lines.one"
[ -s "$lines" ] || { echo "no bench has '${T:-}' in its name" >&2; exit 2; }

awk -F '\t' 'BEGIN { format = "%-62s %-6s %10s %10s %10s %6s\n"
        printf format, "what", "unit", "min", "median", "floor", "ratio" }
    { printf format, $1, $2, $3, $4, $5, $6 }' "$lines"
awk -F '\t' 'function value(text) { return text == "-" ? "null" : text }
    function quoted(text) { gsub(/["\\]/, "\\\\&", text); return "\"" text "\"" }
    BEGIN { print "[" }
    { printf "%s  {\"name\": %s, \"unit\": %s, \"min\": %s, \"median\": %s, \"floor\": %s, \"ratio\": %s}",
          NR == 1 ? "" : ",\n", quoted($1), quoted($2), value($3), value($4), value($5), value($6) }
    END { print "\n]" }' "$lines" >"$build/bench.json"
exit $failed
