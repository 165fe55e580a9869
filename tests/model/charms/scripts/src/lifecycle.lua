-- What the runtime manages, in every hook, whether there is a script for it or not.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", {
  requests = function()
    return { { common_name = charm.config.hostname, sans_dns = { charm.config.hostname } } }
  end,
})

certs:on("available", function(cert)
  cert:install { dir = charm.config["tls-dir"] }
  charm.log.info(("%s: installed %s"):format(charm.event.name, cert.certificate:serial()))
end)

return { certs = certs }
