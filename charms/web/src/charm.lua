-- A web server with TLS: what is in the certificate is said here; how it is requested, kept and
-- renewed is the runtime's business. The revision before this one (charms/web-v3) did all that by
-- itself; `juju refresh` from there to here needs nothing else.
local charm <const> = require "charm"
local nginx <const> = require "nginx"
local tls <const> = require "charm.tls"

-- Where the revision before this one kept its key.
local places <const> = {
  peer = { peer = "replicas" },
  file = function() return { file = nginx.file "v3.key" } end,
  secret = { secret = "private-key" },
}

local certs <const> = tls.requires("certificates", {
  requests = function()
    local host = charm.config["external-hostname"]
    if not host then return {} end
    return { { common_name = host, sans_dns = { host, "www." .. host } } }
  end,
  adopt = function()
    local place = places[charm.config["adopt-key-from"]]
    return type(place) == "function" and place() or place
  end,
})

-- Until there is something new, what is in place stays in place and is served.
certs:on("available", function(cert)
  local changed = cert:install { dir = nginx.tls_dir() }
  if changed then charm.log.info("certificate " .. cert.certificate:serial() .. " is in place") end
  nginx.serve(cert.certificate:hash())
end)

certs:on("denied", function(_, denial)
  charm.log.warning("the certificate is refused: " .. denial.message)
end)

-- After a reboot, a change of the port, or when the server has died.
for _, event in ipairs { "start", "config-changed", "update-status" } do
  charm.on(event, function() nginx.serve() end)
end

charm.on("stop", nginx.stop)

-- The revision before this one kept its key in plain text. It is in our secret now, or of no use.
charm.on("upgrade-charm", function()
  local peers = charm.relation "replicas"
  if not peers or not certs:key_secret_id() then return end
  for _, name in ipairs { "private_key", "csr" } do
    if peers.data[charm.unit][name] then peers.data[charm.unit][name] = nil end
  end
end)

charm.collect_status(function(status)
  if not charm.config["external-hostname"] then status:blocked("set external-hostname") end
  local denial = certs:denial()
  if denial then status:blocked(denial.message) end
  if not certs:assigned() then status:waiting("no certificate yet") end
  nginx.report(status)
  status:active()
end)

charm.action("show-certificate", function(action)
  local pair = certs:assigned()
  if not pair then return action:fail("no certificate yet") end
  return { certificate = pair.certificate:describe(), serial = pair.certificate:serial() }
end)

charm.action("rotate-key", function() certs:regenerate_key() end)
