#!/bin/sh
# Run a test program under valgrind: a leak or an error is exit status 99. "Possibly lost" does not
# count: OpenSSL's and the JSON library's blocks have a header of ours in front (they are cleansed when
# they are freed), so that what is held is pointed to behind its beginning.
exec valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite,indirect --trace-children=no \
    --suppressions="${TESTS:-tests}/lib/valgrind.supp" "$@"
