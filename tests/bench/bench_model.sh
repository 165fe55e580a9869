#!/bin/sh
# The local model: what a hook costs, and whether it costs more in a large model.
# shellcheck source=tests/bench/lib.sh
. "$BENCH/lib.sh"
workdir
model() { "$LUACHARM" model "$@"; }

# --- a thousand hooks of a Lua charm, each with four hook commands (wanted: under 15 s on two cores)

mkdir -p four/src
cat >four/charmcraft.yaml <<'END'
name: four
type: charm
summary: four hook commands in each update-status
END
cat >four/src/charm.lua <<'END'
local charm <const> = require "charm"
charm.on("update-status", function()
  for _, command in ipairs { "is-leader", "config-get", "status-get" } do
    charm.exec { command, "--format=json" }
  end
  charm.exec { "status-set", "active", "as ever" }
end)
END

walls=
cpus=
for _ in $(seq "$BENCH_RUNS"); do
    rm -rf .luacharm
    model new >out && model deploy four -n 20 >out && model settle >out || exit 1
    measure model advance 250m --update-status-every 5m
    hooks=$(grep -c ' update-status ' .measured)
    [ "$hooks" -eq 1000 ] || { echo "$hooks hooks of 1000" >&2; exit 1; }
    walls="$walls $WALL_MS"
    cpus="$cpus $CPU_MS"
done
# shellcheck disable=SC2086 # lists of numbers
{
    report '(g) 1000 hooks in a model, 4 hook commands each' ms - $walls
    report '(g) 1000 hooks in a model, 4 hook commands each: processor' ms - $cpus
}

# --- one integrate, and a model that settles 

for side in asker giver; do
    mkdir -p $side/hooks
done
printf 'name: asker\nsummary: asks\nrequires:\n  db: {interface: x}\n' >asker/charmcraft.yaml
printf 'name: giver\nsummary: gives\nprovides:\n  db: {interface: x}\n' >giver/charmcraft.yaml
# shellcheck disable=SC2016 # the hook's own
{
    printf '#!/bin/sh\nrelation-set "hello=$JUJU_UNIT_NAME"\n' >asker/hooks/db-relation-created
    printf '#!/bin/sh\nrelation-get - "$JUJU_REMOTE_UNIT" >/dev/null\n' >giver/hooks/db-relation-changed
}
chmod +x asker/hooks/* giver/hooks/*

settled() { # UNITS: sets $WALL_MS and $CPU_MS
    rm -rf .luacharm
    model new >out && model deploy asker -n "$1" >out && model deploy giver >out &&
        model settle >out && model integrate asker giver >out || exit 1
    measure model settle
}
small=
large=
ratios=
for _ in $(seq "$BENCH_RUNS"); do
    settled 50
    small="$small $((CPU_MS * 1000 / 50))"
    few=$CPU_MS
    settled 500
    large="$large $((CPU_MS * 1000 / 500))"
    ratios="$ratios $(awk -v few="$few" -v many="$CPU_MS" 'BEGIN { printf "%.2f", many / few / 10 }')"
done
# shellcheck disable=SC2086 # lists of numbers
{
    report '(g) 50 units settle, each: processor' us - $small
    report '(g) 500 units settle, each: processor' us - $large
    report '(g) 500 units against 50, cost of each' x - $ratios
}
