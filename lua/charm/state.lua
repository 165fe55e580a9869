-- The unit's stored state, kept by Juju: it comes back in the next hook, wherever that runs. Not for
-- secrets: whoever may read the model can read it.
--
-- A value is a text, a number, a boolean or a table of such; Juju keeps it as JSON. Reading gives a
-- copy: change that, and assign it again. What another program stored as plain text reads as text.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"
local json <const> = require "charm.json"

-- The library's own, such as what the life cycles of certificates remember.
local RESERVED <const> = "luacharm-"

local function check_key(key)
  if type(key) ~= "string" or key == "" then
    errors.misuse("charm.state: a key is a text that is not empty, not a %s", errors.kind(key))
  end
  if key:sub(1, #RESERVED) == RESERVED then
    errors.misuse("charm.state: keys that begin with '%s' are the library's own", RESERVED)
  end
end

local function decode(text)
  local value, message = json.decode(text)
  if value == nil and message then return text end
  return value
end

local function encode(key, value)
  local kind = type(value)
  if kind ~= "string" and kind ~= "number" and kind ~= "boolean" and kind ~= "table" then
    errors.misuse("charm.state['%s']: expected a text, a number, a boolean or a table, got %s",
      key, errors.kind(value))
  end
  return json.encode(value)
end

local function all()
  local values = {}
  for key, text in pairs(core.state_all()) do
    if key:sub(1, #RESERVED) ~= RESERVED then values[key] = decode(text) end
  end
  return values
end

---@class charm.State: { [string]: any }
return setmetatable({}, {
  __name = "charm.State",
  __metatable = "charm.State",
  __index = function(_, key)
    check_key(key)
    local text = core.state_get(key)
    if text == nil then return nil end
    return decode(text)
  end,
  __newindex = function(_, key, value)
    check_key(key)
    core.state_set(key, value ~= nil and encode(key, value) or nil)
  end,
  __pairs = function() return next, all(), nil end,
})
