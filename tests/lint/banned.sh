#!/bin/sh
# Calls that are not made, or made in one place only, and what stands instead.
# A line that must be an exception ends in: /* lint: REASON */
# Prints each breach; exit 1 when there is one.
set -u
cd "$(dirname "$0")/../.." || exit 2

status=0

# The lines of a file with their numbers, without comments and without exceptions.
code() {
    awk '
        /lint: [a-z]/ { next }
        {
            line = $0
            out = ""
            while (line != "") {
                if (inside) {
                    at = index(line, "*/")
                    if (at == 0) break
                    line = substr(line, at + 2)
                    inside = 0
                } else {
                    at = index(line, "/*")
                    if (at == 0) { out = out line; break }
                    out = out substr(line, 1, at - 1)
                    line = substr(line, at + 2)
                    inside = 1
                }
            }
            print NR ":" out
        }' "$1"
}

# ban CALLS WHAT-INSTEAD [FILE-PATTERN-THAT-MAY...]
ban() {
    calls=$1
    instead=$2
    shift 2
    for file in runtime/*/*.[ch]; do
        skip=no
        for pattern in "$@"; do
            # shellcheck disable=SC2254 # patterns
            case $file in $pattern) skip=yes ;; esac
        done
        [ "$skip" = no ] || continue
        hits=$(code "$file" | grep -E "^[0-9]+:(.*[^A-Za-z0-9_>.])?($calls)[[:space:]]*\(" |
            sed "s,^,$file:,")
        if [ -n "$hits" ]; then
            printf '%s\n' "$hits"
            echo "    instead: $instead"
            status=1
        fi
    done
}

ban 'strcpy|strcat|strncpy|strncat|sprintf|vsprintf|stpcpy' 'struct lc_buf, snprintf'
ban 'atoi|atol|atof|strtok' 'lc_text_to_number'
ban 'gmtime|localtime|mktime|ctime|asctime|time|gettimeofday|strftime' 'base/clock.h'
ban 'clock_gettime' 'base/clock.h' 'runtime/base/clock.c'
ban 'system|popen|fork|vfork|execve|execvp|execl|posix_spawn|posix_spawnp' 'base/proc.h' \
    'runtime/base/proc.c'
ban 'mktemp|tmpnam|tempnam|tmpfile' 'lc_dir_temporary'
ban 'malloc|calloc|realloc|free|strdup|strndup' 'base/mem.h' 'runtime/base/mem.c'
ban 'getenv|secure_getenv|setenv|putenv|unsetenv' 'juju/env.h' 'runtime/juju/env.c' \
    'runtime/model/*' 'runtime/cli/main.c'
ban 'exit|abort|_exit' 'an error value' 'runtime/cli/main.c'
exit $status
