#!/bin/sh
# A hook may not become a tenth slower unnoticed: instructions of the program itself, counted by callgrind,
# against tests/bench/instructions.txt. They do not depend on the machine or on what else it does: the
# worlds and their keys are fixed (worlds.json), and so are the processor's features that OpenSSL and the C
# library ask for. What the libraries do counts, too, so that the numbers are those of Debian bookworm.
# COUNTS=FILE writes what was counted there.
. "${TESTS:-tests}/lib/tap.sh"

# shellcheck source=/dev/null
if [ "$(. /etc/os-release 2>/dev/null && echo "$ID $VERSION_ID $(uname -m)")" != 'debian 12 x86_64' ]; then
    echo '1..0 # SKIP the numbers are those of Debian bookworm on x86_64'
    exit 0
fi
export BENCH="$TESTS/bench"
# shellcheck source=tests/bench/hooks.sh
. "$BENCH/hooks.sh"
workdir
charms

# The crowd would be a megabyte in worlds.json.
prepared() {
    case $1 in
        requirer-crowd) mkdir -p "$1/answers" && unpacked requirer-rest && worlds crowd requirer-rest "$1" 500 ;;
        *) unpacked "$1" ;;
    esac
}

# instructions WORLD CHARM EVENT [UNIT]: $count
instructions() {
    prepared "$1" && hook "$@" || return 1
    # shellcheck disable=SC2086 # words
    $IN_HOOK OPENSSL_ia32cap=0:0 \
        GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM,-BMI2,-RTM \
        /usr/bin/valgrind --tool=callgrind --callgrind-out-file=/dev/null "$LUACHARM" dispatch \
        >counted 2>&1 || { cat counted >&2; return 1; }
    count=$(awk '/Collected/ { print $4 }' counted)
    [ -z "${COUNTS:-}" ] || echo "$1 $count" >>"$COUNTS"
}

# At most a tenth more than what is written down.
within() {
    kept=$(awk -v world="$1" '$1 == world { print $2 }' "$BENCH/instructions.txt")
    echo "# $1: $count instructions, $kept kept"
    [ -n "$kept" ] && [ "$count" -le $((kept + kept / 10)) ]
}

changed=certificates-relation-changed
while read -r world charm event unit; do
    count=0
    passes "the instructions of $world are counted" instructions "$world" "$charm" "$event" $unit
    passes "$world: at most a tenth over what is kept" within "$world"
done <<END
idle idle start
requirer-idle requirer start
requirer-first requirer certificates-relation-created
requirer-arrival requirer $changed ca/0
requirer-rest requirer $changed ca/0
requirer-crowd requirer $changed ca/0
provider-issue provider $changed web/0
provider-rest provider $changed web/0
END
done_testing
