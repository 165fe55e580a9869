#!/bin/sh
# The fault sweeps, then how many points of each kind have failed. usage: tests/fault/run.sh BUILD PROGRAM...
# FAULT=quick|full: see tests/lib/sweep.h. The models of the scripts are in memory, where that can be had.
set -u
cd "$(dirname "$0")/../.." || exit 2
[ -n "${TMPDIR:-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm

tests/run.sh "$@"
status=$?
awk '/^# fault: / { count = $3; sub(/^# fault: [0-9]+ /, ""); points[$0] += count }
    END { for (kind in points) printf "%8d points: %s\n", points[kind], kind }' \
    "$1"/tap/*.tap | sort -k 3
awk '/^# fault: / { fired += $3 } /^not ok / { violations++ }
    END { printf "%d points have failed; rows with violations: %d\n", fired, violations }' "$1"/tap/*.tap
exit $status
