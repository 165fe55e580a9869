#!/bin/sh
# What the system refuses: a full disk, files that may not be read or written, programs that are not
# there. Each is one line with the place in the author's code, the object and the reason.
. "${TESTS:-tests}/lib/tap.sh"

workdir
chmod 755 .
L=$TAP_DIR/luacharm # where nobody can reach it, too
cp "$LUACHARM" "$L"

# As somebody who is not root, for whom permissions count.
nobody() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}

# --- a full disk: cert:install leaves what there was

cat >install.lua <<'LUA'
local x509 <const> = require "charm.x509"
local key <const> = x509.key.generate { type = "rsa" }
local cert <const> = x509.certificate.self_signed(key, { common_name = arg[1] }, { validity = "90d" })
local pair <const> = require("charm.tls.pair").new {
  key = key, certificate = cert, ca = cert, chain = x509.chain.new { cert },
}
if arg[2] then io.open(arg[2], "w"):write(("x"):rep(1 << 20)) end -- fills the disk, as far as it goes
pair:install { dir = "disk/tls" }
LUA
mkdir disk

# A disk of 64 KiB where this machine lets us mount one; else no file may have more than a block.
if unshare -rm sh -c 'mount -t tmpfs -o size=64k none disk' 2>/dev/null; then
    reason='No space left on device'
    full() {
        unshare -rm sh -c 'mount -t tmpfs -o size=64k none disk || exit 9
            "$0" run install.lua first || exit 9
            cp -rL disk/tls before; ls -A disk | wc -l >folders.before
            "$0" run install.lua second disk/filler; status=$?
            ls -A disk | grep -v filler | wc -l >folders.after; cp -rL disk/tls after; exit $status' "$L"
    }
else
    reason='File too large'
    full() {
        "$L" run install.lua first || return 9
        cp -rL disk/tls before; find disk -mindepth 1 -maxdepth 1 | wc -l >folders.before
        (trap '' XFSZ; ulimit -f 1; "$L" run install.lua second)
        full_status=$?
        find disk -mindepth 1 -maxdepth 1 | wc -l >folders.after; cp -rL disk/tls after
        return $full_status
    }
fi
fails 'a full disk fails the installation, with the file and the reason' 1 "$reason" full
has 'and its place' "$(cat "$OUT.err")" 'luacharm: install.lua:8: cannot install disk/tls: '
passes 'the set that was there is there still' diff -r before after
is 'and nothing is left over' "$(cat folders.after)" "$(cat folders.before)"

# --- one line each

# refused NAME MESSAGE LUA
refused() {
    printf 'local charm <const> = require "charm"\n%s\n' "$3" >script.lua
    fails "$1" 1 "luacharm: script.lua:2: $2" nobody "$L" run script.lua
}

echo text >secret.txt && chmod 000 secret.txt
mkdir -p closed && chmod 000 closed
printf '#!/no/such/interpreter\n' >orphan && chmod 755 orphan
refused 'a file that may not be read' 'secret.txt: Permission denied' 'assert(charm.file.read "secret.txt")'
refused 'nor as a secret' 'secret.txt: Permission denied' 'assert(charm.file.read_secret "secret.txt")'
refused 'a file that is not there' 'nowhere.txt: No such file or directory' 'assert(charm.file.read "nowhere.txt")'
refused 'a folder is no file' '.: not a regular file' 'charm.file.read "."'
refused 'a folder that is not there' '/nonexistent/x: No such file or directory' 'charm.file.write("/nonexistent/x", "")'
refused 'a folder that may not be written to' 'closed/x: Permission denied' 'charm.file.write("closed/x", "")'
refused 'a folder that cannot be made' 'secret.txt/x: Not a directory' 'charm.file.make_dir "secret.txt/x"'
refused 'a file that may not be removed' 'closed/x: Permission denied' 'charm.file.remove "closed/x"'
refused 'a program that is not there' "cannot run 'no-such-program': no such program in PATH" 'charm.exec { "no-such-program" }'
refused 'a program that is not there, by its path' "cannot run './nowhere': No such file or directory" 'charm.exec { "./nowhere" }'
refused 'a program that may not be run' "cannot run './secret.txt': Permission denied" 'charm.exec { "./secret.txt" }'
refused 'a script without its interpreter' "cannot run './orphan': its interpreter is not there" 'charm.exec { "./orphan" }'
refused 'a folder to run in that is not there' "cannot run 'true': there is no folder '/nowhere' to run it in" \
    'charm.exec { "true", directory = "/nowhere" }'
refused 'a program that fails' 'sh: exit status 3: it is broken' 'charm.exec { "sh", "-c", "echo it is broken >&2; exit 3" }'
refused 'a program that is killed' 'sh: killed by signal 9' 'charm.exec { "sh", "-c", "kill -9 $$" }'
echo 'return 1' >hidden.lua && chmod 000 hidden.lua
refused 'a module that may not be read' 'hidden.lua: Permission denied' 'require "hidden"'
chmod 000 script.lua
fails 'a script that may not be read' 1 'luacharm: script.lua: Permission denied' nobody "$L" run script.lua
done_testing
