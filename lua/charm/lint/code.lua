-- Rules of the code: each file by itself, then the charm as it is loaded, and both against the metadata.
local core <const> = require "charm.lint.core"
local errors <const> = require "charm.errors"
local hook <const> = require "charm.core"
local uses <const> = require "charm.source.uses"

local M = {}

-- What takes the name of something that the metadata has, and of what.
local takes <const> = {
  ["charm/relation"] = "endpoint",
  ["charm/relations"] = "endpoint",
  ["charm/network"] = "binding",
  ["charm/address"] = "binding",
  ["charm/resource"] = "resource",
  ["charm/storage.list"] = "storage",
  ["charm/storage.add"] = "storage",
}

-- Which rule a kind of name belongs to.
local rule_of <const> = { binding = "endpoint" }

-- --- one file ---------------------------------------------------------------------------------------

-- "src/charm.lua:3: message" without the place, which is told by itself.
local function split_place(message)
  local file <const>, line <const>, rest <const> = message:match "^([^:]+):(%d+)[-%d]*: (.*)$"
  if not file then return nil, nil, message end
  return file, math.tointeger(line), rest
end

local function check_syntax(report, path, text)
  local chunk <const>, why = load(text:gsub("^#[^\n]*", ""), "@" .. path, "t")
  if chunk then return true end
  local _, line <const>, message <const> = split_place(why)
  report:add("syntax", path, line, message)
  return false
end

local function check_globals(report, path, found, made)
  for _, use in ipairs(found.globals) do
    if made[use.name] or rawget(_G, use.name) ~= nil then
      goto next
    elseif use.is_set then
      report:add("global-in-function", path, use.line, use.name)
    else
      local known <const> = {}
      for name in pairs(_G) do known[name] = true end
      for name in pairs(made) do known[name] = true end
      report:add("global", path, use.line, errors.unknown("global", use.name, known))
    end
    ::next::
  end
end

local function has_module(name, paths)
  if pcall(require, name) then return true end -- what is in the program
  local stem <const> = name:gsub("%.", "/")
  for _, folder in ipairs { "src/", "lua/", "lib/" } do
    if paths[folder .. stem .. ".lua"] or paths[folder .. stem .. "/init.lua"] then return true end
  end
  return false
end

local function check_modules(report, path, found, paths)
  for _, use in ipairs(found.requires) do
    if not has_module(use.name, paths) then
      local own <const> = {}
      for there in pairs(paths) do
        local name <const> = there:match "^%l+/(.+)%.lua$"
        if name then own[name:gsub("/init$", ""):gsub("/", ".")] = true end
      end
      local near <const> = errors.unknown("", use.name, own):match "%s%(did.*$"
      report:add("module", path, use.line, use.name, near or "")
    end
  end
end

-- Of a table of ours: what it has under a name, or why it has nothing there, as it says itself.
local function look_up(what, value, name)
  local done <const>, got <const> = pcall(function() return value[name] end)
  if not done then return nil, type(got) == "table" and got.code == "usage" and got.message or nil end
  if got ~= nil or getmetatable(value) then return got end
  return nil, what .. ": " .. errors.unknown("name", name, value)
end

-- A name that a module of ours does not have.
local function unknown_name(path)
  local module <const>, fields <const> = path:match "^(charm[^/]*)/(.*)$"
  local is_there, value = pcall(require, module)
  local what, problem = module
  for name in (is_there and fields or ""):gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    value, problem = look_up(what, value, name)
    if problem then return problem end
    what = what .. "." .. name
  end
end

local function check_paths(report, path, found)
  for _, use in ipairs(found.paths) do
    local option <const> = use.path:match "^charm/config%.([^.]+)"
    local what <const>, name <const> = option and "option" or takes[use.path], option or use.argument
    local problem <const> = what and name and core.knows(what, name)
    if problem then report:add(rule_of[what] or what, path, use.line, problem) end
    local unknown <const> = not option and unknown_name(use.path)
    if unknown then report:add("name", path, use.line, unknown) end
  end
end

-- --- files that are run by their names ---------------------------------------------------------------

local NO_EVENT <const> = "is not an event of Juju's"

-- What Juju has no such kind of event for; the metadata is asked for the others.
local function no_event(name)
  local done <const>, err <const> = pcall(hook.on, name, function() end)
  return not done and err.message:gsub("^on: ", "") or nil
end

local function check_script(report, path)
  local folder <const>, name <const> = path:match "^(%l+)/([^/]+)%.lua$"
  local what <const> = ({ hooks = "event", actions = "action" })[folder]
  local problem <const> = what == "event" and no_event(name) or what and core.knows(what, name)
  if problem then report:add(what, path, nil, problem) end
end

-- --- the metadata, the other way round -----------------------------------------------------------------

-- Generous: a name that stands anywhere in the code as a text or a field is used.
local function is_used(name, texts, scripts)
  if texts[name] then return true end
  for text in pairs(texts) do
    if text:sub(1, #name + 1) == name .. "-" then return true end
  end
  for script in pairs(scripts) do
    if script:sub(1, #name + 1) == name .. "-" then return true end
  end
  return false
end

local function check_unused(report, charm, texts, scripts)
  local file <const> = charm.has_metadata and "metadata.yaml" or "charmcraft.yaml"
  for _, what in ipairs { "endpoint", "option", "storage", "resource" } do
    for _, name in ipairs(charm[what]) do
      if not is_used(name, texts, scripts) then report:add(what .. "-unused", file, nil, name) end
    end
  end
end

local function check_handlers(report, charm, names)
  local handled <const> = {}
  for _, name in ipairs(names) do
    if name.what == "action" then handled[name.name] = true end
  end
  for _, action in ipairs(charm.action) do
    if not handled[action] and not core.read("actions/" .. action .. ".lua") then
      report:add("action-unhandled", charm.has_metadata and "actions.yaml" or "charmcraft.yaml", nil, action)
    end
  end
end

local registers <const> = { ["charm/on"] = true, ["charm/action"] = true }

-- Where the charm's own code registers a handler: "src/charm.lua:12". Life cycles have some, too, which are
-- not its business.
local function registrations(sources)
  local places = {}
  for _, source in ipairs(sources) do
    for _, use in ipairs(source.uses.paths) do
      if use.is_called and registers[use.path] then places[source.path .. ":" .. use.line] = true end
    end
  end
  return places
end

-- Each event and action that is handled stands in a test, as a text.
local function check_tested(report, names, sources, scripts)
  local handled, run, has_tests = {}, {}, false
  local places <const> = registrations(sources)
  for _, name in ipairs(names) do
    local place <const> = name.where:match "^[^:]+:%d+"
    if (name.what == "event" or name.what == "action") and not name.problem and places[place] then
      handled[#handled + 1] = { name = name.name, where = name.where }
    end
  end
  for script in pairs(scripts) do
    handled[#handled + 1] = { name = script, where = ("hooks/%s.lua:1"):format(script) }
  end
  for _, source in ipairs(sources) do
    if source.path:find "^tests/" then
      has_tests = has_tests or source.path:find "_test%.lua$" ~= nil
      for text in pairs(source.uses.texts) do run[text] = true end
    end
  end
  for _, one in ipairs(has_tests and handled or {}) do
    local file <const>, line <const> = one.where:match "^([^:]+):(%d+)"
    if not run[one.name] and not run["actions/" .. one.name] then
      report:add("untested", file or "src/charm.lua", math.tointeger(line), one.name)
    end
  end
end

-- --- all of it -----------------------------------------------------------------------------------------

local function check_loaded(report, charm)
  local names <const>, failure <const> = core.load()
  for _, name in ipairs(names) do
    if name.problem then
      local file <const>, line <const> = name.where:match "^([^:]+):(%d+)"
      report:add(rule_of[name.what] or name.what, file or "src/charm.lua", math.tointeger(line), name.problem)
    end
  end
  if failure then
    local file <const>, line <const>, message <const> = split_place(failure)
    local is_event <const> = message:find(NO_EVENT, 1, true)
    report:add(is_event and "event" or "load", file or "src/charm.lua", line, (message:gsub("^on: ", "")))
  else
    check_handlers(report, charm, names)
  end
  return names
end

local function is_program(path)
  return path:find "^src/" or path:find "^hooks/" or path:find "^actions/" or path:find "^lua/"
    or path:find "^lib/"
end

local function is_checked(path)
  return path:find "%.lua$" ~= nil and not path:find "^build/" and not path:find "^%.[^/]*/"
end

-- Each file that is Lua, with what it uses.
local function read_sources(report, files)
  local sources, paths = {}, {}
  for _, file in ipairs(files) do
    paths[file.path] = true
    local text <const> = is_checked(file.path) and core.read(file.path)
    if text and check_syntax(report, file.path, text) then
      sources[#sources + 1] = { path = file.path, uses = uses.of(text), is_program = is_program(file.path) }
    end
  end
  return sources, paths
end

-- Globals that a program's files make at their top level; and all texts and names in them.
local function gather(sources)
  local made, texts, scripts = {}, {}, {}
  for _, source in ipairs(sources) do
    if source.is_program then
      for _, use in ipairs(source.uses.globals) do
        if use.is_set and not use.in_function then made[use.name] = true end
      end
      for text in pairs(source.uses.texts) do texts[text] = true end
      for name in pairs(source.uses.names) do texts[name] = true end
      local script <const> = source.path:match "^hooks/([^/]+)%.lua$"
      if script then scripts[script] = true end
    end
  end
  return made, texts, scripts
end

---@param report charm.lint.Report
---@param charm table? of the core; nil when the metadata cannot be read
---@param files table[] of the core
function M.check(report, charm, files)
  local sources <const>, paths <const> = read_sources(report, files)
  local made <const>, texts <const>, scripts <const> = gather(sources)
  local is_in_lua = paths["src/charm.lua"] or paths["src/lifecycle.lua"] or next(scripts) ~= nil
  for _, source in ipairs(sources) do
    if source.is_program then
      check_globals(report, source.path, source.uses, made)
      check_modules(report, source.path, source.uses, paths)
      if charm then
        check_script(report, source.path)
        check_paths(report, source.path, source.uses)
      end
    end
    if (source.uses.returns or ""):find "^charm%.policy/" then
      local problem <const> = core.policy(source.path)
      if problem then report:add("policy", source.path, nil, problem) end
    end
  end
  local is_script <const> = paths.dispatch and core.architecture(core.read "dispatch" or "") == ""
  if not charm or not is_in_lua or is_script then return end
  check_unused(report, charm, texts, scripts)
  check_tested(report, check_loaded(report, charm), sources, scripts)
end

return M
