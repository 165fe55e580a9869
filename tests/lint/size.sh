#!/bin/sh
# Files past some 600 lines ask to be split along a name that is there already.
set -u
cd "$(dirname "$0")/../.." || exit 2
git ls-files '*.c' '*.h' '*.lua' '*.sh' |
    xargs wc -l | awk '$2 != "total" && $1 > 640 { print $2 ": " $1 " lines"; bad = 1 } END { exit bad }'
