#!/bin/sh
# Who may include whom. This table is the rule; a new edge is a commit of its own.
# Prints each breach as FILE: INCLUDE; exit 1 when there is one.
set -u
cd "$(dirname "$0")/../.." || exit 2

allowed() {
    case $1 in
        base) echo 'base' ;;
        x509) echo 'base x509' ;;
        juju) echo 'base juju' ;;
        tls) echo 'base x509 tls juju/ops.h juju/model.h' ;;
        charm) echo 'base charm' ;;
        bind) echo 'base x509 juju tls bind' ;;
        host) echo 'base x509 juju tls charm model bind host' ;;
        model) echo 'base x509 charm model' ;;
        cli) echo 'base x509 juju tls charm model bind host cli' ;;
    esac
}

# Libraries and system interfaces that belong to one place: pattern, then the files that may.
places() {
    cat <<'TABLE'
openssl/ runtime/x509/* runtime/base/secret.c
lua.h runtime/bind/* runtime/host/* runtime/cli/play*
lauxlib.h runtime/bind/* runtime/host/* runtime/cli/play*
lualib.h runtime/bind/*
sqlite3.h runtime/model/store*
jansson.h runtime/base/json.c runtime/base/json_plain.c
yaml.h runtime/base/yaml*.c runtime/base/yaml.h
minizip/ runtime/charm/archive*
editline/ runtime/cli/cmd_repl.c
spawn.h runtime/base/proc.c
time.h runtime/base/clock.c
TABLE
}

status=0
breach() {
    echo "$1: $2"
    status=1
}

for file in runtime/*/*.[ch]; do
    layer=${file#runtime/}
    layer=${layer%%/*}
    for include in $(sed -n 's/^ *# *include "\([^"]*\)".*/\1/p' "$file"); do
        found=no
        for entry in $(allowed "$layer"); do
            case $include in
                "$entry" | "$entry"/*) found=yes ;;
            esac
        done
        [ "$found" = yes ] || breach "$file" "$include"
    done
    for include in $(sed -n 's/^ *# *include <\([^>]*\)>.*/\1/p' "$file"); do
        while read -r library may; do
            case $include in
                "$library"*) ;;
                *) continue ;;
            esac
            found=no
            for pattern in $may; do
                # shellcheck disable=SC2254 # the table holds patterns
                case $file in $pattern) found=yes ;; esac
            done
            [ "$found" = yes ] || breach "$file" "<$include>"
        done <<TABLE
$(places)
TABLE
    done
done
exit $status
