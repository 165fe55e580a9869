-- An error of Lua's, in a function.
local function deeper(app)
  return app.units.first
end

local function look()
  local value = deeper(status().applications.nope)
  return value
end

expect(true, "before it")
look()
expect(true, "after it")
