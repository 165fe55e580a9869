-- A certificate authority: src/policy.lua says who may have a certificate. The runtime keeps the CA's key
-- in a secret, answers requests, and renews the CA in time.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local ca <const> = tls.ca {
  common_name = function() return charm.config["ca-common-name"] end,
  validity = "3650d",
}

tls.provides("certificates", { issuer = ca, policy = "policy.lua" })

charm.collect_status(function(status)
  if not charm.is_leader() then return status:active("the leader issues") end
  status:active()
end)

charm.action("get-ca-certificate", function(action)
  if not charm.is_leader() then return action:fail("only the leader has the CA") end
  return { ["ca-certificate"] = ca:certificate():pem() }
end)
