#!/bin/sh
# luacharm run: scripts outside of a hook.
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

# --- arguments and streams ---------------------------------------------------------------------

cat >args.lua <<'LUA'
print(#arg, arg[0], ...)
print(table.unpack(arg))
LUA
is 'a script gets its words' "$("$L" run args.lua a 'b c' --json -x --)" '5	args.lua	a	b c	--json	-x	--
a	b c	--json	-x	--'
is 'options before the script are ours' "$("$L" run -- args.lua --help)" '1	args.lua	--help
--help'
echo 'print(io.read "l")' >read.lua
is 'standard input is for the script' "$(echo hello | "$L" run read.lua)" hello
echo 'print("out") io.stderr:write("err")' >both.lua
is 'print goes to standard output' "$("$L" run both.lua 2>/dev/null)" out
is 'and nothing else does' "$("$L" run both.lua 2>&1 >/dev/null)" err
printf '#!/usr/bin/env -S luacharm run\nprint(...)\n' >script
chmod +x script
mkdir bin
ln -s "$L" bin/luacharm
is 'a script may say by whom it is run' "$(PATH=$PWD/bin:$PATH ./script a b)" 'a	b'

# --- modules -----------------------------------------------------------------------------------

mkdir -p folder/part/deep
echo 'return "beside"' >folder/helper.lua
echo 'return "inside " .. ...' >folder/part/init.lua
echo 'return "below"' >folder/part/deep/leaf.lua
echo 'print(require "helper", require "part", (require "part.deep.leaf"))' >folder/main.lua
wanted='beside	inside part	below'
is 'require looks in the folder of the script' "$("$L" run folder/main.lua)" "$wanted"
is 'wherever it is started' "$(cd / && "$L" run "$TAP_DIR/folder/main.lua")" "$wanted"
is 'or beside it' "$(cd folder && "$L" run main.lua)" "$wanted"
echo 'return "not this one"' >helper.lua
is 'and nowhere else' "$("$L" run folder/main.lua)" "$wanted"
is 'LUA_PATH does not count' "$(LUA_PATH="$PWD/?.lua" LUA_PATH_5_4="$PWD/?.lua" "$L" run folder/main.lua)" \
    "$wanted"
echo 'error "taken from the script'"'"'s folder"' >folder/charm.lua
echo 'print(type(require "charm".log.info))' >folder/charm_user.lua
is 'our modules come first' "$("$L" run folder/charm_user.lua)" function
cat >all.lua <<'LUA'
for _, name in ipairs { "charm", "charm.json", "charm.x509", "cjson", "cjson.safe" } do
  assert(type(require(name)) == "table", name)
end
LUA
passes 'the charm modules are at hand' "$L" run all.lua

# --- errors ------------------------------------------------------------------------------------

fails 'a script that is not there' 1 'luacharm: nothing.lua: No such file or directory' "$L" run nothing.lua
fails 'a script that is a folder' 1 'luacharm: folder: a folder, not a file' "$L" run folder
printf '\n\nx = = 1\n' >syntax.lua
fails 'a syntax error has its line' 1 "luacharm: syntax.lua:3: unexpected symbol near '='" "$L" run syntax.lua
printf 'local t\n\nprint(t.x)\n' >nil.lua
fails 'an error has its line' 1 "luacharm: nil.lua:3: attempt to index a nil value (local 't')" "$L" run nil.lua
"$L" run nil.lua 2>err
is 'an error in the main chunk is one line' "$(wc -l <err)" 1
cat >deep.lua <<'LUA'
local function inner() error { message = "it is broken", code = "io" } end
local function outer() inner() end
outer()
LUA
fails 'an error object is told' 1 'luacharm: deep.lua:1: it is broken' "$L" run deep.lua
"$L" run deep.lua 2>err
is 'the functions that led there follow, innermost first' "$(cat err)" \
    "luacharm: deep.lua:1: it is broken
    deep.lua:1: in function 'inner'
    deep.lua:2: in function 'outer'
    deep.lua:3: in main chunk"
echo 'require "charm".config.x = 1' >outside.lua
fails 'what needs a hook says so' 1 'outside.lua:1' "$L" run outside.lua
echo 'print(require "charm".config.x)' >config.lua
fails 'and how to get one' 1 'luacharm model' "$L" run config.lua
printf 'local s = ("x"):rep(1 << 28)\n' >memory.lua
fails 'a script that takes too much memory' 1 'the script needs more than 262144 KiB of memory' \
    "$L" run memory.lua
lua5.4 -e 'io.open("chunk.lua", "wb"):write(string.dump(function() end)):close()'
fails 'a compiled script is refused' 1 'attempt to load a binary chunk' "$L" run chunk.lua
head -c 4194305 /dev/zero | tr '\0' ' ' >large.lua
fails 'a script that is too large' 1 'luacharm: large.lua: more than 4194304 bytes' "$L" run large.lua
head -c 4194304 large.lua >largest.lua
passes 'the largest script' "$L" run largest.lua
echo 'error { code = "internal", message = "cannot be" }' >bug.lua
fails 'a bug of ours asks to be reported' 70 'please report it' "$L" run bug.lua
cat >finalizer.lua <<'LUA'
setmetatable({}, { __gc = function() error "too late" end })
LUA
passes 'an error in a finalizer does not fail the script' "$L" run finalizer.lua
has 'and is told' "$(cat "$OUT")" 'too late'

# --- what is not a file ------------------------------------------------------------------------

printf 'print(arg[0], ...)\n' >words.lua
is 'a script on standard input' "$("$LUACHARM" run - a b <words.lua)" "$(printf 'stdin\ta\tb')"
is 'a script in a pipe' "$(cat words.lua | "$LUACHARM" run /dev/fd/0 a)" "$(printf '/dev/fd/0\ta')"
echo 'error "broken"' >broken.lua
fails 'an error of one on standard input' 1 'luacharm: stdin:1: broken' \
    sh -c '"$1" run - <broken.lua' sh "$LUACHARM"
fails 'a script without end' 1 'luacharm: /dev/zero: more than 4194304 bytes' "$LUACHARM" run /dev/zero
done_testing
