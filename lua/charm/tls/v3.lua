-- The module `charm.tls.v3`: what the v3 library of the interface gave to charms that do each step by
-- themselves, under its own names. The charm makes and keeps its key and its requests, sends, renews
-- and withdraws them, and is told what becomes of them. New charms take `charm.tls`, which does all
-- of that; this is for trying out charms of that kind, and for refreshing them.
--
--     local v3 <const> = require "charm.tls.v3"
--     local certificates <const> = v3.requires("certificates")
--
--     charm.on("certificates-relation-created", function()
--       local key = v3.generate_private_key()
--       local csr = v3.generate_csr { private_key = key, subject = "web.example.com" }
--       charm.file.write("/etc/web/key.pem", key)
--       charm.state.csr = csr:pem()
--       certificates:request_certificate_creation(csr)
--     end)
--
--     certificates:on("certificate_available", function(event)
--       if event.csr:pem() ~= charm.state.csr then return end
--       charm.file.write("/etc/web/cert.pem", event:fullchain(), { mode = "0644" })
--     end)
local core <const> = require "charm.tls.core"
local errors <const> = require "charm.errors"
local pair <const> = require "charm.tls.pair"
local x509 <const> = require "charm.x509"

local M = {}

local key_options <const> = { key_size = "number" }

---A private key, RSA as the library makes it. Its text is key:pem(), as PKCS#1.
---
---    local key <const> = v3.generate_private_key { key_size = 2048 }
---@param options { key_size: integer? }? 2048 bits when it is left out
---@return charm.Key
---@nodiscard
function M.generate_private_key(options)
  options = errors.check_options("v3.generate_private_key", options, key_options)
  return x509.key.generate { type = "rsa", bits = options.key_size }
end

---@class charm.tls.v3.CsrOptions
---@field private_key charm.Key
---@field subject string the common name
---@field add_unique_id_to_subject_name boolean? true
---@field organization string?
---@field email_address string?
---@field country_name string?
---@field state_or_province_name string?
---@field locality_name string?
---@field sans string[]? an older name for sans_dns; both are taken
---@field sans_dns string[]?
---@field sans_ip string[]?
---@field sans_oid string[]?

local csr_options <const> = {
  private_key = "any", subject = "string", add_unique_id_to_subject_name = "boolean", organization = "string",
  email_address = "string", country_name = "string", state_or_province_name = "string",
  locality_name = "string", sans = "table", sans_dns = "table", sans_ip = "table", sans_oid = "table",
}

local copied <const> = {
  "add_unique_id_to_subject_name", "organization", "email_address", "country_name", "state_or_province_name",
  "locality_name", "sans_ip", "sans_oid",
}

---A certificate signing request. Keep it: renewing and revoking want it again.
---
---    local csr = v3.generate_csr { private_key = key, subject = "db.internal", sans_dns = { "db" } }
---@param options charm.tls.v3.CsrOptions
---@return charm.Csr
---@nodiscard
function M.generate_csr(options)
  options = errors.check_options("v3.generate_csr", options, csr_options)
  if not options.private_key or not options.subject then
    errors.misuse("v3.generate_csr: expected private_key and subject")
  end
  local attributes = { common_name = options.subject }
  for _, name in ipairs(copied) do attributes[name] = options[name] end
  local names = {}
  for _, list in ipairs { options.sans or {}, options.sans_dns or {} } do
    for _, name in ipairs(list) do names[#names + 1] = name end
  end
  if #names > 0 then attributes.sans_dns = names end
  return x509.csr.new(options.private_key, attributes)
end

---Requests and certificates of one endpoint, in the unit's databag.
---@class charm.tls.v3.Requirer
---@field endpoint string
local Requirer = {}
Requirer.__index = Requirer
Requirer.__name = "charm.tls.v3.Requirer"

---What a handler gets: csr, certificate, ca and chain as a charm.tls.Pair, without a key.
---@class charm.tls.v3.Event: charm.tls.Pair
---@field reason "revoked"|"expired"|nil of certificate_invalidated
---@field expiry integer? of certificate_expiring: when the certificate ends

---@alias charm.tls.v3.EventName
---| "certificate_available" # a certificate is there, new or changed
---| "certificate_expiring" # it is time to ask for the next one
---| "certificate_invalidated" # it was revoked, or has ended
---| "all_certificates_invalidated" # the relation is gone: throw everything away

local event_names <const> = {
  certificate_available = true, certificate_expiring = true, certificate_invalidated = true,
  all_certificates_invalidated = true,
}

---Call a function for what happens to our certificates.
---
---    certs:on("certificate_available", function(event) charm.log.info(event.certificate) end)
---@param name charm.tls.v3.EventName
---@param handler fun(event: charm.tls.v3.Event) without an argument for all_certificates_invalidated
function Requirer:on(name, handler)
  if not event_names[name] then
    errors.misuse("certificates:on: '%s' is none of certificate_available, certificate_expiring, "
      .. "certificate_invalidated, all_certificates_invalidated", tostring(name))
  end
  errors.check_function("certificates:on", handler)
  local handlers = self.handlers[name] or {}
  self.handlers[name] = handlers
  handlers[#handlers + 1] = handler
end

---Send a request; one that is there already is not sent again, and so never renews anything.
---
---    certs:request_certificate_creation(csr)
---@param csr charm.Csr
---@param options { is_ca: boolean? }?
function Requirer:request_certificate_creation(csr, options)
  options = errors.check_options("request_certificate_creation", options, { is_ca = "boolean" })
  self.core:request(csr, options.is_ca)
end

---Replace a request by a new one, which must differ: its provider has answered the old one.
---
---    certs:request_certificate_renewal(csr, v3.generate_csr { private_key = key, subject = "db.internal" })
---@param old_csr charm.Csr
---@param new_csr charm.Csr
function Requirer:request_certificate_renewal(old_csr, new_csr)
  self.core:renew(old_csr, new_csr)
end

---Withdraw a request; its provider drops the certificate.
---
---    certs:request_certificate_revocation(csr)
---@param csr charm.Csr
function Requirer:request_certificate_revocation(csr)
  self.core:withdraw(csr)
end

---The certificates of our requests that are not revoked.
---
---    for _, event in ipairs(certs:get_assigned_certificates()) do charm.log.info(event.certificate) end
---@return charm.tls.v3.Event[]
---@nodiscard
function Requirer:get_assigned_certificates()
  local list = {}
  while true do
    local fields = self.core:assigned_at(#list + 1)
    if not fields then return list end
    list[#list + 1] = pair.new(fields)
  end
end

local function make_event(name, fields, reason)
  if name == "all_certificates_invalidated" then return nil end
  fields.reason = reason
  if name == "certificate_expiring" then fields.expiry = fields.certificate:not_after() end
  return pair.new(fields)
end

local function deliver(certificates)
  while true do
    local name, fields, reason = certificates.core:next()
    if not name then return end
    local event = make_event(name, fields, reason)
    for _, handler in ipairs(certificates.handlers[name] or {}) do handler(event) end
    certificates.core:delivered()
  end
end

local requires_options <const> = { expiry_notification_time = "number" }

---Request certificates on an endpoint, step by step.
---
---* expiry_notification_time: hours before the end of a certificate at which it is said to be
---  expiring; a third of its validity when left out. What the provider recommends comes first
---
---    local certs <const> = v3.requires "certificates"
---    certs:on("certificate_available", function(event) charm.log.info(event.certificate) end)
---@param endpoint string
---@param options { expiry_notification_time: integer? }?
---@return charm.tls.v3.Requirer
function M.requires(endpoint, options)
  errors.check_text("v3.requires", endpoint)
  options = errors.check_options("v3.requires", options, requires_options)
  local certificates = setmetatable({ endpoint = endpoint, handlers = {} }, Requirer)
  certificates.core = core.v3({ endpoint = endpoint, notice_hours = options.expiry_notification_time },
    function() deliver(certificates) end)
  return certificates
end

return M
