-- Nine tenths of a certificate's life are over.
local world <const> = require "world"

world.begin(world.web)
local request <const> = world.request()
local sums <const> = world.under_load("renewal", function()
  pause("ca/0") -- the variant says when it answers
  world.advance("81d", 81 * 86400)
  unpause("ca/0")
  world.settle()
end)
world.expect_served(sums, true)
local now_asked <const>, count <const> = world.request()
expect(now_asked ~= request and count == 1, "one request, a new one")
remove_application "web"
settle()
