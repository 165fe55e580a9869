# shellcheck shell=sh
# say WORD...: the transcript of what happens, in the log.
say() {
    juju-log -- "$(basename "$JUJU_DISPATCH_PATH")${*:+: $*}"
}
