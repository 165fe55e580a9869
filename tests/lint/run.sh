#!/bin/sh
# All lints, as TAP: what a machine can see of the style guide. usage: tests/lint/run.sh [PART]
# Output of a lint is shown only when it fails. PART: only lints with it in their name.
set -u
cd "$(dirname "$0")/../.." || exit 2

only=${1:-}
number=0
failed=0

# lint NAME COMMAND...
lint() {
    name=$1
    shift
    case $name in *"$only"*) ;; *) return ;; esac
    number=$((number + 1))
    if output=$("$@" 2>&1 </dev/null); then
        echo "ok $number - $name"
    else
        failed=$((failed + 1))
        echo "not ok $number - $name"
        printf '%s\n' "$output" | head -n 60 | sed 's/^/    /'
    fi
}

sources=$(git ls-files --cached --others --exclude-standard 'runtime/*.c' 'tests/*.c')
headers=$(git ls-files --cached --others --exclude-standard 'runtime/*.h' 'tests/*.h')
layer_sources=$(printf '%s\n' $sources | grep '^runtime/')
scripts=$(git ls-files --cached --others --exclude-standard '*.sh' '*.t' .ci/run .ci/setup)
lua=$(git ls-files --cached --others --exclude-standard '*.lua')
flags="-std=c11 -D_GNU_SOURCE -DLC_VERSION=__FILE__ -Iruntime -Itests/lib $(pkg-config --cflags lua5.4)"

# shellcheck disable=SC2086 # lists of words
{
    lint 'the layers include only what they may' tests/lint/layers.sh
    lint 'no banned call' tests/lint/banned.sh
    lint 'headers compile alone' tests/lint/headers.sh
    lint 'no file is too long' tests/lint/size.sh
    lint 'the checklist is complete' tests/lint/items.sh
    lint 'every planted fault applies' tests/lint/mutants.sh
    lint 'clang-format' clang-format --dry-run -Werror $sources $headers
    lint 'shellcheck' shellcheck -x -S warning -s sh $scripts
    lint 'luacheck' luacheck -q $lua
    lint 'gcc has no warning' make -s -j2 objects BUILD=build/lint/gcc CC=gcc WERROR=-Werror
    lint 'clang has no warning' make -s -j2 objects BUILD=build/lint/clang CC=clang WERROR=-Werror
    # What it finds differs from one version to the next: nothing is what Debian bookworm's finds, but for
    # pointers that memcpy has copied, which it takes for uninitialized; clang-tidy and valgrind look for
    # those that are.
    [ "$(gcc -dumpversion)" != 12 ] || lint 'gcc has no finding of its analyzer' sh -c \
        "printf '%s\n' \$0 | xargs -P 2 -n 1 gcc $flags -O0 -fanalyzer \
        -Wno-analyzer-use-of-uninitialized-value -Werror -S -o /dev/null" "$layer_sources"
    lint 'cppcheck' cppcheck -q -j2 --std=c11 --error-exitcode=1 --inline-suppr \
        --enable=warning,performance,portability --suppress=missingIncludeSystem \
        --suppressions-list=tests/lint/cppcheck.txt -Iruntime -D_GNU_SOURCE runtime
    lint 'clang-tidy' sh -c "printf '%s\n' \$0 | xargs -P 2 -n 4 \
        sh -c 'clang-tidy -quiet \"\$@\" -- $flags 2>/dev/null' tidy" "$layer_sources"
}
echo "1..$number"
echo "$((number - failed)) passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$number" -gt 0 ]
