-- Modules whose functions stand in other modules. Those are read when one of their functions is first
-- asked for: a hook needs few of them, and reading them all would be a third of its work.
local M = {}

---What a module has under this name elsewhere; from then on it has it itself.
---@param module table
---@param parts table<string, string[]> name -> a module, and the name there unless it is all of it
---@param name any
---@return any value nil for a name that is not among the parts
function M.get(module, parts, name)
  local part = parts[name]
  if not part then return nil end
  local value = require(part[1])
  if part[2] then value = value[part[2]] end
  rawset(module, name, value)
  return value
end

---Have a module read all that it has elsewhere: for who looks at what there is, such as the docs.
---@param module any the metatable of one with such parts has them as __parts
function M.complete(module)
  local metatable = getmetatable(module)
  local parts = type(metatable) == "table" and metatable.__parts or {}
  for name in pairs(parts) do M.get(module, parts, name) end
end

return M
