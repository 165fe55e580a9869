-- The prompt of `luacharm repl`: reads a statement or an expression, runs it, shows what came of it.
-- The editor, its history and Ctrl-C are the host's (host/prompt.c).
local docs <const> = require "charm.docs"
local errors <const> = require "charm.errors"
local inspect <const> = require "charm.inspect"
local x509 <const> = require "charm.x509"

local M = {}

local names_shown <const> = 40 -- of a table

-- One line for a value, quoted if it is text.
local function short(value)
  if type(value) == "string" then return ("%q"):format(value):gsub("\\\n", "\\n") end
  return tostring(value)
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if math.type(a) and math.type(b) then return a < b end
    if math.type(a) or math.type(b) then return math.type(a) ~= nil end
    return tostring(a) < tostring(b)
  end)
  return keys
end

-- A plain table is shown with its fields; an object by its tostring.
local function show(value)
  if type(value) == "string" then return value end
  if type(value) ~= "table" or inspect.class(value) then return tostring(value) end
  local keys, lines = sorted_keys(value), { "{" }
  for i, key in ipairs(keys) do
    if i > names_shown then
      lines[#lines + 1] = ("  ... %d more"):format(#keys - names_shown)
      break
    end
    local name = type(key) == "string" and key or "[" .. short(key) .. "]"
    lines[#lines + 1] = ("  %s = %s,"):format(name, short(value[key]))
  end
  return #keys == 0 and "{}" or table.concat(lines, "\n") .. "\n}"
end

local function print_results(ok, ...)
  if not ok then return io.stderr:write(tostring((...)), "\n") end
  for i = 1, select("#", ...) do print(show((select(i, ...)))) end
end

-- What is typed may be an expression, or the beginning of something longer.
local function compile(text)
  local chunk = load("return " .. text, "=prompt")
  if chunk then return chunk end
  local message
  chunk, message = load(text, "=prompt")
  return chunk, message
end

local function is_unfinished(message) return message:sub(-5) == "<eof>" end

---Names that may follow what is typed: globals, and fields and methods of what stands before the last
---point or colon.
---@param text string the last word on the line
---@return string[] words
function M.complete(text)
  local path, separator, start = text:match "^([%w_.]*)([.:])([%w_]*)$"
  local names, prefix, value = {}, "", _G
  if path then
    prefix = path .. separator
    for name in path:gmatch "[%w_]+" do
      value = inspect.members(value)[name]
      if value == nil then return {} end
    end
  end
  for name in pairs(inspect.members(value)) do names[name] = true end
  for _, name in ipairs(docs.names_in(inspect.class(value) or "")) do names[name] = true end
  local found = {}
  for _, name in ipairs(sorted_keys(names)) do
    if name:sub(1, #(start or text)) == (start or text) then found[#found + 1] = prefix .. name end
  end
  return found
end

---Print what is written about a function, an object, or a name.
---@param value any
local function describe(value)
  print(type(value) == "string" and docs.of_name(value) or docs.of_value(value))
end

-- What is in a PEM file becomes a global: csr, cert or key.
local function load_file(path)
  local secret <const> = assert(require "charm".file.read_secret(path))
  local name, object = "key", x509.key.parse(secret)
  if not object then
    name, object = "csr", x509.csr.parse(secret:reveal())
  end
  if not object then
    name, object = "cert", x509.certificate.parse(secret:reveal())
  end
  if not object then
    errors.misuse("%s: expected a request, a certificate or a key that is not encrypted, in PEM", path)
  end
  rawset(_G, name, object)
  print(("%s = %s"):format(name, tostring(object)))
end

local at_hand <const> = {
  charm = "charm", json = "charm.json", policy = "charm.policy", tls = "charm.tls", x509 = "charm.x509",
}

---Read and run until there is nothing more to read.
---@param read fun(prompt: string): string? a line without its line feed; nil at the end
---@param files string[] PEM files to have at hand
function M.run(read, files)
  for name, module in pairs(at_hand) do
    local loaded, value = pcall(require, module)
    if loaded then rawset(_G, name, value) end
  end
  rawset(_G, "describe", describe)
  for _, path in ipairs(files) do load_file(path) end
  local pending
  while true do
    local line = read(pending and ">> " or "> ")
    if not line then break end
    local text = pending and pending .. "\n" .. line or line
    local chunk, message = compile(text)
    if not chunk and is_unfinished(message) and line ~= "" then
      pending = text
    else
      pending = nil
      if chunk then
        print_results(pcall(chunk))
      else
        io.stderr:write(message, "\n")
      end
    end
  end
end

return M
