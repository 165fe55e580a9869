-- Slips in arguments: said with their place, what was expected and what came.
expect_error(function() deploy() end, "deploy: expected a text, got nil")
expect_error(function() deploy("charms/note", { unit = 2 }) end, "deploy: unknown option 'unit'")
expect_error(function() deploy("charms/note", { units = "2" }) end,
  "deploy: units: expected a number, got string")
expect_error(function() deploy("charms/note", { config = { text = {} } }) end,
  "deploy: config: text: expected a text, a number or a boolean, got table")
expect_error(function() deploy("charms/note", { config = { nope = 1 } }) end, "nope")
expect_error(function() deploy("charms/none") end, "No such file")
expect_error(function() model {} end, "there is a model already")
expect_error(function() return unknown end, "there is no 'unknown'") -- luacheck: ignore 113
expect_error(function() advance "soon" end, "not a duration")
expect_error(function() settle { may = true } end, "unknown option 'may'")
expect_error(function() expect(true) end, "expect: expected a text, got nil")
expect_error(function() run("note/0", "show", "who=me") end,
  "run: expected { PARAMETER = VALUE }, got string")
expect_error(function() log { level = "LOUD" } end, "level 'LOUD' is not one of")
expect_equal(rawget(_G, "unknown"), nil, "rawget asks without a refusal")
