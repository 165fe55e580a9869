-- A new CA: clients go on trusting the old one only.
local world <const> = require "world"

world.begin(world.web)
local sums <const> = world.under_load("new CA", function()
  world.settle("ca", function() run("ca/0", "rotate-ca") end)
end)
world.expect_served(sums, true)
remove_application "web"
settle()
