-- Turn the annotations of the Lua half, and of the stubs of what is in C, into the module
-- charm.reference: `lua5.4 lua/reference.lua lua/charm/init.lua ... > reference.lua`. It is what
-- `luacharm docs`, `describe` and the site of `make docs` are made from, so that there is one text
-- for each function. An annotation that cannot be read fails the build.
--
-- The module is a list of items, in the order of the sources:
--   { kind = "module", name, text }: what a source says of itself at its head
--   { kind = "class", name, parent, text, fields = { { name, type, text } }, examples, operators }
--   { kind = "alias", name, type, text, values = { { value, text } } }
--   { kind = "function", owner, name, method, at, text, params = { { name, type, text } },
--     returns = { { type, name, text } }, examples }
-- at: "charm.machine:45" of a function in Lua, by which one that runs is found again; a function in C
-- has none, and is found by owner and name.

local function module_name(path)
  return (path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

-- The length of the type that a text begins with: up to a blank outside of brackets and quotes, where
-- a blank after "fun(...):" and around "|" does not count.
local function type_length(text)
  local depth, at = 0, 1
  while at <= #text do
    local char = text:sub(at, at)
    if char == '"' then
      at = assert(text:find('"', at + 1, true), "a quote that does not end")
    elseif char:find "[%({%[<]" then
      depth = depth + 1
    elseif char:find "[%)}%]>]" then
      depth = depth - 1
    elseif char == " " and depth == 0 then
      if not (text:sub(at - 1, at - 1):find "[:|]" or text:sub(at + 1, at + 1) == "|") then return at - 1 end
    end
    at = at + 1
  end
  return #text
end

local function take_type(text)
  local len = type_length(text)
  return text:sub(1, len), (text:sub(len + 1):gsub("^%s+", ""))
end

local tags = {}

function tags.param(block, rest)
  local name, after = rest:match "^([%w_.]+%??)%s+(.*)$"
  assert(name, "@param: expected a name and a type")
  local type_, text = take_type(after)
  table.insert(block.params, { name, type_, text })
end

tags["return"] = function(block, rest)
  local type_, after = take_type(rest)
  local name, text = after:match "^([%a_][%w_]*)%s*(.*)$"
  table.insert(block.returns, { type_, name or "", text or after })
end

function tags.field(block, rest)
  local name, after = rest:match "^([%w_]+%??)%s+(.*)$"
  if not name then name, after = rest:match "^(%b[])%s+(.*)$" end
  assert(name, "@field: expected a name and a type")
  local type_, text = take_type(after)
  table.insert(block.fields, { name, type_, text })
end

function tags.class(block, rest)
  local name, after = rest:match "^([%w_.]+)%s*(.*)$"
  block.class = assert(name, "@class: expected a name")
  local parent = after:match "^:%s*(.+)$"
  if parent then
    block.parent, after = take_type(parent)
  end
  if after ~= "" then table.insert(block.text, after) end
end

function tags.alias(block, rest)
  local name, after = rest:match "^([%w_.]+)%s*(.*)$"
  block.alias = assert(name, "@alias: expected a name")
  local type_, text = take_type(after)
  block.type = type_
  if text ~= "" then table.insert(block.text, text) end
end

function tags.operator(block, rest) table.insert(block.operators, rest) end
function tags.nodiscard() end
function tags.meta() end

local function new_block()
  return { text = {}, params = {}, returns = {}, fields = {}, values = {}, examples = {}, operators = {} }
end

-- "    code" and what stands between ``` are examples; the rest is text, with its paragraphs.
local function add_text(block, line)
  if block.fence then
    if line:match "^```" then
      block.fence = nil
    else
      local last = block.examples[#block.examples]
      table.insert(last, line)
    end
  elseif line:match "^```lua" then
    block.fence = true
    table.insert(block.examples, {})
  elseif line:match "^    " then
    if not block.indented then
      table.insert(block.examples, {})
      block.indented = true
    end
    table.insert(block.examples[#block.examples], line:sub(5))
    return
  else
    table.insert(block.text, line)
  end
  block.indented = nil
end

local function add_line(block, line)
  local tag, rest = line:match "^@(%a+)%s*(.*)$"
  if tag then
    assert(tags[tag], "@" .. tag .. ": not known here")(block, rest)
  elseif line:match "^|" then
    local value, text = line:match "^|%s*(%S+)%s*#?%s*(.*)$"
    table.insert(block.values, { value, text })
  else
    add_text(block, line)
  end
end

local items = {}

local function finish(text)
  return (table.concat(text, "\n"):gsub("^%s+", ""):gsub("%s+$", ""):gsub("\n\n\n+", "\n\n"))
end

local function examples_of(block)
  local out = {}
  for i, lines in ipairs(block.examples) do out[i] = finish(lines) end
  return out
end

local function add_class(block)
  table.insert(items, {
    kind = "class", name = block.class, parent = block.parent, text = finish(block.text),
    fields = block.fields, examples = examples_of(block), operators = block.operators,
  })
end

local function add_function(block, owner, separator, name, at)
  table.insert(items, {
    kind = "function", owner = owner, name = name, method = separator == ":", at = at,
    text = finish(block.text), params = block.params, returns = block.returns,
    examples = examples_of(block),
  })
end

-- "-- text" at the head of a file.
local function add_module(path)
  local lines = {}
  for line in io.lines(path) do
    local text = line:match "^%-%-%s?(.*)$"
    if text and not text:match "^%-@meta" then
      lines[#lines + 1] = text
    elseif not text then
      break
    end
  end
  local name = module_name(path):gsub("^charm%._meta%.", "charm."):gsub("_core$", ".core")
  table.insert(items, { kind = "module", name = name, text = finish(lines) })
end

-- One source: which class a variable holds is kept as the lines go by.
local function read(path)
  local module = module_name(path)
  local is_stub = path:find("/_meta/", 1, true) ~= nil
  local classes, table_of = {}, nil
  local block
  local number = 0

  local function owner_of(variable)
    if classes[variable] then return classes[variable] end
    local outer, inner = variable:match "^(.*)%.([%w_]+)$"
    if outer then return owner_of(outer) .. "." .. inner end
    return module
  end

  local function take(line)
    local name, separator, last = line:match "^function ([%w_.]+)([.:])([%w_]+)%("
    if name then
      local at = not is_stub and module .. ":" .. number or nil
      return add_function(block, owner_of(name), separator, last, at)
    end
    if block.alias then
      table.insert(items, {
        kind = "alias", name = block.alias, type = block.type, text = finish(block.text),
        values = block.values,
      })
    end
    if not block.class then return end
    add_class(block)
    local variable = line:match "^local ([%w_]+)" or line:match "^([%w_.]+) = "
    local field = line:match "^  ([%w_]+) = {}"
    if variable then
      classes[variable] = block.class
      table_of = variable
    elseif field and table_of then
      classes[table_of .. "." .. field] = block.class
    end
  end

  for line in io.lines(path) do
    number = number + 1
    local comment = line:match "^%s*%-%-%-(.*)$"
    if comment then
      block = block or new_block()
      -- A class or alias right after another: each has lines of its own.
      if comment:match "^@class" and block.class or comment:match "^@alias" and block.alias then
        take ""
        block = new_block()
      end
      local ok, message = pcall(add_line, block, comment)
      if not ok then error(("%s:%d: %s"):format(path, number, message), 0) end
    elseif block then
      take(line)
      block = nil
    end
  end
end

for _, path in ipairs(arg) do
  add_module(path)
  read(path)
end

local function write(value)
  if type(value) ~= "table" then return io.write(("%q"):format(value)) end
  io.write "{"
  for _, item in ipairs(value) do
    write(item)
    io.write ","
  end
  local keys = {}
  for key in pairs(value) do
    if type(key) == "string" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    io.write(key, "=")
    write(value[key])
    io.write ","
  end
  io.write "}"
end

io.write "-- Made by lua/reference.lua.\nreturn {\n"
for _, item in ipairs(items) do
  write(item)
  io.write ",\n"
end
io.write "}\n"
