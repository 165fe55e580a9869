#!/bin/sh
# Somebody who has a clone of the repository, the program and the README: each command of its "Five
# minutes" prints what stands below it, and all of them together take less than that.
. "${TESTS:-tests}/lib/tap.sh"

readme=$TESTS/../README.md
workdir
ln -s "$(cd "$TESTS/../charms" && pwd)" charms
mkdir bin
ln -s "$LUACHARM" bin/luacharm
PATH=$PWD/bin:$PATH

# commands-1 and output-1, commands-2 ... of the section.
awk '
    /^## / { inside = ($0 == "## Five minutes"); next }
    !inside { next }
    /^```sh$/ { number++; file = "commands-" number; next }
    /^```text$/ { file = "output-" number; next }
    /^```$/ { file = ""; next }
    file != "" { print > file }' "$readme"

# "..." stands for any lines; sizes and times are those of the machine.
cat >compare.lua <<'LUA'
local charm <const> = require "charm"

local function lines_of(path)
  local list <const> = {}
  local text = charm.file.read(path):gsub("%d[%d.]* (%a+)", "N %1"):gsub("%-arm64%.charm", "-amd64.charm")
  for line in text:gmatch "[^\n]*" do list[#list + 1] = line end
  return list
end

local wanted <const>, got <const> = lines_of(arg[1]), lines_of(arg[2])
local at, is_free = 1, false
for _, line in ipairs(wanted) do
  if line == "..." then
    is_free = true
  else
    while is_free and got[at] and got[at] ~= line do at = at + 1 end
    if got[at] ~= line then
      error(("the README has: %s\nit printed: %s"):format(line, got[at] or "nothing more"), 0)
    end
    at, is_free = at + 1, false
  end
end
LUA

started=$(date +%s)
number=1
while [ -f "commands-$number" ]; do
    passes "block $number: $(head -n 1 "commands-$number")" sh -eu "commands-$number"
    cp "$OUT" "got-$number"
    passes "block $number prints what the README shows" \
        luacharm run compare.lua "output-$number" "got-$number"
    number=$((number + 1))
done
took=$(($(date +%s) - started))
passes 'from init to pack' [ "$number" -eq 5 ]
for word in init 'sed -i' test lint 'model deploy' 'model integrate' 'model settle' 'model status' pack; do
    passes "$word is among them" grep -q "$word" commands-1 commands-2 commands-3 commands-4
done
echo "# $took seconds"
passes 'in less than five minutes' [ "$took" -lt 300 ]
done_testing
