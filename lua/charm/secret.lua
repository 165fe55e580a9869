-- Juju's secrets. What one holds comes as charm.Secret values, which show themselves only by
-- value:reveal(); keys and such values go into a secret as they are. Changes are sent at the end of
-- the hook.
local core <const> = require "charm.core"
local errors <const> = require "charm.errors"

local M = {}

---@alias charm.SecretContent table<string, charm.Secret>
---@alias charm.Rotation "never"|"hourly"|"daily"|"weekly"|"monthly"|"quarterly"|"yearly"

---@class charm.SecretChange
---@field content table<string, string|charm.Key|charm.Secret>? all of it: what is left out is gone
---@field label string?
---@field description string?
---@field expire string|integer? a duration from now, such as "90d", or seconds since the epoch
---@field rotate charm.Rotation?

---@class charm.NewSecret: charm.SecretChange
---@field owner "application"|"unit"|nil "application" (only the leader can) when it is left out

---What the manager of a secret may know about it.
---@class charm.SecretInfo
---@field id string
---@field label string?
---@field description string?
---@field rotate charm.Rotation?
---@field owner "application"|"unit"
---@field revision integer the newest
---@field expire integer? seconds since the epoch
---@field rotates integer? when it is to be rotated next, in seconds since the epoch
---@field access { target: string, scope: string, role: string }[] who may read it, besides its owner,
--- as Juju has committed it: { target = "application-web", scope = "relation-...", role = "view" }

---A secret of Juju's.
---@class charm.JujuSecret
---@field id string? the bare id; nil for one that was got by its label and is not ours to manage
---@field uri string? for a databag: the id with the model's UUID, for readers in other models
---@field label string?
local JujuSecret = {}

local lazy <const> = {
  id = function(self)
    local info = self.label and core.secret_info(nil, self.label)
    return info and info.id
  end,
  uri = function(self)
    return self.id and ("secret://%s/%s"):format(core.hook("secret.uri").model_uuid, self.id)
  end,
}

local metatable <const> = {
  __name = "charm.JujuSecret",
  __metatable = "charm.JujuSecret",
  __tostring = function(self)
    return "secret:" .. (rawget(self, "id") or ("(label %s)"):format(self.label))
  end,
  __index = function(self, key)
    if lazy[key] then
      local value = lazy[key](self)
      rawset(self, key, value)
      return value
    end
    return JujuSecret[key]
  end,
  __newindex = function(_, key)
    errors.misuse("a secret has no field '%s' to assign to: see secret:set", tostring(key))
  end,
}

-- What was read in this hook, by object, so that a second look costs nothing.
local contents <const> = setmetatable({}, { __mode = "k" })

-- How Juju or the author named it: one of another model is found only so.
local references <const> = setmetatable({}, { __mode = "k" })

---A secret by its id or label, without asking Juju for it.
---
---    local secret <const> = charm.secret.new(nil, "password")
---@param reference string? in any of Juju's forms
---@param label string?
---@return charm.JujuSecret
---@nodiscard
function M.new(reference, label)
  local id = reference and reference:match("[0-9a-v]+$")
  local secret = setmetatable({ id = id, label = label }, metatable)
  if reference and reference:find("//", 1, true) then rawset(secret, "uri", reference) end
  references[secret] = reference
  return secret
end

-- Juju refuses what is done to a secret of others only when the hook has ended.
local function managed_id(self, what)
  local id = rawget(self, "id")
  local info = core.secret_info(id, not id and self.label or nil)
  if not info then
    core.raise("permission", ("%s: %s is not ours to manage"):format(what, tostring(self)))
  end
  if not id then rawset(self, "id", info.id) end
  return info.id
end

local function read(self, how)
  local content, message, code = core.secret_get(references[self] or rawget(self, "id"), self.label, how)
  if content and how ~= "peek" then contents[self] = content end
  return content, message, code
end

local function read_or_raise(self, how)
  local content, message, code = read(self, how)
  if not content then core.raise(code, message) end
  return content
end

---What the secret holds, in the revision that this unit tracks.
---
---    charm.file.write("/etc/web/password", secret:content().password)
---@return charm.SecretContent
---@nodiscard
function JujuSecret:content()
  return contents[self] or read_or_raise(self, "tracked")
end

---What the newest revision holds, without tracking it.
---
---    local newest <const> = secret:peek().password
---@return charm.SecretContent
---@nodiscard
function JujuSecret:peek()
  return read_or_raise(self, "peek")
end

---Track the newest revision from now on.
---
---    charm.file.write("/etc/web/password", secret:refresh().password)
---@return charm.SecretContent
function JujuSecret:refresh()
  return read_or_raise(self, "refresh")
end

---Change it: new content is a new revision, which has no expiry unless one is given again.
---
---    secret:set { content = { password = "abc" }, expire = "90d" }
---@param change charm.SecretChange
function JujuSecret:set(change)
  core.secret_set(managed_id(self, "secret:set"), change)
  contents[self] = nil
  if change.label then rawset(self, "label", change.label) end
end

---Remove one revision, or all of it; what is gone already is fine.
---
---    secret:remove()
---@param revision integer?
function JujuSecret:remove(revision)
  core.secret_remove(rawget(self, "id") or managed_id(self, "secret:remove"), revision)
  contents[self] = nil
end

local function relation_id(what, relation)
  local id = type(relation) == "string" and relation or type(relation) == "table" and relation.id
  if type(id) ~= "string" then
    errors.misuse("%s: expected a relation, got %s", what, errors.kind(relation))
  end
  return id
end

---Let the other side of a relation read it: the whole application, or one of its units.
---
---    secret:grant(relation)
---@param relation charm.Relation|string
---@param unit string?
function JujuSecret:grant(relation, unit)
  core.secret_grant(managed_id(self, "secret:grant"), relation_id("secret:grant", relation), unit)
end

---Take back what grant gave.
---
---    secret:grant(relation)
---    secret:revoke(relation)
---@param relation charm.Relation|string
---@param unit string?
function JujuSecret:revoke(relation, unit)
  core.secret_revoke(managed_id(self, "secret:revoke"), relation_id("secret:revoke", relation), unit)
end

---For managers: revision, expiry and so on.
---
---    local info <const> = secret:info()
---    if info then charm.log.info("revision " .. info.revision) end
---@return charm.SecretInfo? info
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function JujuSecret:info()
  local id = rawget(self, "id")
  return core.secret_info(id, not id and self.label or nil)
end

---Add a secret. A label that one of ours has already is an error of code "exists".
---
---    local secret <const> = charm.secret.add { label = "login", content = { password = "xyz" } }
---    charm.log.info("its id is " .. secret.id)
---@param options charm.NewSecret
---@return charm.JujuSecret
function M.add(options)
  return M.new(core.secret_add(options), options.label)
end

local get_options <const> = { id = "string", label = "string", refresh = "boolean", peek = "boolean" }

---Get a secret by its id, by its label, or by its id giving it a label of ours.
---
---    local secret <const> = charm.secret.get { label = "password" }
---    if secret then charm.file.write("/etc/web/password", secret:content().password) end
---@param options { id: string?, label: string?, refresh: boolean?, peek: boolean? }
---@return charm.JujuSecret? secret
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function M.get(options)
  options = errors.check_options("charm.secret.get", options, get_options)
  if not options.id and not options.label then
    errors.misuse("charm.secret.get: expected an id or a label")
  end
  if options.refresh and options.peek then
    errors.misuse("charm.secret.get: refresh and peek exclude each other")
  end
  local secret = M.new(options.id, options.label)
  local content, message, code =
    read(secret, options.refresh and "refresh" or options.peek and "peek" or "tracked")
  if not content then return nil, message, code end
  contents[secret] = content
  return secret
end

---The ids of all secrets that this unit manages.
---
---    for _, id in ipairs(charm.secret.ids()) do charm.log.debug(id) end
---@return string[]
---@nodiscard
function M.ids()
  return core.secret_ids()
end

return M
