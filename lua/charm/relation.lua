-- Relations and their databags. A databag looks like a table of text to text; it is read when a key
-- is asked for, and what is written to it is sent once, at the end of the hook.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"

local M = {}

---A databag. Reading a key gives its text or nil; assigning nil or "" deletes it, which are the same
---to Juju. Only our own unit's bag and, on the leader, our application's can be written.
---@class charm.Databag: { [string]: string? }

---@param id string
---@param who string
local function new_bag(id, who)
  local name <const> = ("relation.data['%s']"):format(who)

  local function check_key(key)
    if type(key) ~= "string" or key == "" then
      errors.misuse("%s: a key is a text that is not empty, not a %s", name, errors.kind(key))
    end
  end

  return setmetatable({}, {
    __name = "charm.Databag",
    __metatable = "charm.Databag",
    __index = function(_, key)
      check_key(key)
      return core.relation_get(id, who, key)
    end,
    __newindex = function(_, key, value)
      check_key(key)
      if value ~= nil and type(value) ~= "string" then
        errors.misuse("%s['%s']: a databag holds text: expected a string or nil, got %s",
          name, key, errors.kind(value))
      end
      core.relation_set(id, who, key, value)
    end,
    __pairs = function() return next, core.relation_bag(id, who), nil end,
    __tostring = function() return ("databag of %s in %s"):format(who, id) end,
  })
end

---@param id string
local function new_data(id)
  local bags <const> = {}

  return setmetatable({}, {
    __name = "charm.Databags",
    __metatable = "charm.Databags",
    __index = function(_, who)
      if type(who) ~= "string" or who == "" then
        errors.misuse("relation.data: expected the name of a unit or an application, got %s",
          errors.kind(who))
      end
      bags[who] = bags[who] or new_bag(id, who)
      return bags[who]
    end,
    __newindex = function()
      errors.misuse("relation.data: assign to a key of a databag, as in relation.data[charm.unit].name")
    end,
    __pairs = function()
      errors.misuse("relation.data: name the databag, as in relation.data[unit]")
    end,
  })
end

---A relation, seen from this unit.
---@class charm.Relation
---@field id string Juju's id, such as "certificates:7"
---@field name string our endpoint
---@field app string? the application on the other side; our own for a peer relation
---@field units string[] the units on the other side, by name
---@field data table<string, charm.Databag> by name of unit or application
local Relation = {}

---The UUID of the model that the other side is in (Juju 3.6.2 and later).
---
---    local uuid <const> = relation:model_uuid()
---@return string? uuid
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function Relation:model_uuid()
  return core.relation_model(self.id)
end

local lazy <const> = {
  app = function(self) return (core.relation_app(self.id)) end,
  units = function(self) return core.relation_units(self.id) end,
  data = function(self) return new_data(self.id) end,
}

local metatable <const> = {
  __name = "charm.Relation",
  __metatable = "charm.Relation",
  __tostring = function(self) return self.id end,
  __index = function(self, key)
    local read = lazy[key]
    if not read then return Relation[key] end
    local value = read(self)
    rawset(self, key, value)
    return value
  end,
  __newindex = function(_, key)
    errors.misuse("a relation has no field '%s' to assign to", tostring(key))
  end,
}

local known <const> = {}

---The relation with this id; the same object each time.
---@param id string
---@return charm.Relation
---@nodiscard
function M.by_id(id)
  if not known[id] then
    known[id] = setmetatable({ id = id, name = id:match("^(.*):") or id }, metatable)
  end
  return known[id]
end

local function number_of(relation)
  return math.tointeger(relation.id:match(":(%d+)$")) or 0
end

---All relations of an endpoint, oldest first.
---
---    for _, relation in ipairs(charm.relations "certificates") do charm.log.info(relation.id) end
---@param endpoint string
---@return charm.Relation[]
---@nodiscard
function M.list(endpoint)
  local relations = {}
  for place, id in ipairs(core.relation_ids(endpoint)) do relations[place] = M.by_id(id) end
  table.sort(relations, function(a, b) return number_of(a) < number_of(b) end)
  return relations
end

---The relation of an endpoint: the oldest where there are several, nil where there is none.
---
---    local relation <const> = charm.relation "certificates"
---    if relation then charm.log.info("related to " .. relation.app) end
---@param endpoint string
---@return charm.Relation?
---@nodiscard
function M.first(endpoint)
  return M.list(endpoint)[1]
end

return M
