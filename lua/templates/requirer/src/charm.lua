-- A certificate for the name in the option `hostname`: what is in it is said here; how it is requested,
-- kept and renewed is the runtime's business.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", {
  requests = function()
    local hostname = charm.config.hostname
    if not hostname then return {} end
    return { { common_name = hostname, sans_dns = { hostname } } }
  end,
})

-- Once for each certificate, the renewed ones too: this is where a server would be told of it.
certs:on("available", function(cert)
  cert:install { dir = charm.charm_dir .. "/tls" }
end)

charm.collect_status(function(status)
  if not charm.config.hostname then return status:blocked("set hostname") end
  local denial = certs:denial()
  if denial then return status:blocked(denial.message) end
  local pair = certs:assigned()
  if not pair then return status:waiting("no certificate yet") end
  status:active("a certificate until " .. os.date("!%F", pair.certificate:not_after()))
end)

charm.action("show-certificate", function(action)
  local pair = certs:assigned()
  if not pair then return action:fail("no certificate yet") end
  return { certificate = pair.certificate:describe() }
end)
