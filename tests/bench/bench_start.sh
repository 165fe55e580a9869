#!/bin/sh
# From the start of the program to the first line of Lua, with the file in the page cache and without.
# shellcheck source=tests/bench/lib.sh
. "$BENCH/lib.sh"
workdir
echo 'io.stdout:write("x"):flush()' >first.lua
cp "$LUACHARM" luacharm
many=$((BENCH_RUNS * 20))

BENCH_FIRST_BYTE=1 "$PROGRAMS/pair" '(i) start to the first line of Lua, warm' $many 0 \
    ./luacharm run first.lua -- "$PROGRAMS/floor" || exit 1

# A copy that nobody else has mapped: its pages can be dropped, and are read from the disk again.
cold() {
    sync luacharm
    dd if=luacharm iflag=nocache count=0 2>/dev/null
    BENCH_FIRST_BYTE=1 "$PROGRAMS/pair" cold 1 0 ./luacharm run first.lua -- "$PROGRAMS/floor" |
        awk -F '\t' 'NR == 1 { print $3 }'
}
times=
for _ in $(seq $((BENCH_RUNS * 3))); do times="$times $(cold)" || exit 1; done
# shellcheck disable=SC2086 # a list of numbers
report '(i) start to the first line of Lua, not in the page cache' ms - $times
