-- The provider's charm is refreshed: nothing is issued anew.
local world <const> = require "world"

world.begin(world.web)
local before <const> = world.serial()
local sums <const> = world.under_load("provider refreshed", function()
  refresh("ca", { path = "charms/ca" })
  world.settle()
end)
world.expect_served(sums, false)
expect_equal(world.serial(), before, "the certificate is the same")
remove_application "web"
settle()
