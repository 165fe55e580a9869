#!/bin/sh
# Run the benches, print one table and which goals are met, and write both into $BUILD/bench.json.
# T=part: only those with it in their name.
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

# By the letters of what is measured.
sort -s -k 1.1,1.3 -o "$lines" "$lines"
goals=$build/bench-goals.tsv
awk -f tests/bench/goals.awk tests/bench/goals.txt "$lines" >"$goals"

awk -F '\t' 'BEGIN { format = "%-62s %-6s %10s %10s %10s %6s\n"
        printf format, "what", "unit", "min", "median", "floor", "ratio" }
    { printf format, $1, $2, $3, $4, $5, $6 }' "$lines"
awk -F '\t' 'NR == 1 { print "" }
    { printf "%-8s %-45s %s%s\n", $1, $2, $3, $4 == "-" ? "" : " (processor: " $4 ")" }' "$goals"
awk -F '\t' 'function value(text) { return text == "-" ? "null" : text }
    function quoted(text) { gsub(/["\\]/, "\\\\&", text); return "\"" text "\"" }
    BEGIN { print "{\"figures\": [" }
    FNR == 1 && FNR != NR { print "\n], \"goals\": ["; is_goals = 1 }
    { printf "%s", FNR == 1 ? "" : ",\n" }
    is_goals {
        printf "  {\"goal\": %s, \"met\": %s, \"measured\": %s, \"processor\": %s}", quoted($2),
            $1 == "met" ? "true" : "false", quoted($3), value($4)
        next
    }
    { printf "  {\"name\": %s, \"unit\": %s, \"min\": %s, \"median\": %s, \"floor\": %s, \"ratio\": %s}",
          quoted($1), quoted($2), value($3), value($4), value($5), value($6) }
    END { print is_goals ? "\n]}" : "\n], \"goals\": []}" }' "$lines" "$goals" >"$build/bench.json"
exit $failed
