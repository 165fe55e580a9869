-- The tests of a file: registered while it is loaded, run afterwards by `luacharm test`.
local core <const> = require "charm.testing.core"
local errors <const> = require "charm.errors"

local M = {}

local tests <const> = {}

---@param name string
---@param body fun()
function M.add(name, body)
  tests[#tests + 1] = { name = name, body = body, line = tonumber(core.where():match(":(%d+)[-%d]*$")) or 0 }
end

-- The line is in the test that begins last before it.
local function find_by_line(line)
  local found
  for _, test in ipairs(tests) do
    if test.line <= line and (not found or test.line >= found.line) then found = test end
  end
  return found and found.line
end

local function is_chosen(test, only, line)
  return (not only or test.name:find(only, 1, true) ~= nil) and (not line or test.line == line)
end

local function describe(err)
  if type(err) == "string" then return err end
  if getmetatable(err) ~= nil then return tostring(err) end
  return ("a test raised a %s, not a text"):format(errors.kind(err))
end

---Run what is registered and chosen; each is told to the host.
function M.run()
  local only, line = core.chosen()
  if line then line = find_by_line(line) or -1 end
  for _, test in ipairs(tests) do
    if is_chosen(test, only, line) then
      local passed, err = xpcall(test.body, describe)
      core.tell(test.name, not passed and tostring(err) or nil)
    end
  end
end

return M
