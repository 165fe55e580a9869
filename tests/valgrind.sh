#!/bin/sh
# Run a test program under valgrind: a leak or an error is exit status 99.
exec valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect,possible \
    --errors-for-leak-kinds=definite,indirect,possible --trace-children=no \
    --suppressions="${TESTS:-tests}/lib/valgrind.supp" "$@"
