#!/bin/sh
# Each header compiles alone; each file says what it is in its first comment; what is released by
# scope is initialised.
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
# A local that is released at the end of its scope is initialised where it is declared: any return
# between would release what nobody has set.
if grep -nE '^ *LC_AUTO\([a-z0-9_]+\) [^=]*;' runtime/*/*.c; then
    status=1
fi
exit $status
