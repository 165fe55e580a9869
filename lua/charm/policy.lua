-- The module `charm.policy`: who may have a certificate, and of what shape, as named rules in a file
-- of their own. It is the same in a policy's sandbox, where the rules run, and in a charm, where the
-- policy is an object that tls.provides takes. How answers are combined is the engine's business
-- (runtime/tls/policy.h); what a policy's code may do, the sandbox's (runtime/bind/policy.h).
local core <const> = require "charm.policy.core"

---@class charm.policy
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

---What the built-in rules refuse otherwise, and this policy takes.
---@class charm.policy.Accepts
---@field names ("email"|"uri"|"oid"|"other")[]? kinds of names besides DNS and addresses
---@field subject string[]? besides common name and unique identifier: "organization" ..., OIDs, "*"
---@field extensions string[]? OIDs of critical extensions that are not known here; "*"
---@field common_names "several"?
---@field odd_names boolean? names that are no host names or not visible ASCII
---@field keys "any"? besides RSA of 2048 to 8192 bits, P-256, P-384, P-521 and Ed25519
---@field most_names integer? 100 when not said

-- Errors are the caller's: the place of the author's code is added in C.
local function misuse(format, ...)
  core.misuse(format:format(...))
end

local function check_text(what, value)
  if type(value) ~= "string" or value == "" then
    misuse("%s: expected a text, got %s", what, value == "" and "an empty one" or type(value))
  end
end

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
---@param reason string such as "waits for the operator's approval"
---@return charm.policy.Answer
---@nodiscard
function M.defer(reason)
  check_text("policy.defer", reason)
  return { answer = "defer", message = reason }
end

-- --- policies ----------------------------------------------------------------------------------

---A policy: in its own file what the file returns, in a charm what tls.provides takes.
---@class charm.policy.Policy
---@field policy "rules"|"all_of"|"first_of"|"any_of"
---@field accept charm.policy.Accepts?
---@field file string? where it was made
---@field loaded charm.Policy? the policy in its sandbox
local Policy = {}
Policy.__index = Policy
Policy.__name = "charm.policy.Policy"

local function is_policy(value)
  return type(value) == "table" and type(value.policy) == "string"
end

local function made(kind, items)
  local self = { policy = kind, file = core.source(), accept = items.accept }
  for place, item in ipairs(items) do self[place] = item end
  return core.class(self, Policy)
end

-- Fields other than the items themselves.
local function check_items(what, items, is_item, expected)
  if type(items) ~= "table" then misuse("%s: expected a list of %s, got %s", what, expected, type(items)) end
  for key, item in pairs(items) do
    if math.type(key) == "integer" then
      if not is_item(item) then
        misuse("%s: item %d: expected %s, got %s", what, key, expected, type(item))
      end
    elseif key ~= "accept" then
      misuse("%s: unknown option '%s'", what, tostring(key))
    end
  end
end

local function is_rule(value)
  return type(value) == "table" and value.rule ~= nil
end

local function combined(kind)
  return function(items)
    check_items("policy." .. kind, items, is_policy, "policies")
    return made(kind, items)
  end
end

---Every policy must agree: denied with the refusals of all if one denies, else deferred if one
---defers, else issued in the shape of the first that has one. A policy without profiles only agrees.
---@type fun(policies: charm.policy.Policy[]): charm.policy.Policy
M.all_of = combined "all_of"

---The first policy that applies decides alone; one applies when one of its profiles answers.
---@type fun(policies: charm.policy.Policy[]): charm.policy.Policy
M.first_of = combined "first_of"

---The first policy that issues decides; if none does: deferred if one defers, else denied with the
---refusals of all.
---@type fun(policies: charm.policy.Policy[]): charm.policy.Policy
M.any_of = combined "any_of"

---The policy in its sandbox: loaded when it is first needed, from the file that made it.
---@return charm.Policy
---@nodiscard
function Policy:core()
  if not core.load then misuse("a policy cannot be asked while it is being made") end
  if not self.loaded then
    if not self.file then misuse("a policy stands in a file of its own") end
    self.loaded = core.load(self.file)
  end
  return self.loaded
end

---What requirers may be told, found out by asking the policy about requests made up for that.
---@param provider_type string? a hint, such as "acme"
---@return charm.tls.Capabilities? nil: not even a plain name is granted
---@nodiscard
function Policy:capabilities(provider_type) return self:core():capabilities(provider_type) end

---What it would decide: for tests and scripts.
---
---    local verdict = policy.load("policy.lua"):decide(csr, { is_ca = false, remote_app = "web" })
---    assert(verdict.kind == "issue" and verdict.rule == "servers")
---@param csr charm.Csr
---@param facts table? is_ca, endpoint, relation_id, remote_app, remote_unit, unit, app, model, now
---@return table verdict kind ("issue", "deny", "defer"), rule, code, message, refusals, warnings, failure
---@nodiscard
function Policy:decide(csr, facts) return self:core():decide(csr, facts) end

---Its rules: { kind, name, where }.
---@return table[]
---@nodiscard
function Policy:rules() return self:core():rules() end

---SHA-256 over its files, in hex.
---@return string
---@nodiscard
function Policy:hash() return self:core():hash() end

---A policy of a file, from a charm or a script.
---@param path string
---@return charm.policy.Policy
---@nodiscard
function M.load(path)
  if not core.load then misuse("policy.load: a policy cannot load another one; require its modules") end
  check_text("policy.load", path)
  return core.class({ policy = "rules", file = path, loaded = core.load(path) }, Policy)
end

-- --- questions that need no request --------------------------------------------------------------

---A name is the domain or below it: "www.example.com" within "example.com".
---@type fun(name: string, domain: string): boolean
M.within = core.within

---How a name has its asterisk: "none", "whole_label" as in "*.example.com", or "odd".
---@type fun(name: string): "none"|"whole_label"|"odd"
M.wildcard = core.wildcard

---Whether it is a host name.
---@type fun(name: string): boolean
M.well_formed = core.well_formed

---An address lies in a network such as "10.0.0.0/8".
---@type fun(address: string, network: string): boolean
M.in_network = core.in_network

---"loopback", "private", "link_local", "multicast", "unspecified" or "global"; nil for no address.
---@type fun(address: string): string?
M.ip_scope = core.ip_scope

---Whether a text fits a pattern in which "*" stands for any text: in linear time.
---@type fun(pattern: string, text: string): boolean
M.glob = core.glob

---The parts of a URI: scheme, user, host, port, path, "" for those that are not there; nil for no URI.
---@type fun(uri: string): table<string, string>?
M.uri = core.uri

---What stands behind the at sign; nil without one.
---@type fun(address: string): string?
M.email_host = core.email_host

---Seconds of a duration such as "90d".
---@type fun(duration: string): integer
M.seconds = core.seconds

local function set_of(list)
  local set = {}
  for _, value in ipairs(list) do set[value] = true end
  return set
end

---Whether a list has a value.
---@param list any[]
---@param value any
---@return boolean
---@nodiscard
function M.contains(list, value)
  for _, item in ipairs(list) do
    if item == value then return true end
  end
  return false
end

---What is in the first list and not in the second, in its order.
---@param list any[]
---@param other any[]
---@return any[]
---@nodiscard
function M.minus(list, other)
  local rest, set = {}, set_of(other)
  for _, value in ipairs(list) do
    if not set[value] then rest[#rest + 1] = value end
  end
  return rest
end

---What is in both lists, in the order of the first.
---@param list any[]
---@param other any[]
---@return any[]
---@nodiscard
function M.common(list, other)
  local both, set = {}, set_of(other)
  for _, value in ipairs(list) do
    if set[value] then both[#both + 1] = value end
  end
  return both
end

---What is in one of the lists or both, each once, in their order.
---@param list any[]
---@param other any[]
---@return any[]
---@nodiscard
function M.union(list, other)
  local all, set = {}, {}
  for _, part in ipairs { list, other } do
    for _, value in ipairs(part) do
      if not set[value] then
        set[value] = true
        all[#all + 1] = value
      end
    end
  end
  return all
end

---Rules for the common cases.
---@type charm.policy.rules
M.rules = require "charm.policy.rules" (M, core)

---A policy of rules. It may also say what it accepts that is refused otherwise:
---
---    return policy {
---      accept = { subject = { "organization" } },
---      policy.rules.domains { "example.com" },
---      policy.rules.servers { validity = "30d" },
---    }
---@overload fun(items: table): charm.policy.Policy
return core.class(M, {
  __call = function(_, items)
    check_items("policy", items, is_rule, "policy.require(...) or policy.profile(...)")
    return made("rules", items)
  end,
})
