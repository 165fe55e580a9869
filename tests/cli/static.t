#!/bin/sh
# The released program is one static file: no interpreter, no library, nothing needed around it.
# (Other profiles link dynamically, and are here to be told apart.)
. "${TESTS:-tests}/lib/tap.sh"

released=$TESTS/../build/luacharm
workdir

# The same user in a namespace where nobody else has a chroot to give.
in_chroot() {
    if [ "$(id -u)" -eq 0 ]; then
        chroot "$@"
    else
        unshare -r chroot "$@"
    fi
}

mkdir -p empty/charm
cp "$released" empty/luacharm
readelf -l "$released" >headers 2>&1
lacks 'it has no program interpreter' "$(cat headers)" INTERP
has 'its relocations are read-only' "$(cat headers)" GNU_RELRO
has 'all of it is bound before it starts' "$(readelf -d "$released")" BIND_NOW
has 'its stack is not executable' "$(grep -A 1 GNU_STACK headers)" 'RW '
has 'it loads at any address' "$(readelf -h "$released")" DYN
objdump -d --no-show-raw-insn --disassemble=lc_ossl_fail "$released" >ours 2>&1 # it prints into arrays
has 'its functions look whether their stack was overwritten' "$(cat ours)" __stack_chk_fail
has 'and its calls of libc how much room there is' "$(cat ours)" vsnprintf_chk
# Half a megabyte of the file, which is in memory from the start.
cc -Wl,--help 2>&1 | grep -q 'z pack-relative-relocs' &&
    has 'its relocations are packed' "$(readelf -d "$released")" RELR
lacks 'it has no place that can be written and executed' "$(grep LOAD headers)" RWE
flags=$(cat "$TESTS/../build/flags")
has 'its variables are zero where nobody has set them' "$flags" ' -ftrivial-auto-var-init=zero '
has 'a large frame is touched page by page' "$flags" ' -fstack-clash-protection '
case $(uname -m) in
    x86_64)
        has 'which can be seen' "$(objdump -d --no-show-raw-insn "$released" | grep -m 1 'orq')" '$0x0,(%rsp)'
        # The kernel is asked to enforce it where the static libraries have it too, which is not on Debian.
        has 'where calls may land is marked' "$(grep -A 1 '<lc_ossl_fail>:' ours)" endbr64
        ;;
    aarch64) has 'where calls may land is marked' "$(cat ours)" 'paciasp' ;;
esac
lacks 'it names no library' "$(readelf -d "$released")" NEEDED
passes 'it runs in an otherwise empty root' in_chroot empty /luacharm version
cat >empty/sign.lua <<'EOF'
local x509 <const> = require "charm.x509"
local key <const> = x509.key.generate { type = "ec", curve = "P-256" }
assert(x509.csr.new(key, { common_name = "db.internal" }):verify())
print "signed and verified"
EOF
passes 'it makes keys and requests there' in_chroot empty /luacharm run /sign.lua
has 'and says so' "$(cat "$OUT")" 'signed and verified'
done_testing
