-- What the rules of a policy are and what they return: policy.require, policy.profile, policy.deny and
-- policy.defer of `charm.policy`, which hands them on.
local core <const> = require "charm.policy.core"

---@class charm.policy.answers
local M = {}

---What a rule may return besides nothing.
---@class charm.policy.Answer
---@field answer "deny"|"defer"
---@field code integer?
---@field message string
---@field reason string?

---The shape of a certificate: what a profile returns. Whatever is not said keeps its default.
---@class charm.policy.Shape
---@field validity string? "30d"; the issuer's default
---@field backdate string? how long before now it begins, for clocks that go slow; now
---@field is_ca boolean? only for a request for a CA, and needed there
---@field path_length integer? of a CA
---@field key_usage string[]? "digital_signature" ...; what suits the key
---@field extended_key_usage string[]? "server_auth" ... or OIDs; server_auth and client_auth
---@field copy_extensions string[]? OIDs of requested extensions that are granted as they stand; none
---@field keep_names string[]? of the names only these
---@field drop_names string[]? all names but these
---@field add_names charm.policy.Names? more names
---@field keep_subject string[]? of the subject only these: "common_name" ... or OIDs
---@field subject table<string, string|false>? attributes that are set, or dropped
---@field name_constraints { permitted: charm.policy.Names?, excluded: charm.policy.Names? }? of a CA
---@field labels table<string, string>? kept in the journal
---@field warnings string[]? for the log and the journal

---Names by kind. In name constraints dns and emails are domains, ips networks.
---@class charm.policy.Names
---@field dns string[]?
---@field ips string[]?
---@field emails string[]?
---@field uris string[]?

---A rule, as policy.require and policy.profile make them.
---@class charm.policy.Rule
---@field rule "require"|"profile"
---@field name string
---@field where string "policy.lua:12"
---@field fn fun(request: charm.policy.Request): charm.policy.Answer|charm.policy.Shape|nil

-- Errors are the caller's: the place of the author's code is added in C.
---@param format string for string.format
---@param ... any
function M.misuse(format, ...)
  core.misuse(format:format(...))
end

local misuse <const> = M.misuse

---@param what string what takes the value
---@param value any
function M.check_text(what, value)
  if type(value) ~= "string" or value == "" then
    misuse("%s: expected a text, got %s", what, value == "" and "an empty one" or type(value))
  end
end

local check_text <const> = M.check_text

local function rule_of(kind, name, fn)
  check_text("policy." .. kind, name)
  if type(fn) ~= "function" then
    misuse("policy.%s: '%s': expected a function(request), got %s", kind, name, type(fn))
  end
  return { rule = kind, name = name, fn = fn, where = core.place(fn) }
end

---A requirement: it returns policy.deny(...), policy.defer(...) or nothing. All of them are asked, and
---all refusals are told.
---
---    policy.require("no wildcards", function(request)
---      if request:has_wildcard() then return policy.deny("wildcard_not_allowed", "ask for each name") end
---    end)
---@param name string
---@param fn fun(request: charm.policy.Request): charm.policy.Answer?
---@return charm.policy.Rule
---@nodiscard
function M.require(name, fn) return rule_of("require", name, fn) end

---A profile: it returns the shape of the certificate, or, as a requirement, a refusal; nothing when
---it is not about this request. They are asked in order; the first that answers decides.
---
---    policy.profile("servers", function(request)
---      return { validity = "30d", extended_key_usage = { "server_auth" } }
---    end)
---@param name string
---@param fn fun(request: charm.policy.Request): charm.policy.Shape|charm.policy.Answer|nil
---@return charm.policy.Rule
---@nodiscard
function M.profile(name, fn) return rule_of("profile", name, fn) end

---Refuse the request. The code is the wire's, in lower case.
---
---    policy.require("no addresses", function(request)
---      if #request.ips > 0 then return policy.deny("ip_not_allowed", "ask for a name") end
---    end)
---@param code "ip_not_allowed"|"domain_not_allowed"|"wildcard_not_allowed"|"server_not_available"|"other"
---@param message string for the one who asked
---@param reason string? more of it
---@return charm.policy.Answer
---@nodiscard
function M.deny(code, message, reason)
  check_text("policy.deny: code", code)
  check_text("policy.deny: message", message)
  local number <const> = core.code(code)
  if not number then
    misuse("policy.deny: '%s' is none of ip_not_allowed, domain_not_allowed, wildcard_not_allowed, "
      .. "server_not_available, other", code)
  end
  return { answer = "deny", code = number, message = message, reason = reason }
end

---Answer later: nothing is written, the status says why, and the next hook asks again.
---
---    policy.require("in office hours", function(request)
---      if request.now and request.now // 3600 % 24 < 8 then return policy.defer "from eight on" end
---    end)
---@param reason string such as "waits for the operator's approval"
---@return charm.policy.Answer
---@nodiscard
function M.defer(reason)
  check_text("policy.defer", reason)
  return { answer = "defer", message = reason }
end

return M
