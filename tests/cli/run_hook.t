#!/bin/sh
# luacharm run in a hook: a script that Juju starts by itself, or that runs under `juju exec`.
# shellcheck source=tests/lib/hook.sh disable=SC2154 # variables of hook.sh
. "$TESTS/lib/hook.sh"

# run FILE [ARG...]: as the agent starts a hook of that name
run() {
    run_dispatch JUJU_DISPATCH_PATH=hooks/config-changed JUJU_HOOK_NAME=config-changed \
        "$LUACHARM" run "$@"
}

new_charm
file hooks/config-changed.lua <<'EOF'
local charm <const> = require "charm"
print(charm.unit, charm.config.port, ...)
charm.log.info "at work"
charm.state.seen = "yes"
EOF
answer config-get '{"port": 8080}'
run hooks/config-changed.lua word
is 'a script in a hook succeeds' "$status" 0
is 'it sees the hook and prints to standard output' "$out" 'web/0	8080	word'
is 'it asks for what it needs, and sends what it wrote at the end' "$(calls)" \
    'config-get --format=json
state-set --file -
juju-log -l INFO -- at work'

file hooks/config-changed.lua <<'EOF'
local charm <const> = require "charm"
charm.state.seen = "yes"
error "no"
EOF
run hooks/config-changed.lua
is 'a script that fails fails the hook' "$status" 1
is 'and says why' "$err" 'luacharm: hooks/config-changed.lua:3: no'
lacks 'and sends nothing' "$(calls)" state-set

file hooks/config-changed.lua <<'EOF'
require "charm".state.seen = "yes"
EOF
refuse state-set 'state quota exceeded'
run hooks/config-changed.lua
is 'a refusal at the end fails the hook' "$status" 1
has 'and says what Juju said' "$err" 'state quota exceeded'
done_testing
