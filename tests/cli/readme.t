#!/bin/sh
# Every command of README.md is run, block after block, as a reader would paste them. The block that
# says `sh make` is what runs these tests.
set -u
. "${TESTS:-tests}/lib/tap.sh"

readme=$TESTS/../README.md
workdir
ln -s "$(cd "$TESTS/../charms" && pwd)" charms
mkdir bin
ln -s "$LUACHARM" bin/luacharm
PATH=$PWD/bin:$PATH

# Block number n of the README, as a script.
block() {
    awk -v wanted="$1" '
        /^```sh$/ { inside = 1; number++; next }
        /^```$/ { inside = 0 }
        inside && number == wanted' "$readme"
}

number=1
while block $number >block.sh && [ -s block.sh ]; do
    first=$(grep -v '^ *$' block.sh | head -n 1)
    passes "block $number runs: $first" sh -eu block.sh
    cat "$OUT" >>all.out
    number=$((number + 1))
done
passes 'there are blocks' [ "$number" -gt 5 ]
passes 'the charm has its certificate' grep -q 'a certificate until' all.out
passes 'the hook script has set its status' grep -q 'hello' all.out
passes 'the request is shown in words' grep -q 'db.internal' all.out

# The table of commands is the table of the program.
"$LUACHARM" help | sed -n 's/^  \([a-z0-9]*\) .*/\1/p' | sort -u >in-program
sed -n 's/^| `luacharm \([a-z0-9]*\).*/\1/p' "$readme" | sort -u >in-readme
passes 'the README lists the commands that there are' cmp in-program in-readme
done_testing
