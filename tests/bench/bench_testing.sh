#!/bin/sh
# luacharm test: how many certificates can arrive in a second, in one process: the state before, the
# charm loaded in a VM of its own, key, request, certificate and chain read and matched, the files
# installed, the state after. (goal: 500 a second, that is 2000 us each)
# shellcheck source=tests/bench/lib.sh
. "$BENCH/lib.sh"
workdir

mkdir -p arrivals/src arrivals/tests
cat >arrivals/charmcraft.yaml <<'END'
name: arrivals
summary: takes a certificate
requires:
  certificates: { interface: tls-certificates }
END
cat >arrivals/src/charm.lua <<'END'
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", {
  key = { type = "ec", curve = "P-256" },
  requests = { { common_name = "a.example.com", sans_dns = { "a.example.com" } } },
})
certs:on("available", function(cert) cert:install { dir = "/etc/tls" } end)
charm.collect_status(function(status)
  if not certs:assigned() then status:waiting("no certificate yet") end
  status:active()
end)
END
cat >arrivals/tests/arrivals_test.lua <<'END'
local testing <const> = require "charm.testing"
local ARRIVALS <const> = 1000

testing.test("certificates arrive", function()
  local ca <const> = testing.tls.provider "certificates"
  local asked <const> = testing.run("certificates-relation-created", { relations = { ca:relation() } })
  local issued <const> = ca:issue(asked)
  for _ = 1, ARRIVALS do
    local after <const> = testing.run("certificates-relation-changed", issued)
    assert(tostring(after.unit_status) == "active" and after.files["/etc/tls/cert.pem"])
  end
end)
END

cpus=
walls=
for _ in $(seq "$BENCH_RUNS"); do
    measure "$LUACHARM" test arrivals
    grep -q '^1 passed, 0 failed$' .measured || { cat .measured >&2; exit 1; }
    walls="$walls $WALL_MS" # of a thousand: microseconds of one
    cpus="$cpus $CPU_MS"
done
# shellcheck disable=SC2086 # lists of numbers
{
    report 'a certificate arrives in luacharm test, EC key (goal: 2000)' us - $walls
    report 'a certificate arrives in luacharm test: processor' us - $cpus
}
