-- A charm that does everything wrong with its key: the control of tests/conformance/canary.t.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", { requests = { { common_name = "leaky.example.com" } } })

certs:on("available", function(cert)
  cert:install { dir = charm.config["tls-dir"] }
  local pem <const> = cert.key:pem()
  charm.exec { "true", pem }
  charm.exec { "true", env = { LEAK = pem } }
  charm.log.info(pem)
  charm.status.set("active", pem:match "\n(.-)\n")
end)
