-- The module `charm.tls`: certificates over the tls-certificates interface. An author says what is in
-- a certificate, or who may have one; how it is requested, kept, renewed and revoked is the C core's
-- business, which works every life cycle that is declared here once in each hook.
local databag <const> = require "charm.tls.databag"
local provider <const> = require "charm.tls.provider"
local requirer <const> = require "charm.tls.requirer"

---@class charm.tls
return {
  requires = requirer.requires,
  provides = provider.provides,
  ca = provider.ca,
  intermediate = provider.intermediate,
  deny = provider.deny,
  defer = provider.defer,
  requests = databag.requests,
  certificates = databag.certificates,
  denials = databag.denials,
}
