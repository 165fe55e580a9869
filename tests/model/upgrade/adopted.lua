-- A refresh with v3's key adopted: no request, no certificate and no file changes; then the option to
-- adopt it goes, and still nothing changes. From each of the places that v3 charms used.
local world <const> = require "world"

local place <const> = world.variable "PLACE" or "peer"

world.begin(world.v3, { config = { ["keep-key-in"] = place } })
local before <const>, request <const>, files <const> = world.serial(), world.request(), world.files()
local sums <const> = world.under_load("refresh, key adopted (" .. place .. ")", function()
  refresh("web", { path = world.web })
  config("web", { ["adopt-key-from"] = place })
  world.settle()
  reset_config("web", "adopt-key-from")
  world.settle()
end)
world.expect_served(sums, false)
expect_equal(world.serial(), before, "the certificate is the same")
expect_equal(world.request(), request, "the request is the same")
expect_equal(world.files(), files, "no file was touched")
expect_equal(relation_data("web/0", "replicas").private_key, nil, "no key is left in a databag")
remove_application "web"
settle()
