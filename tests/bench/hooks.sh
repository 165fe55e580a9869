# shellcheck shell=sh
# The hooks of the benches: charms, the worlds that answer them, and how one is run. Source it, in a
# folder of its own (workdir); $PROGRAMS: the folder of answer, floor and pair.
#
#   charms                     the charms idle, requirer, provider (its CA: EC), provider-rsa
#   world WORLD ARGUMENTS...   a new world: see worlds.lua
#   unpacked WORLD             one of worlds.json
#   hook WORLD CHARM EVENT [UNIT]    runs it; WORLD/record is what the floor does; $IN_HOOK is the
#                              environment, as words before a command
#   settle WORLD CHARM EVENT [UNIT]  the same, and what it has written is true afterwards

worlds() { "$LUACHARM" run "$BENCH/worlds.lua" "$@"; }

# Ten years and more: what is in worlds.json was made once.
charms() {
    mkdir -p idle/src requirer/src provider/src provider-rsa/src
    cat >idle/src/charm.lua <<'END'
local charm <const> = require "charm"
charm.on("config-changed", function() charm.open_port(443) end)
END
    cat >requirer/src/charm.lua <<'END'
local tls <const> = require "charm.tls"
tls.requires("certificates", {
  key = { type = "ec", curve = "P-256" },
  requests = { { common_name = "web.example.com", sans_dns = { "web.example.com" } } },
})
END
    cat >provider/src/charm.lua <<'END'
local tls <const> = require "charm.tls"
tls.provides("certificates", {
  issuer = tls.ca {
    common_name = "bench", key = { type = "ec", curve = "P-256" }, validity = "14600d", leaf_validity = "7300d",
  },
})
END
    sed 's/{ type = "ec", curve = "P-256" }/{ type = "rsa", bits = 2048 }/' provider/src/charm.lua \
        >provider-rsa/src/charm.lua
    for charm in idle requirer provider provider-rsa; do
        cat >$charm/metadata.yaml <<END
name: $charm
summary: of the benches
END
    done
    cat >>requirer/metadata.yaml <<'END'
requires:
  certificates: {interface: tls-certificates}
END
    cat >>provider/metadata.yaml <<'END'
provides:
  certificates: {interface: tls-certificates}
END
    cp provider/metadata.yaml provider-rsa/metadata.yaml
    mkdir commands
    for name in is-leader config-get relation-ids relation-list relation-get relation-set state-get \
        state-set state-delete status-get status-set secret-add secret-set secret-get \
        secret-info-get secret-grant secret-remove juju-log; do
        ln -s "$PROGRAMS/answer" "commands/$name"
    done
}

world() {
    mkdir -p "$1/answers"
    worlds new "$@"
}

unpacked() {
    mkdir -p "$1/answers"
    worlds unpack "$BENCH/worlds.json" "$1"
}

# As the agent makes the environment (juju-hooks 1.2); the rest of it is fixed.
hook() {
    case $2 in
        provider*) own=ca/0 remote=web ;;
        *) own=web/0 remote=ca ;;
    esac
    IN_HOOK="env -i -C $PWD/$2 PATH=$PWD/commands BENCH_WORLD=$PWD/$1 LANG=C.UTF-8 TZ=UTC
        JUJU_CONTEXT_ID=$own-hook-1 JUJU_UNIT_NAME=$own JUJU_MODEL_NAME=bench
        JUJU_MODEL_UUID=cdac5656-2423-4388-8f30-41854b4cca7d JUJU_VERSION=3.6.26
        JUJU_CHARM_DIR=$PWD/$2 CHARM_DIR=$PWD/$2 JUJU_MACHINE_ID=3
        JUJU_DISPATCH_PATH=hooks/$3 JUJU_HOOK_NAME=$3"
    case $3 in
        certificates-*) IN_HOOK="$IN_HOOK JUJU_RELATION=certificates JUJU_RELATION_ID=certificates:7
            JUJU_REMOTE_APP=$remote JUJU_REMOTE_UNIT=${4:-}" ;;
    esac
    rm -f "$1/record"
    : >"$1/record"
    # shellcheck disable=SC2086 # words
    $IN_HOOK BENCH_RECORD="$PWD/$1/record" "$LUACHARM" dispatch >said 2>&1 || {
        cat said >&2
        return 1
    }
}

settle() { hook "$@" && worlds fold "$1"; }
