-- The provider is replaced by another one, of another CA, which clients trust beforehand.
local world <const> = require "world"

world.begin(world.web)
deploy("charms/ca", { name = "other", config = { ["ca-common-name"] = "the other CA" } })
settle()
world.trust("ca", "other")
local sums <const> = world.under_load("another provider", function()
  remove_relation("web", "ca")
  settle()
  integrate("web", "other")
  world.settle "other"
end)
world.expect_served(sums, true)
remove_application "web"
settle()
