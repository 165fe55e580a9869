---@meta charm.boxes
-- What is behind objects made in C, for tests: leaks are looked for with it.
error("stub: not loadable")

---@class charm.boxes
local boxes = {}

---How many objects made in C (keys, requests, certificates, secrets ...) were made and not yet
---collected.
---```lua
---collectgarbage()
---local before = boxes.alive()
---do local key <close> = x509.key.generate { type = "ec" } end
---collectgarbage()
---assert(boxes.alive() == before)
---```
---@return integer count
---@nodiscard
function boxes.alive() end

---An object's methods, in a new table.
---```lua
---assert(boxes.methods(chain).has_valid_order == chain.has_valid_order)
---```
---@param object userdata
---@return table<string, function> methods
---@nodiscard
function boxes.methods(object) end

return boxes
