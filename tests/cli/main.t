#!/bin/sh
# The command line's frame: usage errors, help, version, exit statuses, and what the process does to
# itself at the start.
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

# --- usage -------------------------------------------------------------------------------------

fails 'no command is a usage error' 2 "expected a command: 'luacharm help' lists them" "$L"
fails 'an unknown command is a usage error' 2 "luacharm: there is no command 'frobnicate'" "$L" frobnicate
fails 'the nearest command is named' 2 "did you mean 'version'?" "$L" versoin
fails 'an unknown option is a usage error' 2 "version: unknown option '--jsno' (did you mean '--json'?)" \
    "$L" version --jsno
fails 'a word too many is a usage error' 2 "version: 'now' is one word too many" "$L" version now
fails 'a missing word is a usage error' 2 'run: expected FILE [ARG...]' "$L" run
fails 'a missing verb is a usage error' 2 "x509: expected VERB [WORD...]: 'luacharm help x509' lists them" "$L" x509
fails 'an unknown verb is a usage error' 2 "x509: there is no command 'shwo' (did you mean 'show'?)" \
    "$L" x509 shwo
fails 'a verb without its word is a usage error' 2 'luacharm: x509 show: expected [--json] FILE...' "$L" x509 show
fails 'help for what is not there is a usage error' 2 "there is no command 'x'" "$L" help x
fails 'help for a verb that is not there is a usage error' 2 "x509: there is no command 'x': 'luacharm help x509' lists them" "$L" help x509 x
fails 'help for a word after a command without verbs' 2 "'run' has no subcommands, so no 'x'" "$L" help run x
fails 'an unknown verb of many' 2 "model: there is no command 'foo': 'luacharm help model' lists them" "$L" model foo
fails 'and help for it' 2 "model: there is no command 'foo': 'luacharm help model' lists them" "$L" help model foo
"$L" version --jsno >out 2>err
is 'a usage error is one line' "$(wc -l <err)" 1
is 'a usage error prints nothing else' "$(cat out)" ''

# --- help --------------------------------------------------------------------------------------

"$L" help >list
for command in run dispatch model x509 help version; do
    passes "help lists $command" grep -q "^  $command  *[a-z]" list
    passes "$command has help of its own" "$L" help "$command"
    has "the help of $command begins with how to use it" "$(head -n 1 "$OUT")" "usage: luacharm $command"
    cp "$OUT" by-help
    passes "$command --help is there too" "$L" "$command" --help
    is "$command --help is the same" "$(cat "$OUT")" "$(cat by-help)"
done
passes 'help for a verb' "$L" help x509 show
has 'help for a verb names both' "$(cat "$OUT")" 'usage: luacharm x509 show'
has 'help for a verb has its options' "$(cat "$OUT")" '--json'
passes 'help for a command with few verbs' "$L" help x509
has 'help for a command with few verbs has their words' "$(cat "$OUT")" 'luacharm x509 show [--json] FILE...'
has 'and their options' "$(cat "$OUT")" '--json'
passes '--help is help' "$L" --help
is '--help is the list' "$(cat "$OUT")" "$(cat list)"
passes '-h is help' "$L" -h
passes 'x509 show -h is help' "$L" x509 show -h

# --- version -----------------------------------------------------------------------------------

"$L" version >versions
for library in luacharm Lua OpenSSL lua-cjson jansson libyaml SQLite; do
    passes "version has $library" grep -Eq "^$library [0-9]+\.[0-9]+" versions
done
is '--version is the same' "$("$L" --version)" "$(cat versions)"
passes 'version --json is JSON' "$L" version --json
cat >decode.lua <<'LUA'
local read <const> = require "charm.json".decode(io.read "a")
assert(read.OpenSSL:match "^3%." and read.Lua:match "^5%.4")
LUA
cp "$OUT" versions.json
passes 'and has the same in it' sh -c '"$1" run decode.lua <versions.json' sh "$L"

# --- names -------------------------------------------------------------------------------------

mkdir charm
ln -s "$L" charm/dispatch
fails 'started as dispatch it is a charm' 1 'JUJU' charm/dispatch
ln -s "$L" luacharm-link
passes 'started under another name it is luacharm' ./luacharm-link version

# --- the process -------------------------------------------------------------------------------

cat >itself.lua <<'LUA'
for line in io.lines "/proc/self/status" do
  if line:match "^Umask" or line:match "^SigIgn" then print(line) end
end
for line in io.lines "/proc/self/limits" do
  if line:match "^Max core" then print((line:gsub("%s+", " "))) end
end
io.open("made", "w"):close()
LUA
(umask 022 && "$L" run itself.lua) >itself
passes 'its umask is strict' grep -q '^Umask:.*0077' itself
is 'its files are its own' "$(stat -c %a made)" 600
passes 'it leaves no core' grep -q '^Max core file size 0 0' itself
# Bit 12 of the mask is signal 13, SIGPIPE.
ignored=$(sed -n 's/^SigIgn:[[:space:]]*//p' itself)
is 'a closed pipe is no signal' "$((0x$ignored >> 12 & 1))" 1
cat >child.lua <<'LUA'
print(require "charm".exec { "sh", "-c", "umask" }.stdout)
LUA
has 'its children have the umask it was started with' "$(umask 027 && "$L" run child.lua)" 0027
fails 'standard output that is full is a failure' 1 'cannot write to standard output' \
    sh -c '"$1" version >/dev/full' sh "$L"
fails 'standard output that is closed is a failure' 1 'version: cannot write to standard output: Bad file descriptor' \
    sh -c '"$1" version >&-' sh "$L"
seq 200000 | sed 's/.*/print(&)/' >long.lua
is 'a reader that has had enough is none that is told' "$( ("$L" run long.lua 2>&1; echo) | head -n 1)" 1
echo 'local x <const> = 1; return x' >silent.lua
passes 'closed streams are no harm to what prints nothing' sh -c '"$1" run silent.lua <&- >&- 2>&-' sh "$L"
done_testing
