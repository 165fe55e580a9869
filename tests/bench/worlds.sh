#!/bin/sh
# Make worlds.json anew, for when what the runtime keeps in secrets or stored state has changed; then
# instructions.txt, with COUNTS. usage: LUACHARM=... PROGRAMS=... BENCH=tests/bench tests/bench/worlds.sh
set -e
# shellcheck source=tests/bench/lib.sh
. "$BENCH/lib.sh"
# shellcheck source=tests/bench/hooks.sh
. "$BENCH/hooks.sh"
workdir
charms
changed=certificates-relation-changed

world idle requirer
world requirer-idle requirer
world requirer-first requirer
world requirer-arrival requirer
settle requirer-arrival requirer certificates-relation-created
world provider-issue provider 1 ec
settle provider-issue provider $changed web/1
worlds ask requirer-arrival provider-issue
cp -r provider-issue provider-rest
settle provider-rest provider $changed web/0
worlds answer provider-rest requirer-arrival
cp -r requirer-arrival requirer-rest
settle requirer-rest requirer $changed ca/0
worlds pack "$BENCH/worlds.json" idle requirer-idle requirer-first requirer-arrival requirer-rest \
    provider-issue provider-rest
