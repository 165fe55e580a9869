-- Expectations that are not met: each is told and counted, and the scenario goes on.
expect(1 == 1, "one is one")
expect(nil, "nothing is something")
expect_equal({ a = { 1, 2 }, b = "x\ny\nz", c = true }, { a = { 1, 3 }, b = "x\nq\nz", d = "new" }, "tables")
expect_equal("1", 1, "a text is no number")
expect_error(function() end, "refused", "a refusal")
expect_error(function() error "another" end, "refused", "this refusal")
expect(true, "# SKIP a hostile\nname")
