expect(true, "so far")
require("helper").wrong()
