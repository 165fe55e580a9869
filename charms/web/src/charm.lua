-- A web server's TLS files: what is in the certificate is said here; how it is requested, kept and
-- renewed is the runtime's business.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", {
  requests = function()
    local host = charm.config["external-hostname"]
    if not host then return {} end
    return { { common_name = host, sans_dns = { host, "www." .. host } } }
  end,
})

certs:on("available", function(cert)
  local changed = cert:install { dir = charm.config["tls-dir"] }
  if changed then charm.log.info("certificate " .. cert.certificate:serial() .. " is in place") end
end)

certs:on("denied", function(_, denial)
  charm.log.warning("the certificate is refused: " .. denial.message)
end)

charm.on("start", function() charm.open_port(443) end)

charm.collect_status(function(status)
  if not charm.config["external-hostname"] then status:blocked("set external-hostname") end
  local denial = certs:denial()
  if denial then status:blocked(denial.message) end
  if not certs:assigned() then status:waiting("no certificate yet") end
  status:active()
end)

charm.action("show-certificate", function(action)
  local pair = certs:assigned()
  if not pair then return action:fail("no certificate yet") end
  return { certificate = pair.certificate:describe(), serial = pair.certificate:serial() }
end)

charm.action("rotate-key", function() certs:regenerate_key() end)
