-- A certificate that is put in place, with a key that is made quickly; and a second one where the
-- configuration names it, which may be refused.
local charm <const> = require "charm"
local tls <const> = require "charm.tls"

local certs <const> = tls.requires("certificates", {
  key = { type = "ec", curve = "P-256" },
  requests = function()
    local list <const> = {
      { name = "site", common_name = "site.example.com", sans_dns = { "site.example.com" } },
    }
    if charm.config.more ~= "" then list[2] = { name = "more", common_name = charm.config.more } end
    return list
  end,
})

local folder <const> = os.getenv "TLS_FOLDER" or os.getenv "JUJU_CHARM_DIR" .. "/tls"
certs:on("available", function(cert)
  if cert.name == "site" then cert:install { dir = folder } end
end)

charm.action("rotate", function() certs:regenerate_key() end)

charm.collect_status(function(status)
  local denial <const> = certs:denial()
  if denial then status:blocked(denial.message) end
  if not certs:assigned "site" then status:waiting "no certificate yet" end
  status:active()
end)
