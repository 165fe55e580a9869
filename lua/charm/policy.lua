-- The module `charm.policy`: who may have a certificate, and of what shape, as named rules in a file
-- of their own. It is the same in a policy's sandbox, where the rules run, and in a charm, where the
-- policy is an object that tls.provides takes. How answers are combined is the engine's business
-- (runtime/tls/policy.h); what a policy's code may do, the sandbox's (runtime/bind/policy.h).
local answers <const> = require "charm.policy.answers"
local core <const> = require "charm.policy.core"

---A policy of rules is made by calling the module with a list of them. It may also say what it accepts
---that the built-in rules refuse otherwise:
---
---    return policy {
---      accept = { subject = { "organization" } },
---      policy.rules.domains { "example.com" },
---      policy.rules.servers { validity = "30d" },
---    }
---
---It has 64 files of 256 KiB together and 1000 rules at most, and policies lie 16 deep in each other.
---@class charm.policy
local M = {}

---What the built-in rules refuse otherwise, and this policy takes.
---@class charm.policy.Accepts
---@field names ("email"|"uri"|"oid"|"other")[]? kinds of names besides DNS and addresses
---@field subject string[]? besides common name and unique identifier: "organization" ..., OIDs, "*"
---@field extensions string[]? OIDs of critical extensions that are not known here; "*"
---@field common_names "several"?
---@field odd_names boolean? names that are no host names or not visible ASCII
---@field keys "any"? besides RSA of 2048 to 8192 bits, P-256, P-384, P-521 and Ed25519
---@field most_names integer? 100 when not said

local check_text <const>, misuse <const> = answers.check_text, answers.misuse

M.require = answers.require
M.profile = answers.profile
M.deny = answers.deny
M.defer = answers.defer

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

---Whether a value is a policy.
---
---    assert(not policy.is_policy {})
---@param value any
---@return boolean
---@nodiscard
function M.is_policy(value) return is_policy(value) end

---The path of the file of the author's code that runs; nil where there is none.
---
---    local file <const> = policy.source()
---@return string?
---@nodiscard
function M.source() return core.source() end

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

local function combined(kind, items)
  check_items("policy." .. kind, items, is_policy, "policies")
  return made(kind, items)
end

---Every policy must agree: denied with the refusals of all if one denies, else deferred if one
---defers, else issued in the shape of the first that has one. A policy without profiles only agrees.
---
---    return policy.all_of {
---      policy { policy.rules.no_wildcards() },
---      policy { policy.rules.servers { validity = "30d" } },
---    }
---@param policies charm.policy.Policy[]
---@return charm.policy.Policy
---@nodiscard
function M.all_of(policies) return combined("all_of", policies) end

---The first policy that applies decides alone; one applies when one of its profiles answers.
---
---    return policy.first_of {
---      policy { policy.rules.domains { "example.com" }, policy.rules.servers { validity = "90d" } },
---      policy { policy.rules.servers { validity = "1d" } },
---    }
---@param policies charm.policy.Policy[]
---@return charm.policy.Policy
---@nodiscard
function M.first_of(policies) return combined("first_of", policies) end

---The first policy that issues decides; if none does: deferred if one defers, else denied with the
---refusals of all.
---
---    return policy.any_of {
---      policy { policy.rules.domains { "example.com" }, policy.rules.servers() },
---      policy { policy.rules.domains { "internal" }, policy.rules.servers { validity = "7d" } },
---    }
---@param policies charm.policy.Policy[]
---@return charm.policy.Policy
---@nodiscard
function M.any_of(policies) return combined("any_of", policies) end

---The policy in its sandbox: loaded when it is first needed, from the file that made it.
---
---    local loaded <const> = policy.load("policy.lua"):core()
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
---
---    local can <const> = policy.load("policy.lua"):capabilities()
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
---
---    for _, rule in ipairs(policy.load("policy.lua"):rules()) do print(rule.name, rule.where) end
---@return table[]
---@nodiscard
function Policy:rules() return self:core():rules() end

---SHA-256 over its files, in hex.
---
---    print(policy.load("policy.lua"):hash())
---@return string
---@nodiscard
function Policy:hash() return self:core():hash() end

---A policy of a file, from a charm or a script.
---
---    local ours <const> = policy.load "policy.lua"
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
---
---    assert(policy.within("db.example.com", "example.com"))
---@param name string
---@param domain string
---@return boolean
---@nodiscard
function M.within(name, domain) return core.within(name, domain) end

---How a name has its asterisk: "none", "whole_label" as in "*.example.com", or "odd".
---
---    assert(policy.wildcard "*.example.com" == "whole_label")
---@param name string
---@return "none"|"whole_label"|"odd"
---@nodiscard
function M.wildcard(name) return core.wildcard(name) end

---Whether it is a host name.
---
---    assert(policy.well_formed "db.example.com" and not policy.well_formed "-.example.com")
---@param name string
---@return boolean
---@nodiscard
function M.well_formed(name) return core.well_formed(name) end

---An address lies in a network such as "10.0.0.0/8".
---
---    assert(policy.in_network("10.1.2.3", "10.0.0.0/8"))
---@param address string
---@param network string
---@return boolean
---@nodiscard
function M.in_network(address, network) return core.in_network(address, network) end

---"loopback", "private", "link_local", "multicast", "unspecified" or "global"; nil for no address.
---
---    assert(policy.ip_scope "10.1.2.3" == "private")
---@param address string
---@return string?
---@nodiscard
function M.ip_scope(address) return core.ip_scope(address) end

---Whether a text fits a pattern in which "*" stands for any text: in linear time.
---
---    assert(policy.glob("*.example.com", "db.example.com"))
---@param pattern string
---@param text string
---@return boolean
---@nodiscard
function M.glob(pattern, text) return core.glob(pattern, text) end

---The parts of a URI: scheme, user, host, port, path, "" for those that are not there; nil for no URI.
---
---    assert(policy.uri("https://example.com/x").host == "example.com")
---@param uri string
---@return table<string, string>?
---@nodiscard
function M.uri(uri) return core.uri(uri) end

---What stands behind the at sign; nil without one.
---
---    assert(policy.email_host "root@example.com" == "example.com")
---@param address string
---@return string?
---@nodiscard
function M.email_host(address) return core.email_host(address) end

---Seconds of a duration such as "90d".
---
---    assert(policy.seconds "1d" == 86400)
---@param duration string
---@return integer
---@nodiscard
function M.seconds(duration) return core.seconds(duration) end

local function set_of(list)
  local set = {}
  for _, value in ipairs(list) do set[value] = true end
  return set
end

---Whether a list has a value.
---
---    assert(policy.contains({ "a", "b" }, "b"))
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
---
---    assert(policy.minus({ "a", "b" }, { "b", "c" })[1] == "a")
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
---
---    assert(policy.common({ "a", "b" }, { "b", "c" })[1] == "b")
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
---
---    assert(#policy.union({ "a", "b" }, { "b", "c" }) == 3)
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

-- Rules for the common cases: charm.policy.rules.
M.rules = require "charm.policy.rules"

return core.class(M, {
  __call = function(_, items)
    check_items("policy", items, is_rule, "policy.require(...) or policy.profile(...)")
    return made("rules", items)
  end,
})
