#!/bin/sh
# Each system call of each hook of a whole life fails in turn, or does only a part (shim.c): what a signal
# interrupts, or is done by halves, nobody notices; otherwise the hook fails with a line that says why, or
# does without; it has left nothing behind and told nothing secret; and when Juju runs it again, all is as
# if nothing had been. $SUBJECT: the program, linked dynamically. FAULT=full: every call; else one of many.
SUBJECT=${DYNAMIC:?the program, linked dynamically}
# shellcheck source=tests/fault/life.sh disable=SC2154 # variables of life.sh
. "$TESTS/fault/life.sh"
each=${EACH:-1} # so many calls for each error, of those of the whole life

# CALL:ERROR...: "short" and EINTR are to have no effect.
ways=${WAYS:-'open:EINTR:EMFILE:EIO read:EINTR:short:EIO write:EINTR:short:ENOSPC:EIO close:EINTR:EIO
    fsync:EINTR:EIO:ENOSPC rename:ENOSPC:EIO mkdir:ENOSPC mkdtemp:ENOSPC:EMFILE mkostemp:ENOSPC:EMFILE
    unlink:EIO rmdir:EIO symlink:ENOSPC readlink:EIO fchmod:EIO fcntl:EBADF opendir:EMFILE openat:EMFILE
    unlinkat:EIO fdopendir:ENOMEM pipe2:EMFILE posix_spawnp:ENOMEM:EAGAIN waitpid:EINTR:ECHILD
    poll:EINTR:ENOMEM getrandom:EINTR:short:ENOSYS
    connect:EINTR:ECONNREFUSED send:EINTR:short:EIO recv:EINTR:short:EIO'}

number_of() {
    case $1 in
        EINTR) echo 4 ;; EIO) echo 5 ;; EBADF) echo 9 ;; ECHILD) echo 10 ;; EAGAIN) echo 11 ;; ENOMEM) echo 12 ;;
        EMFILE) echo 24 ;; ENOSPC) echo 28 ;; ENOSYS) echo 38 ;; ECONNREFUSED) echo 111 ;;
        short) echo short ;;
    esac
}

shim() {
    plan "export LD_PRELOAD='$FAULTS/shim.so' ASAN_OPTIONS=verify_asan_link_order=0" "$@"
}

# One line says what went wrong, and the exit status is that of a failure.
says() {
    grep -qE 'failed .* exit status 1$|^return-code: 1$' out && grep -qE ': ' log && return
    why="it does not say what failed: $(cat out log)"
    return 1
}

# try CALL ERROR HOOK NUMBER
try() {
    shim "export FAULT_CALL=$1 FAULT_HOW=$(number_of "$2") FAULT_AT=$4"
    once "$3"
    # How often it waits, and whose temporary folders lie about to be swept, the machine decides: then the
    # first that it makes fails instead.
    case $1-$4 in
        poll-1 | openat-1 | fdopendir-1 | unlinkat-1) [ -f fired ] || return 0 ;;
        poll-* | openat-* | fdopendir-* | unlinkat-*) [ -f fired ] || { try "$1" "$2" "$3" 1; return; } ;;
    esac
    count=$((count + 1))
    [ -f fired ] || { why='it did not come to it'; return 1; }
    case $2-$outcome in
        *-ok) ;;
        EINTR-* | short-*) why="the hook ended as '$outcome': $(cat out log)"; return 1 ;;
        *-failed) says || return ;;
        *) why="the hook ended as '$outcome': $(cat out log)"; return 1 ;;
    esac
    if [ "$outcome" != ok ]; then
        whole "$3" || return
        again "$3"
        [ "$outcome" = ok ] || { why="the next time: $(cat out)"; return 1; }
    fi
    same "$3"
}

life
n=1
while [ $n -le "$last" ]; do
    shim "export FAULT_COUNTS='$PWD/hooks/$n/counts'"
    once $n
    same $n || { tap_result "$(name $n) with its calls counted" false "$why"; cat out log; }
    n=$((n + 1))
done

for entry in $ways; do
    call=${entry%%:*}
    total=$(cat hooks/*/counts | awk -v call="$call" '$1 == call { sum += $2 } END { print sum }')
    stride=$(((total + each - 1) / each))
    for error in $(echo "${entry#*:}" | tr ':' ' '); do
        count=0
        failures=
        n=1
        while [ $n -le "$last" ]; do
            calls=$(sed -n "s/^$call //p" "hooks/$n/counts")
            at=0
            while [ $at -lt "$calls" ]; do
                at=$((at + 1))
                chosen "$stride" || continue
                try "$call" "$error" $n $at || failures="$failures$(name $n), call $at: $why
"
            done
            n=$((n + 1))
        done
        [ $total -gt 0 ] || continue
        tap_result "$call: $error" "$([ -z "$failures" ] && [ $count -gt 0 ] && echo true)" "$count points; $failures"
        echo "# fault: $count system calls, $call: $error"
    done
done
done_testing
