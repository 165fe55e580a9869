-- A new key.
local world <const> = require "world"

world.begin(world.web)
local sums <const> = world.under_load("new key", function()
  pause("ca/0")
  run("web/0", "rotate-key")
  unpause("ca/0")
  world.settle()
end)
world.expect_served(sums, true)
local _, count <const> = world.request()
expect_equal(count, 1, "one request")
remove_application "web"
settle()
