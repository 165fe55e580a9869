-- The requirer: what an author says of the certificates that are wanted, and what happens to them.
local charm_core <const> = require "charm.core"
local call <const> = charm_core.call
local charm <const> = require "charm"
local core <const> = require "charm.tls.core"
local errors <const> = require "charm.errors"
local pair <const> = require "charm.tls.pair"

local M = {}

---@alias charm.tls.Mode "unit"|"app"|"app_and_unit"
---@alias charm.tls.EventName "available"|"denied"|"revoked"|"renewing"

---What is in a certificate. At least one of common_name and the sans_* must be given.
---@class charm.tls.Request: charm.Attributes
---@field name string? to tell several requests apart: events and certs:assigned(name) carry it

---What the provider says that it can do; a field that is nil was not said.
---@class charm.tls.Capabilities
---@field supports_ip_sans boolean?
---@field supports_wildcard_dns boolean?
---@field supports_subdomain boolean?
---@field supports_ca_certificates boolean?
---@field allowed_domains string[]?
---@field provider_type string? a hint, such as "acme" or "self-signed"

---A refused request.
---@class charm.tls.Denial
---@field code string such as "wildcard_not_allowed"; "other" for one that has no name; "not_accepted"
---for a certificate that `accept` refused
---@field number integer the wire's, such as 103; 0 for "not_accepted"
---@field name string as the provider called it
---@field message string
---@field reason string?
---@field provider string?
---@field endpoint string?

---The certificates of one endpoint.
---@class charm.tls.Requirer
---@field endpoint string
local Requirer = {}
Requirer.__index = Requirer
Requirer.__name = "charm.tls.Requirer"

local event_names <const> = { available = true, denied = true, revoked = true, renewing = true }

---Call a function for what happens to our certificates; each change once.
---
---* "available": a certificate is there, new or changed, with its key
---* "denied": the provider refuses; the second argument says why
---* "revoked": a certificate was revoked; it is not handed out any more, and a new one is asked for
---* "renewing": a successor was asked for; until it is there this one is handed out
---
---An error in a handler fails the hook, and the event comes again when Juju retries it.
---
---    certs:on("available", function(cert) cert:install { dir = "/etc/web/tls" } end)
---    certs:on("denied", function(_, denial) charm.log.warning(denial.message) end)
---@param name charm.tls.EventName
---@param handler fun(cert: charm.tls.Pair, denial: charm.tls.Denial?)
function Requirer:on(name, handler)
  if not event_names[name] then
    errors.misuse("certs:on: '%s' is none of available, denied, revoked, renewing", tostring(name))
  end
  errors.check_function("certs:on", handler)
  local handlers = self.handlers[name] or {}
  self.handlers[name] = handlers
  handlers[#handlers + 1] = handler
end

---The certificate and key to be used now: the first, or that of the request with this name.
---
---    local pair <const> = certs:assigned()
---    if pair then charm.log.info("valid until " .. os.date("!%F", pair.certificate:not_after())) end
---@param name string?
---@return charm.tls.Pair? pair
---@return string? message
---@return charm.ErrorCode? code
---@nodiscard
function Requirer:assigned(name)
  local fields, message, code = self.core:assigned(name)
  if not fields then return nil, message, code end
  return pair.new(fields)
end

---All of them, in the order of the requests.
---
---    for _, pair in ipairs(certs:all()) do charm.log.info(pair.certificate:serial()) end
---@return charm.tls.Pair[]
---@nodiscard
function Requirer:all()
  local list = {}
  while true do
    local fields = self.core:assigned_at(#list + 1)
    if not fields then return list end
    list[#list + 1] = pair.new(fields)
  end
end

---Why the provider refuses a request of ours; nil when it does not.
---
---    local denial <const> = certs:denial()
---    if denial then charm.log.warning(denial.code .. ": " .. denial.message) end
---@param name string?
---@return charm.tls.Denial?
---@nodiscard
function Requirer:denial(name)
  return self.core:denial(name)
end

---What the provider says that it can do; nil when it has not said anything.
---
---    local can <const> = certs:capabilities()
---    if can and can.supports_ip_sans then charm.log.info "addresses, too" end
---@return charm.tls.Capabilities?
---@nodiscard
function Requirer:capabilities()
  return self.core:capabilities()
end

-- Hand out what has happened, one event after another; a handler that makes more of them happen has
-- them handed out after its own.
local function deliver(certs)
  if certs.delivering then return end
  certs.delivering = true
  local _ <close> = setmetatable({}, { __close = function() certs.delivering = false end })
  while true do
    local name, fields, denial = certs.core:next()
    if not name then return end
    local cert = pair.new(fields)
    for _, handler in ipairs(certs.handlers[name] or {}) do call(handler, cert, denial) end
    certs.core:delivered()
  end
end

---Look again now: after something that the requests depend on has changed.
---
---    certs:sync()
function Requirer:sync()
  self.core:sync()
  deliver(self)
end

---Ask for a successor now, with the same key.
---
---    local pair <const> = certs:assigned()
---    if pair then certs:renew(pair) end
---@param cert charm.tls.Pair|charm.Certificate
function Requirer:renew(cert)
  self.core:renew(pair.is(cert) and cert.certificate or cert)
  deliver(self)
end

local rotate_options <const> = { scope = "string", drop_old = "boolean" }

---Make a new key and ask for new certificates. The old ones are handed out until then, unless
---`drop_old` says that the old key must not be used any more.
---
---    certs:regenerate_key()
---@param options { scope: charm.tls.Scope?, drop_old: boolean? }?
function Requirer:regenerate_key(options)
  options = errors.check_options("certs:regenerate_key", options, rotate_options)
  self.core:regenerate_key(options.scope or self.scope, options.drop_old)
  deliver(self)
end

local import_options <const> = { scope = "string" }

---Use this key from now on, kept in the secret as a generated one is.
---
---    certs:import_key(x509.key.generate { type = "rsa", bits = 2048 })
---@param key charm.Key
---@param options { scope: charm.tls.Scope? }?
function Requirer:import_key(key, options)
  options = errors.check_options("certs:import_key", options, import_options)
  self.core:import_key(options.scope or self.scope, key)
  deliver(self)
end

---The id of the secret that holds our key; nil when the charm gives the key itself.
---
---    charm.log.info(certs:key_secret_id() or "no key yet")
---@param scope charm.tls.Scope?
---@return string?
---@nodiscard
function Requirer:key_secret_id(scope)
  return self.core:key_secret_id(scope or self.scope)
end

local function check_list(what, list)
  if type(list) ~= "table" then
    errors.misuse("%s: expected a list of requests, got %s", what, errors.kind(list))
  end
  if next(list) ~= nil and #list == 0 then
    errors.misuse("%s: expected a list of requests, such as { { common_name = \"...\" } }", what)
  end
  return list
end

-- One request as the core takes it: the name and the scope beside the attributes.
local function split_request(what, request, scope)
  if type(request) ~= "table" then
    errors.misuse("%s: a request is a table such as { common_name = \"...\" }, got %s", what,
      errors.kind(request))
  end
  local attributes = {}
  for key, value in pairs(request) do
    if key ~= "name" then attributes[key] = value end
  end
  return { name = request.name, scope = scope, attributes = attributes }
end

local function add_requests(into, what, list, scope)
  for place, request in ipairs(check_list(what, list)) do
    into[#into + 1] = split_request(("%s[%d]"):format(what, place), request, scope)
  end
end

-- The network of an endpoint, which Juju is asked for when a field of it is first read.
local function lazy_network(endpoint)
  local found
  local function network()
    if not found then
      local message, code
      found, message, code = charm.network(endpoint)
      if not found then charm_core.raise(code, ("the network of '%s': %s"):format(endpoint, message)) end
    end
    return found
  end
  return setmetatable({}, {
    __index = function(_, name) return network()[name] end,
    __newindex = function() errors.misuse("a network is read-only") end,
    __pairs = function() return next, network(), nil end,
  })
end

local function call_if_function(requests, endpoint, capabilities)
  if type(requests) ~= "function" then return requests end
  return (call(requests, capabilities, lazy_network(endpoint), charm.config))
end

-- What the author gave as one list for the core. resolve: what becomes of a function, call_if_function
-- or, when nothing may be called, one that gives an empty list.
local function ask_for(endpoint, mode, requests, resolve, capabilities)
  local what <const> = ("requests of '%s'"):format(endpoint)
  requests = resolve(requests, endpoint, capabilities)
  local list = {}
  if mode ~= "app_and_unit" then
    add_requests(list, what, requests, mode)
    return list
  end
  if type(requests) ~= "table" or (requests.app == nil and requests.unit == nil and next(requests)) then
    errors.misuse("%s: mode app_and_unit takes { app = {...}, unit = {...} }", what)
  end
  for _, scope in ipairs { "app", "unit" } do
    add_requests(list, ("%s.%s"):format(what, scope), resolve(requests[scope] or {}, endpoint, capabilities),
      scope)
  end
  return list
end

-- What can be told before any hook: lists are checked when the charm is loaded.
local function nothing_if_function(requests)
  return type(requests) == "function" and {} or requests
end

---Where the key is that an older charm left behind. Looked at in this order, once: what is found is
---kept in our secret from then on.
---@class charm.tls.Adopt
---@field key charm.Key? the key itself
---@field file string? a path
---@field secret string? id or label of a secret of the charm's own
---@field peer string? a peer relation: the databag of this unit or application
---@field password string|charm.Secret|nil of an encrypted key, where it does not stand beside it

-- A fixed place as a function, which is what the core takes.
local function adopt_function(adopt)
  if type(adopt) == "function" or adopt == nil then return adopt end
  if type(adopt) ~= "table" then
    errors.misuse("tls.requires: adopt: expected a table of places or a function, got %s", errors.kind(adopt))
  end
  adopt = errors.check_options("tls.requires: adopt", adopt, {
    key = "any", file = "string", secret = "string", peer = "string", password = "any",
  })
  return function() return adopt end
end

-- A function of the author's as the core calls it: with a pair, and for accept with the request as it
-- was written.
local function accept_function(accept)
  if accept == nil then return nil end
  errors.check_function("tls.requires: accept", accept)
  return function(fields, asked)
    local request = asked.attributes
    request.name = asked.name
    return call(accept, pair.new(fields), request)
  end
end

local function renew_function(renew)
  if renew == nil then return nil end
  errors.check_function("tls.requires: renew", renew)
  return function(fields, now) return call(renew, pair.new(fields), now) end
end

local modes <const> = { unit = true, app = true, app_and_unit = true }
local requires_options <const> = {
  mode = "string", requests = "any", key = "table", private_key = "any", renew_at = "number",
  always = "boolean", adopt = "any", accept = "any", renew = "any",
}

---Ask for certificates on an endpoint. `requests` is a list, or a function(capabilities, network,
---config) that returns one, called whenever requests are looked at; in mode "app_and_unit"
---{ app = ..., unit = ... }, each a list or a function. capabilities: what the provider says it can do,
---nil when it has not said anything; network: the endpoint's charm.Network, which Juju is asked for when
---a field of it is read; config: charm.config.
---
---    local certs = tls.requires("certificates", {
---      requests = { { common_name = "web.example.com", sans_dns = { "web.example.com" } } },
---    })
---    certs:on("available", function(cert) cert:install { dir = "/etc/web/tls" } end)
---
---* key: what to generate, as x509.key.generate takes it; RSA 2048 when not said, which is 50 to 500 ms
---  of processor time in the first hook of the relation; { type = "ec" } is 0.03 ms. A provider may not
---  know other types than RSA. No other hook makes a key.
---* private_key: a charm.Key of the charm's own, which is then not kept by us
---* adopt: where the key is that an older revision of the charm used, a charm.tls.Adopt, or a
---  function(scope) that returns one, or nothing: with it a refresh changes no key, no request and no
---  certificate. It becomes our own; later the option may go
---* accept: a function(cert, request) that returns true to take a certificate that came, or false and
---  why not; asked until it was taken. A refused one is not handed out, and nothing is asked for in its
---  place: its request waits for a better answer, a certificate before it stays in use to its end, and
---  certs:denial(), the event "denied" and the log say why, with the code "not_accepted"
---* renew: a function(cert, now) that returns when a certificate is renewed: a time in seconds, true for
---  now, or nothing for `renew_at`. Never before half of its validity, and asked in each hook, so that
---  the answer may change
---* renew_at: at which part of its validity a certificate is renewed, above 0.5 to 1; 0.9
---* always: announce what is available in each hook, changed or not
---@param endpoint string
---@param options table as above
---@return charm.tls.Requirer
function M.requires(endpoint, options)
  errors.check_text("tls.requires", endpoint)
  options = errors.check_options("tls.requires", options, requires_options)
  local mode = options.mode or "unit"
  if not modes[mode] then
    errors.misuse("tls.requires: mode: expected unit, app or app_and_unit, got '%s'", mode)
  end
  local requests = options.requests
  if type(requests) ~= "function" and type(requests) ~= "table" then
    errors.misuse("tls.requires: requests: expected a list or a function, got %s", errors.kind(requests))
  end
  core.check_requests(ask_for(endpoint, mode, requests, nothing_if_function))
  local scope = mode == "app" and "app" or "unit" -- whose key is meant when nobody says
  local certs = setmetatable({ endpoint = endpoint, handlers = {}, scope = scope }, Requirer)
  certs.core = core.requirer({
    endpoint = endpoint, mode = mode, key = options.key, private_key = options.private_key,
    renew_at = options.renew_at, always = options.always, adopt = adopt_function(options.adopt),
    accept = accept_function(options.accept), renew = renew_function(options.renew),
  }, function(capabilities)
    return ask_for(endpoint, mode, requests, call_if_function, capabilities)
  end, function()
    deliver(certs)
  end)
  return certs
end

return M
