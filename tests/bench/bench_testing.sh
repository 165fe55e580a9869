#!/bin/sh
# A charm's tests: transitions in a second, which are a state, an event and the state after it.
# shellcheck source=tests/bench/lib.sh
. "$BENCH/lib.sh"
# shellcheck source=tests/bench/hooks.sh
. "$BENCH/hooks.sh"
workdir
charms
mkdir requirer/tests
cat >requirer/tests/many_test.lua <<'END'
local testing <const> = require "charm.testing"
local ca <const> = testing.tls.provider "certificates"

testing.test("a thousand hooks in which nothing is new", function()
  local state = testing.state { relations = { ca:relation() } }
  state = testing.run("certificates-relation-created", state)
  state = ca:issue(state, { validity = "90d" })
  for _ = 1, 1000 do state = testing.run("certificates-relation-changed", state) end
end)
END
times=
for _ in $(seq "$BENCH_RUNS"); do
    measure "$LUACHARM" test requirer
    times="$times $CPU_MS"
done
# shellcheck disable=SC2086 # a list of numbers
report '(h) 1000 transitions of luacharm test: processor' ms - $times
