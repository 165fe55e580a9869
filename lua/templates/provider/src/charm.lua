-- A certificate authority: who may have a certificate, and for how long, is said here. The runtime keeps
-- the CA's key in a secret, answers requests, and renews the CA in time.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local ca <const> = tls.ca {
  common_name = function() return charm.config["ca-common-name"] end,
  validity = "3650d",
}

local function is_ours(name)
  local domain <const> = charm.config.domain
  return name == domain or name:sub(-#domain - 1) == "." .. domain
end

tls.provides("certificates", {
  issuer = ca,
  policy = function(request)
    for _, name in ipairs { request.csr:common_name(), table.unpack(request.csr:sans_dns()) } do
      if not is_ours(name) then return tls.deny("domain_not_allowed", "not ours: " .. name) end
    end
    return { validity = "90d" }
  end,
})

charm.collect_status(function(status)
  if not charm.is_leader() then return status:active("the leader issues") end
  status:active()
end)

charm.action("get-ca-certificate", function(action)
  if not charm.is_leader() then return action:fail("only the leader has the CA") end
  return { ["ca-certificate"] = ca:certificate():pem() }
end)
