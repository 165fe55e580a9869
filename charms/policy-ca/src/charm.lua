-- An intermediate CA: its own certificate comes from upstream, and policy.lua says who gets one of it.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"
local x509 <const> = require "charm.x509"

local upstream <const> = tls.requires("upstream", {
  mode = "app",
  requests = function()
    return { { common_name = charm.config["ca-common-name"], is_ca = true } }
  end,
})

local issuer <const> = tls.intermediate(upstream)

local provider <const> = tls.provides("certificates", {
  issuer = issuer,
  policy = "policy.lua",
  provider_type = "policy-ca",
  lockout = function() return charm.config["accept-lockout"] and "replace" or "keep" end,
})

-- What waited for the CA's certificate is answered when it is there, and all anew when it is another.
upstream:on("available", function(cert)
  for _, issued in ipairs(provider:issued()) do
    if x509.certificate.parse(issued.ca):hash() ~= cert.certificate:hash() then
      return provider:reissue_all()
    end
  end
  provider:sync()
end)

charm.collect_status(function(status)
  if not charm.is_leader() then return status:active() end
  local denial = upstream:denial()
  if denial then status:blocked("upstream refuses the CA certificate: " .. denial.message) end
  if not issuer:certificate() then status:waiting("no CA certificate yet") end
  local locked_out = provider:locked_out_by_policy()
  if locked_out then
    status:blocked("the new policy would refuse to renew " .. table.concat(locked_out, ", ")
      .. "; the one before it decides (accept-lockout)")
  end
  local deferred = provider:deferred()
  if #deferred > 0 then status:waiting(("%d requests wait: %s"):format(#deferred, deferred[1].message)) end
  status:active()
end)

charm.action("show-ca", function(action)
  if not charm.is_leader() then return action:fail("only the leader has the CA") end
  local certificate, chain = issuer:certificate()
  if not certificate then return action:fail("no CA certificate yet") end
  return { certificate = certificate:pem(), chain = chain:pem() }
end)

charm.action("journal", function()
  return { decisions = provider:decisions() }
end)
