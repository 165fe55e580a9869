#!/bin/sh
# Hooks of a whole life are killed with -9 at random moments, some of them again when Juju runs them again:
# in the end all is as if nothing had been. $RUNS kills (20; with FAULT=full 1000), told by where they
# landed. The places between hook commands are each tried in commands.t. $SEED repeats.
# shellcheck source=tests/fault/life.sh disable=SC2154 # variables of life.sh
. "$TESTS/fault/life.sh"
[ "${FAULT:-quick}" = full ] && runs=${RUNS:-1000} || runs=${RUNS:-20}
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}

# The moment comes from a process beside the hook, which sees whether a hook command runs: then there is a
# child besides itself.
killer() { # SECONDS
    # shellcheck disable=SC2016 # for the hook
    plan "moment=$1" '(
        exec >/dev/null 2>&1
        sleep "$moment"
        read -r killer command </proc/$$/task/$$/children
        [ -n "$command" ] && echo during >"$top/landed" || echo after >"$top/landed"
        kill -KILL $$
    ) &'
}

# Where it was, from how many hook commands had begun.
place() {
    touch calls
    last_call=$(tail -n 1 calls | cut -d ' ' -f 1)
    case $outcome-$last_call-$(cat landed 2>/dev/null) in
        ok-*) ;; # the hook had ended
        *--*) echo 'before the first hook command' ;;
        *) echo "$(cat landed) $last_call" ;;
    esac
}

# run HOOK SECONDS [SECONDS]: the second one when the hook runs again
run() {
    killer "$2"
    rm -f landed
    once "$1"
    place >>places
    if [ "$outcome" != ok ] && [ -n "${3:-}" ]; then
        whole "$1" || return
        killer "$3"
        rm -f landed
        repeat "$1"
        place >>places
    fi
    [ "$outcome" != ok ] || { same "$1"; return; }
    whole "$1" || return
    again "$1"
    [ "$outcome" = ok ] || { why="the next time: $(cat out log)"; return 1; }
    same "$1"
}

life
# Within the time that the undisturbed hook took. More than enough: many come too late.
n=1
while [ $n -le "$last" ]; do
    echo "$n $(cat hooks/$n/ms)"
    n=$((n + 1))
done >durations
awk -v seed="$seed" -v runs="$runs" '{ hook[NR] = $1; ms[NR] = $2 }
    END {
        srand(seed)
        for (i = 0; i < 20 * runs; i++) {
            n = int(rand() * NR) + 1
            printf "%d %.4f %s\n", hook[n], rand() * ms[n] / 1000,
                rand() < 0.3 ? sprintf("%.4f", rand() * ms[n] / 1000) : ""
        }
    }' durations >moments

: >places
failures=
while [ "$(wc -l <places)" -lt "$runs" ] && read -r hook moment second; do
    run "$hook" "$moment" "$second" || failures="$failures$(name "$hook") after $moment s: $why
"
done <moments
tap_result "seed $seed: after $(wc -l <places) kills each hook ends as it would have" \
    "$([ -z "$failures" ] && [ "$(wc -l <places)" -ge "$runs" ] && echo true)" "$failures"
sort places | uniq -c | sort -k 2 | sed 's/^/# /'
echo "# fault: $(wc -l <places) kills at random moments"
done_testing
