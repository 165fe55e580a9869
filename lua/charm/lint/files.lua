-- Rules of the files: what Juju would run, modes, keys.
local core <const> = require "charm.lint.core"

local M = {}

local EXECUTABLE <const>, FOR_ALL <const> = 0x49, 0x2 -- 0111, 0002

local function mode_text(mode) return ("%04o"):format(mode) end

local function check_dispatch(report, file)
  if file.mode & EXECUTABLE == 0 then report:add("dispatch-mode", file.path, nil, mode_text(file.mode)) end
  local bytes <const> = core.read(file.path)
  local architecture <const> = bytes and core.architecture(bytes) or ""
  local problem = architecture ~= "" and core.read "charmcraft.yaml" and core.platform(architecture)
  if problem then
    problem = problem:gsub("^charmcraft.yaml: ", "")
    report:add("dispatch-architecture", file.path, nil, architecture, problem)
  end
end

local function check_program(report, charm)
  if not charm.has_program then
    report:add("program", charm.has_metadata and "metadata.yaml" or "charmcraft.yaml")
  elseif charm.has_metadata and charm.wants_dispatch then
    report:add("dispatch-absent", "metadata.yaml")
  end
end

-- A block with something in it: programs that read keys have the words alone.
local function has_private_key(text)
  local at = 1
  while true do
    local _, to <const> = text:find("%-%-%-%-%-BEGIN [A-Z ]*PRIVATE KEY%-%-%-%-%-", at)
    if not to then return nil end
    local body <const> = text:sub(to + 1, to + 512):gsub("^%s+", ""):gsub("^[%w-]+: [^\n]*\n", "")
    if #(body:match "^[%w+/=\r\n]*") >= 64 then
      local _, line <const> = text:sub(1, to):gsub("\n", "")
      return line + 1
    end
    at = to + 1
  end
end

local function check_file(report, file)
  if file.is_link then return end
  if file.mode & FOR_ALL ~= 0 then report:add("writable", file.path, nil, mode_text(file.mode)) end
  local name <const> = file.path:match "^hooks/([^/]+)$"
  if name and not name:find "%.lua$" and file.mode & EXECUTABLE == 0 then
    report:add("hook-mode", file.path, nil, mode_text(file.mode))
  end
  local line <const> = has_private_key(core.read(file.path) or "")
  if line then report:add("private-key", file.path, line) end
end

---@param report charm.lint.Report
---@param charm table of the core
---@param files table[] of the core
function M.check(report, charm, files)
  local has_tests = false
  for _, file in ipairs(files) do
    if file.path == "dispatch" then check_dispatch(report, file) end
    if not file.path:find "^build/" then check_file(report, file) end
    has_tests = has_tests or file.path:find "^tests/[^/]+_test%.lua$" ~= nil
  end
  check_program(report, charm)
  if not has_tests then report:add("tests", "tests") end
end

return M
