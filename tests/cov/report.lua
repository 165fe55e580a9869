-- What `make cov` prints: lines that ran, of those that can, for each file of runtime/ and of lua/charm.
-- usage: lua5.4 tests/cov/report.lua BUILD LEAST FILE...    exit 1: a total is below LEAST percent
--
-- C: counters of gcc, read with gcov. Lua: what tests/cov/cover.c has seen, of the lines that luac5.4 has
-- instructions for; a line that only closes what another began counts as that one. The lines that did
-- not run are listed in BUILD/uncovered.txt.
local build <const>, least <const> = arg[1], tonumber(arg[2])

local function lines_of(program, arguments)
  local pipe <const> = assert(io.popen(program .. " " .. arguments))
  local list <const> = {}
  for line in pipe:lines() do list[#list + 1] = line end
  if not pipe:close() then error(program .. " failed", 0) end
  return list
end

local files <const> = {} -- name -> { line number -> whether it ran }

-- A function of a header is in several objects: it ran when it did in one.
local function note(file, number, ran)
  local lines <const> = files[file] or {}
  files[file] = lines
  lines[number] = lines[number] or ran
end

local function read_c(objects)
  local source
  for _, line in ipairs(lines_of("gcov --stdout", table.concat(objects, " "))) do
    local count <const>, number <const>, text <const> = line:match "^ *([^:]+): *(%d+):(.*)$"
    if number == "0" then
      source = text:match "^Source:(.*)$" or source
    elseif number and count ~= "-" and source:match "^runtime/" then
      note(source, tonumber(number), not count:match "^[#=]")
    end
  end
end

local function module_file(name)
  local path <const> = "lua/" .. name:gsub("%.", "/")
  for _, candidate in ipairs { path .. ".lua", path .. "/init.lua" } do
    local file <close> = io.open(candidate)
    if file then return candidate end
  end
  return nil -- what the build has made
end

-- Lines that have instructions, but for those that only close.
local function note_lua(path)
  local closes <const>, number = {}, 0
  for line in io.lines(path) do
    number = number + 1
    closes[number] = line:match "^[%s%)%]},;]*$" or line:match "^%s*end[%s%)%]},;]*$"
      or line:match "^%s*else%s*$"
  end
  for _, line in ipairs(lines_of("luac5.4 -l -p", path)) do
    local at <const> = tonumber(line:match "^\t%d+\t%[(%d+)%]")
    if at and not closes[at] then note(path, at, false) end
  end
end

local function read_lua(seen)
  for line in io.lines(seen) do
    local module <const>, numbers <const> = line:match "^(%S+)(.*)$"
    local path <const> = module and module_file(module)
    local lines <const> = path and files[path] or {}
    for number in (numbers or ""):gmatch "%d+" do
      if lines[tonumber(number)] ~= nil then lines[tonumber(number)] = true end
    end
  end
end

-- { 3, 4, 5, 9 } as "3-5 9": lines between that have no code do not part a range.
local function ranges(lines)
  local numbers <const>, list = {}, {}
  for number in pairs(lines) do numbers[#numbers + 1] = number end
  table.sort(numbers)
  local first, last
  local function close()
    if first then list[#list + 1] = first == last and first or first .. "-" .. last end
    first = nil
  end
  for _, number in ipairs(numbers) do
    if lines[number] then
      close()
    else
      first, last = first or number, number
    end
  end
  close()
  return table.concat(list, " ")
end

local function count(lines)
  local all, ran = 0, 0
  for _, did in pairs(lines) do
    all = all + 1
    if did then ran = ran + 1 end
  end
  return ran, all
end

local function percent(ran, all) return all == 0 and 100 or 100 * ran / all end

local function print_row(name, ran, all)
  print(("%7.1f %% %6d of %6d  %s"):format(percent(ran, all), ran, all, name))
end

local objects <const> = {}
for number = 3, #arg do
  if arg[number]:match "%.c$" then
    objects[#objects + 1] = build .. "/obj/" .. arg[number]:gsub("%.c$", ".gcno")
  else
    note_lua(arg[number])
  end
end
read_c(objects)
read_lua(build .. "/lua.seen")

local names <const> = {}
for name in pairs(files) do names[#names + 1] = name end
table.sort(names)
local totals <const> = { runtime = { 0, 0 }, lua = { 0, 0 } }
local uncovered <close> = assert(io.open(build .. "/uncovered.txt", "w"))
for _, name in ipairs(names) do
  local ran <const>, all <const> = count(files[name])
  local total <const> = totals[name:match "^[^/]+"]
  total[1], total[2] = total[1] + ran, total[2] + all
  print_row(name, ran, all)
  if ran < all then uncovered:write(name, ": ", ranges(files[name]), "\n") end
end
local good = true
for _, part in ipairs { "runtime", "lua" } do
  local ran <const>, all <const> = table.unpack(totals[part])
  print_row(part .. "/", ran, all)
  good = good and all > 0 and percent(ran, all) >= least
end
print("what did not run: " .. build .. "/uncovered.txt")
os.exit(good)
