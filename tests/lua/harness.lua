-- A small TAP harness for specs, which run inside our own VM: `make test T=x_spec` (run_spec.c).
--
--     local test <const> = require "harness"
--     test("a name that says the behaviour", function() test.equal(1 + 1, 2) end)
--     test.rows({ { "name of the row", input, want }, ... }, function(row) ... end)
--     test.done()
--
-- A test fails by raising. done() drops the fixtures, collects, and adds a last test: that no object
-- made in C is left alive.
local boxes <const> = require "boxes"

local M = {}
local count, failures = 0, 0
local made, makers = {}, {}

---Values that several tests share: made once, by the function of that name, when first asked for.
M.fixture = setmetatable({}, {
  __index = function(_, name)
    if made[name] == nil then made[name] = assert(makers[name], name)() end
    return made[name]
  end,
  __newindex = function(_, name, maker) makers[name] = maker end,
})

local function show(value)
  if type(value) == "string" then return ("%q"):format(value) end
  return tostring(value)
end

local function with_tostring(err)
  return type(err) == "table" and getmetatable(err) and tostring(err) or show(err)
end

local function report(ok, name, why)
  count = count + 1
  if ok then
    print(("ok %d - %s"):format(count, name))
    return
  end
  failures = failures + 1
  print(("not ok %d - %s"):format(count, name))
  print("# " .. tostring(why):gsub("\n", "\n# "))
end

local function run(name, body, ...)
  local ok, err = xpcall(body, with_tostring, ...)
  report(ok, name, err)
end

---One test for each row; row[1] is its name.
function M.rows(rows, body)
  for _, row in ipairs(rows) do
    run(row[1], body, row)
  end
end

---Raw equality, or == of objects.
function M.equal(got, wanted, what)
  if got ~= wanted then
    error(("%sgot %s, wanted %s"):format(what and what .. ": " or "", show(got), show(wanted)), 2)
  end
end

local function difference(got, wanted, path)
  if type(got) ~= "table" or type(wanted) ~= "table" then
    if got ~= wanted then return ("%s: got %s, wanted %s"):format(path, show(got), show(wanted)) end
    return nil
  end
  for key, value in pairs(wanted) do
    local found = difference(got[key], value, path .. "." .. tostring(key))
    if found then return found end
  end
  for key in pairs(got) do
    if wanted[key] == nil then return ("%s.%s: not wanted"):format(path, tostring(key)) end
  end
  return nil
end

---Tables with the same content.
function M.same(got, wanted)
  local found = difference(got, wanted, "")
  if found then error(found, 2) end
end

local function check_text(text, part)
  if not text:find(part, 1, true) then
    error(("%q is not in: %s"):format(part, text), 3)
  end
end

---body raises; the error's text has a part, and its code, when one is wanted, is this.
function M.raises(part, code, body, ...)
  local ok, err = pcall(body, ...)
  if ok then error("it did not raise: " .. part, 2) end
  check_text(tostring(err), part)
  if code then M.equal(type(err) == "table" and err.code, code, "code") end
  return err
end

---What a parser or look-up returns when it fails: nil, message, code.
function M.fails(part, code, value, message, got_code)
  if value ~= nil then error("it did not fail: " .. part, 2) end
  check_text(message, part)
  M.equal(got_code, code, "code")
end

---Text with a part in it.
function M.has(text, part) check_text(text, part) end

function M.lacks(text, part)
  if text:find(part, 1, true) then error(("%q is in: %s"):format(part, text), 2) end
end

---A file of the tests folder, from which the path is taken.
function M.read(path)
  local file <close> = assert(io.open((os.getenv "TESTS" or "tests") .. "/" .. path, "rb"))
  return file:read "a"
end

---Print the plan; call it last. The fixtures and what tests left behind must be gone then.
function M.done()
  made, makers = {}, {}
  collectgarbage()
  collectgarbage() -- what was finalized in the first
  local alive = boxes.alive()
  report(alive == 0, "no object made in C is left alive", alive .. " are")
  print("1.." .. count)
  if failures > 0 then error(failures .. " of " .. count .. " failed", 0) end
end

return setmetatable(M, { __call = function(_, name, body) run(name, body) end })
