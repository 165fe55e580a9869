#!/bin/sh
# luacharm test: which tests are run, what is told of them, and the exit status. What a test can say is
# shown by tests/cli/testing.t.
# shellcheck source=tests/lib/tap.sh
. "${TESTS:-tests}/lib/tap.sh"

workdir
L=$LUACHARM

mkdir -p sample/src sample/tests
cat >sample/charmcraft.yaml <<'YAML'
name: sample
summary: For tests of tests.
YAML
cat >sample/src/charm.lua <<'LUA'
local charm <const> = require "charm"
charm.on("start", function() charm.open_port(443) end)
charm.on("stop", function()
  local function deep() error "no way out" end
  deep()
end)
LUA
cat >sample/tests/ports_test.lua <<'LUA'
local testing <const> = require "charm.testing"

testing.test("opens a port", function()
  testing.expect(testing.run "start", { ports = { "443/tcp" } })
end)

testing.test("opens none before", function()
  testing.expect(testing.run "install", { ports = {} })
end)
LUA

# --- all is well -----------------------------------------------------------------------------------

passes 'a folder with passing tests: exit status 0' "$L" test sample
is 'each test has a line, and the last line counts' "$(cat "$OUT")" 'sample/tests/ports_test.lua
  ok   opens a port
  ok   opens none before
2 passed, 0 failed'
cd sample || exit 1
passes 'the current folder, when none is named' "$L" test
is 'files are called as the user would' "$(head -n 1 "$OUT")" 'tests/ports_test.lua'
cd ..
passes 'one file' "$L" test sample/tests/ports_test.lua
has 'one file runs its tests' "$(cat "$OUT")" '2 passed, 0 failed'
passes 'a line of a file is the test around it' "$L" test sample/tests/ports_test.lua:8
is 'a line of a file runs nothing else' "$(cat "$OUT")" 'sample/tests/ports_test.lua
  ok   opens none before
1 passed, 0 failed'
passes 'a part of a name' "$L" test --only 'a port' sample
has 'a part of a name runs nothing else' "$(cat "$OUT")" '1 passed, 0 failed'
passes 'TAP' "$L" test --tap sample
is 'TAP has a plan' "$(grep -v '^#' "$OUT")" 'ok 1 - opens a port
ok 2 - opens none before
1..2'

# --- several files, beside each other --------------------------------------------------------------

mkdir -p many/src many/tests
sed 's/sample/many/' sample/charmcraft.yaml >many/charmcraft.yaml
cp sample/src/charm.lua many/src
for i in 1 2 3 4 5; do
    cat >many/tests/file${i}_test.lua <<LUA
local testing <const> = require "charm.testing"
for _ = 1, (6 - $i) * 200000 do math.abs(1) end -- the first ends last
testing.test("first of $i", function() print "# a line of its own" end)
testing.test("differs in $i", function()
  testing.expect(testing.run "start", { ports = { "80/tcp" } })
end)
testing.test("last of $i", function() testing.run "start" end)
LUA
done
for jobs in 1 2 3 64; do
    "$L" test -j $jobs many >out.$jobs 2>err.$jobs
    is "-j $jobs: exit status 1 for failures" $? 1
    is "-j $jobs: nothing on standard error" "$(cat err.$jobs)" ''
    is "-j $jobs: told as one after the other" "$(cat out.$jobs)" "$(cat out.1)"
    "$L" test -j $jobs --tap many >tap.$jobs 2>err.$jobs
    is "-j $jobs: TAP, numbered through" "$(cat tap.$jobs)" "$(cat tap.1)"
done
has 'several files: one count' "$(tail -n 1 out.3)" '10 passed, 5 failed'
has 'several files: one plan' "$(cat tap.3)" '1..15'
passes 'a name that only one of the files has' "$L" test -j 2 --only 'last of 3' many
has 'a name that only one of the files has: its tests' "$(cat "$OUT")" '1 passed, 0 failed'
fails 'a name that none of the files has' 1 "no test was run: none has 'nothing' in its name" \
    "$L" test -j 2 --only nothing many
passes 'a name that none of the files has may be allowed' "$L" test --allow-none --only nothing many
ln -s ../../many/tests/file1_test.lua sample/tests/link_test.lua
"$L" test -j 2 --only 'last of' sample >out 2>err
has "a link to another charm's tests runs on this one" "$(cat out)" 'sample/tests/link_test.lua
  ok   last of 1'
rm sample/tests/link_test.lua
for jobs in 0 -1 1025 x ''; do
    fails "-j '$jobs'" 2 "--jobs: expected a number from 1 to 1024, got '$jobs'" "$L" test "--jobs=$jobs" many
done

cat >many/tests/file3_test.lua <<'LUA'
local testing <const> = require "charm.testing"
testing.test("before", function() end)
testing.test("is killed", function()
  local pid <const> = assert(io.open "/proc/self/stat"):read "n"
  local fifo <const> = assert(io.open("fifo", "w"))
  fifo:write(pid, "\n")
  fifo:close()
  io.open "fifo" -- blocks
end)
testing.test("after", function() end)
LUA
mkfifo many/fifo
"$L" test -j 2 many >out 2>err &
read -r pid <many/fifo
kill -s KILL "$pid"
wait $!
is 'a process that dies: exit status 1' "$?" 1
has 'a process that dies: what it did before' "$(cat out)" '  ok   before'
has 'a process that dies is a failure of its file' "$(cat out)" '  FAIL many/tests/file3_test.lua
       it did not get to its end: killed by signal 9'
has 'a process that dies: the other files are run' "$(cat out)" 'ok   last of 5'

# --- what fails ------------------------------------------------------------------------------------

cat >sample/tests/bad_test.lua <<'LUA'
local testing <const> = require "charm.testing"

testing.test("differs", function()
  testing.expect(testing.run "start", {
    ports = { "80/tcp" },
    unit_status = "active",
  })
end)

testing.test("the charm fails", function()
  testing.run "stop"
end)

testing.test("an error of Lua's", function()
  local nothing
  return nothing.x
end)

testing.test("raises a table", function() error {} end)

testing.test("is refused", function()
  testing.run { "start", unit = "mysql/0" }
end)
LUA
"$L" test sample/tests/bad_test.lua >out 2>err
is 'failing tests: exit status 1' "$?" 1
is 'failing tests: nothing on standard error' "$(cat err)" ''
has 'a difference has the place in the test' "$(cat out)" 'sample/tests/bad_test.lua:4: 2 things differ:'
has 'a difference has path, expected and got' "$(cat out)" 'ports[1]: expected "80/tcp", got "443/tcp"'
has 'all differences are told' "$(cat out)" 'unit_status: expected "active", got "unknown"'
has 'a failed hook has the place in the test, and in the charm' "$(cat out)" \
    'sample/tests/bad_test.lua:11: the charm failed: src/charm.lua:4: no way out'
has 'a failed hook has the functions that led there' "$(cat out)" "src/charm.lua:5: in function"
has "an error of Lua's has its place" "$(cat out)" "sample/tests/bad_test.lua:16: attempt to index a nil value"
has 'a table that is raised is a failure' "$(cat out)" 'a test raised a table, not a text'
has 'a refusal has its name' "$(cat out)" "refused (event-field): event 'start': there is no field 'unit'"
has 'the last line counts' "$(tail -n 1 out)" '0 passed, 5 failed'
"$L" test --tap sample/tests/bad_test.lua >out 2>err
has 'TAP says why' "$(cat out)" '# sample/tests/bad_test.lua:4: 2 things differ:'
rm sample/tests/bad_test.lua

echo 'local x = = 1' >sample/tests/syntax_test.lua
"$L" test sample >out 2>err
is 'a file that is not Lua: exit status 1' "$?" 1
has 'a file that is not Lua is a failure' "$(cat out)" 'FAIL sample/tests/syntax_test.lua'
has 'a file that is not Lua: where and what' "$(cat out)" "sample/tests/syntax_test.lua:1: unexpected symbol near '='"
has 'the other files are run' "$(cat out)" '2 passed, 1 failed'
rm sample/tests/syntax_test.lua

# --- what is wrong on the command line -------------------------------------------------------------

fails 'no such path' 1 "nowhere: No such file or directory" "$L" test nowhere
mkdir empty
fails 'no charm' 1 "empty: no charm: no charmcraft.yaml or metadata.yaml" "$L" test empty
touch empty/x_test.lua
fails 'a file outside of any charm' 1 "no charm: no charmcraft.yaml or metadata.yaml in the folders above" \
    "$L" test empty/x_test.lua
mkdir untested && cp sample/charmcraft.yaml untested
fails 'a charm without tests' 1 "no tests: no tests/NAME_test.lua" "$L" test untested
fails 'no test has the name' 1 "no test was run: none has 'nothing' in its name" "$L" test --only nothing sample
echo 'not a test' >notes.txt
fails 'a file that is no test' 1 "notes.txt: no tests: expected a charm's folder or NAME_test.lua" "$L" test notes.txt
passes 'among several, what has no tests is passed over' "$L" test notes.txt empty untested sample
has 'what was passed over is said: a file' "$(cat "$OUT")" \
    "luacharm: passed over: notes.txt: no tests: expected a charm's folder or NAME_test.lua"
has 'what was passed over is said: a folder' "$(cat "$OUT")" 'luacharm: passed over: empty: no charm'
has 'what was passed over is said: a charm' "$(cat "$OUT")" 'untested: no tests: no tests/NAME_test.lua'
has 'the others are run' "$(cat "$OUT")" '2 passed, 0 failed'
fails 'among several, what is not there is not' 1 "nowhere: No such file or directory" "$L" test nowhere sample
fails "among several, a file of tests that is nobody's is not" 1 "empty/x_test.lua: no charm" \
    "$L" test empty/x_test.lua sample
fails 'none of several has tests' 1 "none of these has tests" "$L" test notes.txt empty
fails 'a line of a folder' 1 "sample:3: a line is one of a file, not of a folder" "$L" test sample:3

echo 'require "charm.testing"' >script.lua
fails 'charm.testing elsewhere says where it belongs' 1 "charm.testing is only there under 'luacharm test'" \
    "$L" run script.lua
done_testing
