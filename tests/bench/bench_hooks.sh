#!/bin/sh
# What a hook costs beside its floor: the same hook commands, started by a program that does nothing else.
# Of the provider's hooks with many requests, the floor has a verification and a signature for each.
# shellcheck source=tests/bench/lib.sh
. "$BENCH/lib.sh"
# shellcheck source=tests/bench/hooks.sh
. "$BENCH/hooks.sh"
workdir
charms
changed=certificates-relation-changed

# pair WORLD RUNS FLOOR-US NAME: the hook that ran last, and its floor
pair() {
    commands=$(grep -ac '^[0-9][0-9]* [0-9][0-9]*$' "$1/record")
    # shellcheck disable=SC2086 # words
    $IN_HOOK "$PROGRAMS/pair" "$4, $commands commands" "$2" "$3" "$LUACHARM" dispatch -- \
        "$PROGRAMS/floor" "$PWD/$1/record" || exit 1
}
many=$((BENCH_RUNS * 20))

world idle requirer
hook idle idle start && pair idle $many 0 '(a) nothing to do'
world requirer requirer
hook requirer requirer start && pair requirer $many 0 '(a) requirer, nothing to do'
hook requirer requirer certificates-relation-created && pair requirer $many 0 '(b) requirer, first request'
worlds fold requirer

# The second request: the CA is there.
world provider provider 1 ec
settle provider provider $changed web/1
worlds ask requirer provider
hook provider provider $changed web/0 && pair provider $many 0 '(c) provider issues 1'
worlds fold provider
hook provider provider $changed web/0 && pair provider $many 0 '(c) provider at rest'
worlds answer provider requirer
hook requirer requirer $changed ca/0 && pair requirer $many 0 '(b) requirer, certificate arrives'
worlds fold requirer
hook requirer requirer $changed ca/0 && pair requirer $many 0 '(b) requirer at rest'

world rsa provider 1 rsa
settle rsa provider-rsa $changed web/1
worlds join rsa rsa
hook rsa provider-rsa $changed web/2 && pair rsa $many 0 '(c) provider issues 1, RSA 2048'

per_request=$("$PROGRAMS/crypto" 'EC P-256')
for units in 10 100 300 1000; do
    world "at-once" provider $units ec
    hook at-once provider $changed web/1 &&
        pair at-once $((units < 300 ? BENCH_RUNS * 5 : BENCH_RUNS)) $((units * per_request)) "(d) provider, $units at once"
    worlds fold at-once
    hook at-once provider $changed web/1 &&
        pair at-once $((units < 300 ? BENCH_RUNS * 5 : BENCH_RUNS)) 0 "(d) provider, $units at rest"
done

# The requirer among 500 others.
world crowd requirer
settle crowd requirer certificates-relation-created
world crowded provider 500 ec
worlds ask crowd crowded
settle crowded provider $changed web/1
worlds answer crowded crowd
settle crowd requirer $changed ca/0
hook crowd requirer $changed ca/0 && pair crowd $many 0 '(d) requirer at rest among 500'

"$PROGRAMS/crypto"
