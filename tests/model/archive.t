#!/bin/sh
# A .charm in the model: deployed and refreshed as its folder is; one that is damaged, or would write
# outside of its folder, is refused and leaves nothing.
# shellcheck source=tests/model/lib.sh
. "$TESTS/model/lib.sh"
workdir
here=$PWD

"$LUACHARM" init web --template requirer >/dev/null
"$LUACHARM" pack web -o web.charm >/dev/null
quiet model new
passes 'a packed charm is deployed' "$LUACHARM" model deploy web.charm --config hostname=web.example.com
is 'it says from where' "$(cat "$OUT")" "Deployed 'web' from web.charm, 1 unit"
quiet model deploy "$TESTS/../charms/self-signed-ca"
quiet model integrate web self-signed-ca
passes 'its hooks run' "$LUACHARM" model settle
has 'with its own dispatch it has a certificate' "$("$LUACHARM" model status)" 'a certificate until'
is 'what was unpacked on the way is gone' "$(find .luacharm/charms -name 'unpacked*')" ''
passes 'the file may go' rm web.charm
quiet model exec web/0 -- true
passes 'the charm stays' "$LUACHARM" model settle

# --- refresh -------------------------------------------------------------------------------------------

sed 's/a certificate until/certified until/' web/src/charm.lua >changed && cp changed web/src/charm.lua
"$LUACHARM" pack web -o new.charm >/dev/null
passes 'it is refreshed to a newer one' "$LUACHARM" model refresh web --path new.charm
passes 'which runs' "$LUACHARM" model settle
has 'in the place of the old' "$("$LUACHARM" model status)" 'certified until'
sed 's/certified until/sealed until/' web/src/charm.lua >changed && cp changed web/src/charm.lua
"$LUACHARM" pack web -o new.charm >/dev/null
passes 'without a path it is that archive again' "$LUACHARM" model refresh web
quiet model settle
has 'as it is now' "$("$LUACHARM" model status)" 'sealed until'
passes 'and back to the folder' "$LUACHARM" model refresh web --path web

# --- what is refused -----------------------------------------------------------------------------------

python3 - <<'PY'
import zipfile, stat

def charm(name, entries):
    with zipfile.ZipFile(name, "w") as archive:
        for path, mode, text in [("metadata.yaml", 0o100644, "name: bad\n"),
                                 ("dispatch", 0o100755, "#!/bin/sh\n")] + entries:
            info = zipfile.ZipInfo(path)
            info.external_attr = mode << 16
            info.create_system = 3
            archive.writestr(info, text)

charm("up.charm", [("../escaped", 0o100644, "x")])
charm("deep.charm", [("src/../../../escaped", 0o100644, "x")])
charm("absolute.charm", [("/tmp/luacharm-escaped", 0o100644, "x")])
charm("link.charm", [("src/out", stat.S_IFLNK | 0o777, "../../../..")])
charm("through.charm", [("out", stat.S_IFLNK | 0o777, ".."), ("out/escaped", 0o100644, "x")])
charm("good.charm", [])
with open("good.charm", "rb") as good, open("cut.charm", "wb") as cut:
    cut.write(good.read()[:-30])
with zipfile.ZipFile("idle.charm", "w") as idle:
    idle.writestr("metadata.yaml", "name: idle\n")
with zipfile.ZipFile("none.charm", "w") as none:
    none.writestr("README.md", "nothing")
PY
echo text >text.charm
find . -path ./.luacharm/model.db\* -prune -o -print | grep -v '^./.out' | sort >before
refused() { # NAME TEXT FILE
    fails "$1" 1 "$2" "$LUACHARM" model deploy "$3" bad
    fails "$1: as a refresh, too" 1 "$2" "$LUACHARM" model refresh web --path "$3"
}
refused 'a name that leads out' "'../escaped': not a name of a file in a charm" up.charm
refused 'one that does so further down' 'not a name of a file in a charm' deep.charm
refused 'an absolute one' 'not a name of a file in a charm' absolute.charm
refused 'a link that leads out' 'a link that leads out of the charm' link.charm
refused 'a file through a link' 'a link' through.charm
refused 'an archive that was cut' 'cut.charm: not a zip archive' cut.charm
refused 'a file that is no archive' 'text.charm: not a zip archive' text.charm
refused 'an archive that is no charm' "none.charm: " none.charm
refused 'a charm that does nothing' "has no hooks nor dispatch file" idle.charm
fails 'no such file' 1 'nowhere.charm: No such file or directory' "$LUACHARM" model deploy nowhere.charm
find . -path ./.luacharm/model.db\* -prune -o -print | grep -v '^./.out' | sort >after
is 'none of them left anything' "$(diff before after | grep -v 'before$\|after$' | grep '^[<>]')" ''
is 'nor outside' "$(ls /tmp/luacharm-escaped "$here/../escaped" 2>/dev/null)" ''
passes 'the same without the harm is taken' "$LUACHARM" model deploy good.charm
quiet model settle
lacks 'and nothing failed' "$("$LUACHARM" model status)" error
done_testing
