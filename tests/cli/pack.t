#!/bin/sh
# luacharm pack: one .charm from one folder, the same bytes every time, as unzip and Juju read it.
. "${TESTS:-tests}/lib/tap.sh"

charms=$TESTS/../charms
workdir

passes 'a charm is packed' "$LUACHARM" pack "$charms/web"
packed=web_ubuntu-22.04-amd64.charm
has 'it says where and how big' "$(cat "$OUT")" "$packed: "
has 'and what takes the room' "$(cat "$OUT")" 'dispatch'
passes 'unzip finds nothing wrong with it' unzip -tq "$packed"
is 'it holds what Juju looks for' "$(unzip -Z1 "$packed" | tr '\n' ' ')" \
    'README.md actions.yaml config.yaml dispatch manifest.yaml metadata.yaml src/charm.lua src/nginx.lua '
unzip -q "$packed" -d out
is 'dispatch is this very program' "$(cmp out/dispatch "$LUACHARM" && echo same)" same
is 'and can be run' "$(stat -c %a out/dispatch)" 755
is 'a source file keeps its mode' "$(stat -c %a out/src/charm.lua)" 644
is 'the manifest has the base' "$(cat out/manifest.yaml)" "bases:
- architectures:
  - amd64
  channel: \"22.04\"
  name: ubuntu
luacharm-version: $("$LUACHARM" version | sed -n 's/^luacharm //p')"
lacks 'the metadata has no build settings' "$(cat out/metadata.yaml)" 'bases:'
has 'the title is the display name' "$(cat out/metadata.yaml)" 'display-name: A web server'
has 'the options have a file of their own' "$(cat out/config.yaml)" 'external-hostname:'
has 'so have the actions' "$(cat out/actions.yaml)" 'rotate-key:'
passes 'an unpacked charm is a charm' "$LUACHARM" pack out -o again.charm --platform ubuntu@22.04
is 'and packs to the same files' "$(unzip -Z1 again.charm | tr '\n' ' ')" \
    "$(unzip -Z1 "$packed" | tr '\n' ' ')"

cp -R "$charms/web" copy
find copy -exec touch -d 2001-01-01 {} +
mkdir copy/tests copy/build
echo secret >copy/tests/x
echo secret >copy/build/x
echo secret >copy/.hidden
passes 'it is packed again, elsewhere' "$LUACHARM" pack copy -o second.charm
is 'the same bytes' "$(cmp "$packed" second.charm && echo same)" same
size=$(stat -c %s "$packed")
is 'it takes less than 8 MB' "$([ "$size" -lt 8000000 ] && echo yes)" yes
passes 'a folder as output takes the usual name' "$LUACHARM" pack copy -o out
is 'which is there' "$(ls out/*.charm)" "out/$packed"
passes 'as JSON' "$LUACHARM" pack copy -o json.charm --json
has 'JSON lists the files' "$(cat "$OUT")" '"name": "src/charm.lua"'

fails 'a folder that is no charm' 1 'neither metadata.yaml nor charmcraft.yaml' \
    "$LUACHARM" pack "$TAP_DIR/copy/src"
fails 'a folder that is not there' 1 'nowhere' "$LUACHARM" pack nowhere
fails 'another architecture than the program' 1 'the program is for' \
    "$LUACHARM" pack copy --platform ubuntu@22.04:riscv64
fails 'a base that is none' 1 "'jammy': expected a base" "$LUACHARM" pack copy --platform jammy
fails 'a program that is none' 1 'expected a luacharm program' \
    "$LUACHARM" pack copy --program copy/README.md
rm -r copy/src
fails 'nothing to run' 1 'expected src/charm.lua, hooks/ or a dispatch' "$LUACHARM" pack copy
fails 'what lint finds is not packed' 1 '(program)' "$LUACHARM" pack copy
fails 'it says how to have it all the same' 1 '--force' "$LUACHARM" pack copy
cp -R "$charms/web/src" copy && chmod u+w copy/src/charm.lua
echo 'pritn()' >>copy/src/charm.lua
fails 'an error in the code' 1 "unknown global 'pritn'" "$LUACHARM" pack copy -o forced.charm
is 'nothing is written' "$([ -e forced.charm ] || echo none)" none
passes 'unless it is forced' "$LUACHARM" pack copy -o forced.charm --force
fails 'a device is not replaced' 1 '/dev/null: not a regular file' \
    "$LUACHARM" pack "$charms/web" -o /dev/null
# shellcheck disable=SC2016 # expanded by the inner shell
fails 'no room for the archive' 1 'full.charm: ' \
    sh -c 'trap "" XFSZ; ulimit -f 1000; "$1" pack "$2" -o full.charm' sh "$LUACHARM" "$charms/web"
is 'nothing is left behind' "$(find . -name 'full.charm*')" ''
done_testing
