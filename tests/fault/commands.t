#!/bin/sh
# Each hook command of a whole life fails in each way, one at a time: the hook then says which command it
# was and fails, or does what it does all the same; it has left nothing behind and told nothing secret;
# and when Juju runs it again, all is as if nothing had been. FAULT=full: every call; else one of many.
# shellcheck source=tests/fault/life.sh disable=SC2154 # variables of life.sh
. "$TESTS/fault/life.sh"
stride=${STRIDE:-61} # a prime: no hook has so many calls

# What a hook may do: "fails" or "goes on", or either where the answer may be one that nobody reads.
ways=${WAYS:-'exit-1:either exit-2:either killed:either hangs:either garbage:either truncated:fails slow:goes-on
    deaf:fails endless:either kill-before:dies kill-during:dies kill-after:dies'}

words() {
    case $1 in
        exit-?) echo "exits with ${1#exit-}" ;;
        killed) echo 'is killed' ;;
        garbage) echo 'prints garbage' ;;
        truncated) echo 'prints half of its answer' ;;
        slow) echo 'prints its answer bit by bit' ;;
        deaf) echo 'closes what it is fed' ;;
        endless) echo 'prints without an end' ;;
        kill-*) echo "is where the hook is killed, ${1#kill-}" ;;
        *) echo "$1" ;;
    esac
}

# A databag that is longer than what we read stops no hook, since the other side may have made it so: what
# stands in it waits for another hook.
does_without() { # WAY HOOK COMMAND
    [ "$1-$outcome-$3" = endless-ok-relation-get ] && whole "$2"
}

# One line says which hook command it was, and the exit status is that of a failure.
says() { # COMMAND
    grep -qE 'failed .* exit status 1$|^return-code: 1$' out && grep -qE "(^|: )$1: " out log && return
    why="it does not say that $1 failed: $(cat out log)"
    return 1
}

fits() { # WAY COMMAND: these two are fed
    case $1-$2 in deaf-relation-set | deaf-state-set) ;; deaf-*) return 1 ;; esac
}

# A process of a hook command that is still at work.
stray() {
    while read -r command pid _; do
        ! grep -q '^State:[[:space:]]*[A-WYa-z]' "/proc/$pid/status" 2>/dev/null || echo "$command $pid"
    done <calls
}

may() { # WAY-EXPECTED OUTCOME
    case $1-$2 in
        either-ok | either-failed | fails-failed | goes-on-ok | dies-again) return 0 ;;
        dies-failed) grep -q '^return-code: -1$' out && return ;; # an action is not tried again
    esac
    why="the hook ended as '$2': $(cat out log)"
    return 1
}

# try WAY EXPECTED HOOK CALL COMMAND
try() {
    case $1 in hangs) limit='export LUACHARM_HOOK_COMMAND_TIMEOUT=1s' ;; *) limit= ;; esac
    plan "export FAULT=$1 FAULT_AT=$4" "$limit"
    once "$3"
    [ -f fired ] || return 0
    count=$((count + 1))
    may "$2" "$outcome" || return
    case $1 in
        kill-*) ;;
        *) why="left at work: $(stray)"; [ "$why" = 'left at work: ' ] || return 1 ;;
    esac
    [ "$2-$outcome" = dies-failed ] || [ "$outcome" != failed ] || says "$5" || return
    if [ "$outcome" != ok ]; then
        whole "$3" || return
        again "$3"
        [ "$outcome" = ok ] || { why="the next time: $(cat out)"; return 1; }
    fi
    same "$3" || does_without "$1" "$3" "$5"
}

life
for entry in $ways; do
    way=${entry%%:*}
    count=0
    failures=
    step=$stride
    [ "$way" != deaf ] || step=13 # of few
    n=1
    while [ $n -le "$last" ]; do
        at=0
        for command in $(calls_of $n); do
            at=$((at + 1))
            fits "$way" "$command" || continue
            chosen "$step" || continue
            try "$way" "${entry#*:}" $n $at "$command" ||
                failures="$failures$(name $n), call $at, $command: $why
"
        done
        n=$((n + 1))
    done
    tap_result "a hook command $(words "$way")" "$([ -z "$failures" ] && [ $count -gt 0 ] && echo true)" \
        "$count points; $failures"
    echo "# fault: $count hook commands, one that $(words "$way")"
done
done_testing
