#!/bin/sh
# luacharm init: a charm from each template, which passes its tests, is packed and deploys; nothing is
# ever overwritten, and what fails leaves nothing.
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

for template in requirer provider hooks policy; do
    passes "$template: it is made" "$L" init "my-$template" --template "$template"
    passes "$template: its tests pass" "$L" test "my-$template"
    has "$template: there are some" "$(cat "$OUT")" ', 0 failed'
    passes "$template: it is packed" "$L" pack "my-$template" -o packed.charm
    has "$template: the name is the folder's" "$(unzip -p packed.charm metadata.yaml)" \
        "name: my-$template"
    is "$template: no place is left open" "$(grep -rl '{{' "my-$template")" ''
    passes "$template: a model" "$L" model new
    passes "$template: it deploys" "$L" model deploy "my-$template"
    passes "$template: it settles" "$L" model settle
    lacks "$template: no hook fails" "$("$L" model status)" 'error'
    "$L" model destroy >/dev/null
done
modes=$(stat -c %a my-requirer/src/charm.lua my-requirer/src my-requirer)
is 'files are for others to read' "$(echo "$modes" | tr '\n' ' ')" '644 755 755 '
has 'git leaves out what is made' "$(cat my-requirer/.gitignore)" '*.charm'

passes 'without a template it is a requirer' "$L" init plain
has 'it says what to do next' "$(cat "$OUT")" 'luacharm test plain'
passes 'the same as that template' cmp plain/src/charm.lua my-requirer/src/charm.lua
passes 'folders above are made' "$L" init some/where/deep/
has 'the name is the last of them' "$(cat some/where/deep/charmcraft.yaml)" 'name: deep'
mkdir empty && cd empty || exit 1
passes 'an empty folder is filled' "$L" init .
has 'with its own name' "$(cat charmcraft.yaml)" 'name: empty'
is 'and nothing else' "$(find . -name '.luacharm*')" ''
cd ..

mkdir full && echo mine >full/notes
fails 'a folder with something in it is left alone' 1 "full: the folder is not empty: it has 'notes'" \
    "$L" init full
is 'nothing was written there' "$(ls -A full)" notes
fails 'a charm is not made over another' 1 'the folder is not empty' "$L" init plain
echo mine >file
fails 'nor over a file' 1 'file: it is there already, and no folder' "$L" init file
for name in Upper 9lives with_underscore web-1 -; do
    fails "'$name' is no charm's name" 2 "cannot be a charm's name" "$L" init -- "$name"
done
is 'none of them is there' "$(find . -maxdepth 1 -name '[U9w-]*')" ''
fails 'a template that there is not' 2 "unknown template 'requierer': did you mean 'requirer'?" \
    "$L" init x --template requierer
fails 'no folder' 2 'DIR' "$L" init

fails 'a folder that cannot be made' 1 '/proc/x' "$L" init /proc/x/charm
# shellcheck disable=SC2016 # expanded by the inner shell
fails 'a disk that is full' 1 'charmcraft.yaml' \
    sh -c 'trap "" XFSZ; ulimit -f 1; "$1" init late' sh "$L"
is 'nothing is left of it' "$(find . -name 'late*' -o -name '.luacharm-init*')" ''
done_testing
