#!/bin/sh
# The load on a unit's server, from the scenarios: started before a change, stopped after it, in one
# unbroken window. $UPGRADE_DIR holds the model (in model/) and what is written here.
#
#   load.sh start UNIT          at $RATE handshakes a second (250), until stop and at least $N (1000)
#   load.sh stop UNIT           its sums, as tls_load prints them, and when the change began
#   load.sh mark                the change begins now
#   load.sh trust               the CAs that clients trust, PEM, from standard input
#   load.sh clock SECONDS       what time it is for clients, from here on, since the epoch
#   load.sh serial UNIT         the serial number that is served now
#   load.sh files UNIT          names, i-nodes and times of modification of the TLS files
set -eu

verb=$1
work() { echo "$UPGRADE_DIR/model/units/$(echo "$1" | tr / -)/charm/workload"; }
port() { sed -n 's/.*listen [^;]*:\([0-9]*\) ssl.*/\1/p' "$(work "$1")/nginx.conf"; }
name() { echo "$UPGRADE_DIR/$(echo "$1" | tr / -)"; }
milliseconds() { date +%s%3N; }

case $verb in
    start)
        milliseconds >"$(name "$2").begun"
        "$TLS_LOAD" "$(port "$2")" web.example.com "$UPGRADE_DIR/trusted.pem" "${RATE:-250}" "${N:-1000}" \
            "$(name "$2").log" "$UPGRADE_DIR/clock" >"$(name "$2").sums" 2>"$(name "$2").err" </dev/null &
        echo $! >"$(name "$2").pid"
        ;;
    stop)
        pid=$(cat "$(name "$2").pid")
        kill "$pid" 2>/dev/null || true
        while kill -0 "$pid" 2>/dev/null && [ "$(sed 's/.*) //' "/proc/$pid/stat" | cut -c 1)" != Z ]; do
            sleep 0.05
        done
        cat "$(name "$2").sums" "$(name "$2").err"
        echo "change_ms $(($(cat "$UPGRADE_DIR/mark") - $(cat "$(name "$2").begun")))"
        ;;
    mark) milliseconds >"$UPGRADE_DIR/mark" ;;
    trust) cat >"$UPGRADE_DIR/trusted.pem" ;;
    clock)
        echo "$(($2 - $(date +%s)))" >"$UPGRADE_DIR/clock.new"
        mv "$UPGRADE_DIR/clock.new" "$UPGRADE_DIR/clock"
        ;;
    serial)
        openssl s_client -connect "127.0.0.1:$(port "$2")" -servername web.example.com </dev/null 2>/dev/null |
            openssl x509 -noout -serial | sed 's/serial=//'
        ;;
    files) (cd "$(work "$2")" && stat -c '%N %i %Y' tls tls/*) ;;
    *)
        echo "load.sh: no such verb: $verb" >&2
        exit 2
        ;;
esac
