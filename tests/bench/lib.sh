# shellcheck shell=sh
# For benches in shell: source it.
#
#   workdir                    a folder of its own, made the current one, removed at the end
#   measure COMMAND...         runs it; $WALL_MS and $CPU_MS are what it took, CPU_MS with all its children
#   report NAME UNIT FLOOR NUMBERS    the bench's line, from the numbers of its runs; FLOOR: - for none

BENCH_RUNS=${BENCH_RUNS:-3}

workdir() {
    BENCH_DIR=$(mktemp -d "${TMPDIR:-/tmp}/luacharm-bench.XXXXXX") || exit 1
    trap 'rm -rf "$BENCH_DIR"' EXIT
    trap 'exit 1' INT TERM
    cd "$BENCH_DIR" || exit 1
}

measure() {
    measure_from=$(date +%s%N)
    ("$@" >.measured 2>&1 || { cat .measured >&2; exit 1; }; times >.times) || exit 1
    WALL_MS=$((($(date +%s%N) - measure_from) / 1000000))
    # The second line: children, user and system, as 0m1.25s.
    CPU_MS=$(awk -F '[ms ]+' 'NR == 2 { printf "%d", (($1 + $3) * 60 + $2 + $4) * 1000 }' .times)
    export WALL_MS CPU_MS
}

report() {
    report_name=$1
    report_unit=$2
    report_floor=$3
    shift 3
    printf '%s\n' "$@" | sort -n | awk -v name="$report_name" -v unit="$report_unit" -v floor="$report_floor" '
        { number[NR] = $1 }
        END {
            median = NR % 2 ? number[(NR + 1) / 2] : (number[NR / 2] + number[NR / 2 + 1]) / 2
            printf "%s\t%s\t%s\t%s\t%s\t%s\n", name, unit, number[1], median, floor,
                floor == "-" || floor == 0 ? "-" : sprintf("%.2f", median / floor)
        }'
}
