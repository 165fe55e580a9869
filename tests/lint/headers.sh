#!/bin/sh
# Each header compiles alone, and says what it is in its first comment.
set -u
cd "$(dirname "$0")/../.." || exit 2
flags=$(pkg-config --cflags lua5.4)
status=0
for header in runtime/*/*.h tests/lib/*.h; do
    # shellcheck disable=SC2086 # flags are words
    cc -std=c11 -D_GNU_SOURCE $flags -Iruntime -Itests/lib -Wall -Wextra -Werror -fsyntax-only \
        -x c "$header" || status=1
done
for file in runtime/*/*.[ch] tests/*/*.[ch]; do
    case $(head -c 3 "$file") in
        '/* ') ;;
        *) echo "$file: does not open with a comment that says what it is"; status=1 ;;
    esac
done
exit $status
