-- `juju refresh` from v3 to v4 and nothing else: a new key, a new request, a new certificate, and what
-- v3 left behind is gone.
local world <const> = require "world"

world.begin(world.v3)
local before <const>, request <const> = world.serial(), world.request()
local row <const> = world.variable "RETRIES" and "refresh, hooks killed" or "refresh, no key"
local sums <const> = world.under_load(row, function()
  refresh("web", { path = world.web })
  world.settle()
end)
world.expect_served(sums, true)
expect(world.serial() ~= before, "the certificate is another one")
local now_asked <const>, count <const> = world.request()
expect(now_asked ~= request and count == 1, "one request, a new one")
local labels = {}
for _, secret in pairs(secrets()) do labels[#labels + 1] = (secret.label or ""):gsub("%x+", "#", 1) end
table.sort(labels)
local kinds <const> = table.concat(labels, " ")
expect(kinds:find("private-key-0-certificates", 1, true), "the key is in a secret")
expect(not kinds:find("#-%x+$"), "v3's secret is gone")
remove_application "web"
settle()
