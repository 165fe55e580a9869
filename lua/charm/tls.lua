-- The module `charm.tls`: certificates over the tls-certificates interface. An author says what is in
-- a certificate, or who may have one; how it is requested, kept, renewed and revoked is the C core's
-- business, which works every life cycle that is declared here once in each hook.
local errors <const> = require "charm.errors"
local parts <const> = require "charm.parts"

---@class charm.tls
local M = {}

local elsewhere <const> = {
  requires = { "charm.tls.requirer", "requires" },
  provides = { "charm.tls.provider", "provides" },
  ca = { "charm.tls.provider", "ca" },
  intermediate = { "charm.tls.provider", "intermediate" },
  deny = { "charm.tls.provider", "deny" },
  defer = { "charm.tls.provider", "defer" },
  requests = { "charm.tls.databag", "requests" },
  certificates = { "charm.tls.databag", "certificates" },
  denials = { "charm.tls.databag", "denials" },
}

return setmetatable(M, {
  __parts = elsewhere,
  __index = function(_, name)
    local part = parts.get(M, elsewhere, name)
    if part == nil then errors.misuse("charm.tls: %s", errors.unknown("name", name, elsewhere)) end
    return part
  end,
})
