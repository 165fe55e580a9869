-- A certificate authority of one's own: the runtime keeps its key in a secret and answers requests;
-- who may have a certificate, and for how long, is said here.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local authority <const> = tls.ca {
  common_name = function() return charm.config["ca-common-name"] end,
  validity = "3650d",
}

local function has_wildcard(csr)
  if csr:common_name():find("*", 1, true) then return true end
  for _, name in ipairs(csr:sans_dns()) do
    if name:find("*", 1, true) then return true end
  end
  return false
end

local provider <const> = tls.provides("certificates", {
  issuer = authority,
  policy = function(request)
    if not charm.config["allow-wildcards"] and has_wildcard(request.csr) then
      return tls.deny("wildcard_not_allowed", "ask for each name")
    end
    return { validity = charm.config["certificate-validity"] }
  end,
  capabilities = function()
    return {
      supports_ip_sans = true,
      supports_wildcard_dns = charm.config["allow-wildcards"],
      supports_ca_certificates = true,
      provider_type = "self-signed",
    }
  end,
})

charm.collect_status(function(status)
  status:active()
end)

charm.action("show-ca", function(action)
  if not charm.is_leader() then return action:fail("only the leader has the CA") end
  local certificate = authority:certificate()
  return { certificate = certificate:pem(), words = certificate:describe() }
end)

charm.action("rotate-ca", function(action)
  if not charm.is_leader() then return action:fail("only the leader has the CA") end
  authority:rotate()
  provider:reissue_all()
end)
