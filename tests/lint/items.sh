#!/bin/sh
# tests/conformance/items.txt holds each number once, in order within its group.
set -u
cd "$(dirname "$0")/../.." || exit 2
awk '
    { split($1, part, "-"); group = part[1]; number = part[2] + 0 }
    number != last[group] + 1 { print "items.txt: " $1 " does not follow " group "-" last[group]; bad = 1 }
    { last[group] = number }
    END { exit bad }' tests/conformance/items.txt
