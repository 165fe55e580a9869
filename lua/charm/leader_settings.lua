-- Leader settings: what the leader tells the other units of its application, in the way of before
-- peer relations. Juju 4.0 has them no more: a new charm writes `relation.data[charm.app]` of a peer
-- relation instead. They are here for charms that have them.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"

local function check_key(key)
  if type(key) ~= "string" or key == "" or key:find("=", 1, true) then
    errors.misuse("charm.leader_settings: a key is a text without '=', not %s",
      type(key) == "string" and ("'%s'"):format(key) or "a " .. errors.kind(key))
  end
end

---The application's leader settings: text to text. Every unit reads them; the leader writes them, at
---once, whatever becomes of the hook. Not for secrets: they pass as arguments of a program.
---
---```lua
---if charm.is_leader() then charm.leader_settings.primary = charm.unit end
---charm.log.info("the primary is " .. (charm.leader_settings.primary or "not known"))
---```
---@class charm.LeaderSettings: { [string]: string? }
return setmetatable({}, {
  __name = "charm.LeaderSettings",
  __metatable = "charm.LeaderSettings",
  __index = function(_, key)
    check_key(key)
    return core.leader_get()[key]
  end,
  __newindex = function(_, key, value)
    check_key(key)
    if value ~= nil and type(value) ~= "string" then
      errors.misuse("charm.leader_settings['%s']: expected a string or nil, got %s", key, errors.kind(value))
    end
    core.leader_set(key, value)
  end,
  __pairs = function() return next, core.leader_get(), nil end,
})
