-- Two units: one is refreshed while the other's machine is slow, and the leader changes in between.
local world <const> = require "world"

world.begin(world.v3, { units = 2 })
local before <const> = { world.serial "web/0", world.serial "web/1" }
local _, all <const> = world.under_load("two units, refresh", function()
  pause "web/1"
  refresh("web", { path = world.web })
  settle()
  set_leader "web/1"
  settle()
  unpause "web/1"
  world.settle()
end, { "web/0", "web/1" })
for place, unit in ipairs { "web/0", "web/1" } do
  world.expect_served(all[place], true)
  expect(world.serial(unit) ~= before[place], "another certificate on " .. unit)
  local _, count = world.request(unit)
  expect_equal(count, 1, "one request of " .. unit)
end
local keys = 0
for _, secret in pairs(secrets()) do
  if (secret.label or ""):find "private%-key%-%d%-certificates$" then keys = keys + 1 end
end
expect_equal(keys, 2, "a key of each")
remove_application "web"
settle()
