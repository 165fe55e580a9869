-- What a text of Lua uses: its globals, the modules that it requires, and what it calls and reads of them
-- under which names, with local names followed: after `local c = require "charm"`, c.config.port is
-- "charm/config.port". Nothing is run. The text must be one that `load` takes.
local tokens <const> = require "charm.source.tokens"

local M = {}

---@class charm.source.Uses
---@field globals { name: string, line: integer, is_set: boolean, in_function: boolean }[]
---@field requires { name: string, line: integer }[]
---@field paths { path: string, line: integer, argument: string?, is_called: boolean }[] argument: the
---first, where it is a text
---@field texts table<string, boolean> every text that stands in it
---@field names table<string, boolean> every name that follows a dot
---@field returns string? "charm.policy/", the path that is called for what the file returns

local Parser <const> = {}
Parser.__index = Parser

local unary <const> = { ["-"] = true, ["#"] = true, ["~"] = true, ["not"] = true }
local binary <const> = { ["and"] = true, ["or"] = true }
for one in ("+ - * / // % ^ .. == ~= < <= > >= & | ~ << >>"):gmatch "%S+" do binary[one] = true end
local block_ends <const> = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true }

-- --- tokens ----------------------------------------------------------------------------------------

function Parser:peek(ahead) return self.list[self.at + (ahead or 0)] end

function Parser:is(text)
  local token <const> = self:peek()
  return token ~= nil and token.text == text and token.kind ~= "string"
end

function Parser:take()
  self.at = self.at + 1
  return self.list[self.at - 1]
end

function Parser:accept(text)
  if not self:is(text) then return false end
  self.at = self.at + 1
  return true
end

function Parser:kind() return (self:peek() or {}).kind end

-- --- scopes: a local's name is known by the path of its value, or false -------------------------------

function Parser:open() self.scope = setmetatable({}, { __index = self.scope }) end

function Parser:close() self.scope = getmetatable(self.scope).__index end

function Parser:declare(name, path) self.scope[name] = path or false end

function Parser:global(token, is_set)
  table.insert(self.uses.globals,
    { name = token.text, line = token.line, is_set = is_set, in_function = self.depth > 0 })
end

function Parser:use(path, line, argument, is_called)
  if not path then return end
  table.insert(self.uses.paths, { path = path, line = line, argument = argument, is_called = is_called })
end

-- --- expressions: each gives the path of its value, where that is known --------------------------------

function Parser:list_of_expressions()
  local paths = { self:expression() or false }
  while self:accept "," do paths[#paths + 1] = self:expression() or false end
  return paths
end

function Parser:table_constructor()
  self:accept "{"
  while not self:accept "}" do
    if self:accept "[" then
      self:expression()
      self:accept "]"
      self:accept "="
    elseif self:kind() == "name" and (self:peek(1) or {}).text == "=" then
      self.at = self.at + 2
    end
    self:expression()
    if not self:accept "," then self:accept ";" end
  end
end

-- The body of a function, from its parameters on.
function Parser:body(has_self)
  self:open()
  self.depth = self.depth + 1
  if has_self then self:declare "self" end
  self:accept "("
  while not self:accept ")" do
    local token <const> = self:take()
    if token.kind == "name" then self:declare(token.text) end
  end
  self:block()
  self:accept "end"
  self.depth = self.depth - 1
  self:close()
end

-- The arguments of a call; gives the first where it is a text.
function Parser:arguments()
  local token <const> = self:peek()
  if token.kind == "string" then
    self:text(self:take())
    return token.value
  end
  if self:is "{" then return self:table_constructor() end
  self:accept "("
  if self:accept ")" then return nil end
  local first <const>, after <const> = self:peek(), self:peek(1)
  self:list_of_expressions()
  self:accept ")"
  return first.kind == "string" and (after.text == "," or after.text == ")") and first.value or nil
end

function Parser:text(token) self.uses.texts[token.value] = true end

local function field(path, name) return path .. (path:find "/$" and "" or ".") .. name end

-- What a call gives: a module, for `require`.
function Parser:call(path, line)
  local argument <const> = self:arguments()
  if path == "require" then
    if argument then table.insert(self.uses.requires, { name = argument, line = line }) end
    return argument and argument .. "/"
  end
  self:use(path, line, argument, true)
  return nil
end

-- "[" has been taken.
function Parser:index(path)
  local first <const> = self:peek()
  self:expression()
  self:accept "]"
  return path and first.kind == "string" and self:peek(-2) == first and field(path, first.value) or nil
end

function Parser:primary()
  local token <const> = self:take()
  if token.text == "(" and token.kind == "op" then
    local path <const> = self:expression()
    self:accept ")"
    return path, token
  end
  local path <const> = self.scope[token.text]
  if path ~= nil then return path or nil, token end
  return token.text == "require" and "require" or nil, token, true
end

-- A name with what follows it. is_target: whether it may be assigned to; then a global that is a name
-- alone is given back as the third result, and not noted.
function Parser:suffixed(is_target)
  local path, token, is_global = self:primary()
  local line <const>, start = token.line, self.at
  local last_called, is_module = nil, false
  while true do
    local next_token <const> = self:peek()
    if self:is "(" or self:is "{" or self:kind() == "string" then
      last_called, is_module = path, path == "require"
      path = self:call(path, next_token.line)
      goto continue
    end
    if self:accept "." then
      local name <const> = self:take().text
      self.uses.names[name] = true
      path = path and field(path, name)
    elseif self:accept "[" then
      path = self:index(path)
    elseif self:accept ":" then
      self.uses.names[self:take().text] = true
      path = nil
      self:arguments()
    else
      break
    end
    last_called, is_module = nil, false
    ::continue::
  end
  if is_global then
    if is_target and self.at == start then return nil, nil, token end
    self:global(token, false)
  end
  if path ~= "require" and not is_module then self:use(path, line, nil, false) end
  return path, last_called
end

function Parser:operand()
  local token <const> = self:peek()
  if token.kind == "string" then
    self:text(self:take())
  elseif token.text == "{" then
    self:table_constructor()
  elseif self:accept "function" then
    self:body()
  elseif token.kind == "name" or token.text == "(" then
    return self:suffixed()
  else
    self:take() -- a number, nil, true, false, ...
  end
end

function Parser:expression()
  local is_compound, path, called = false
  repeat
    while self:peek() and self:peek().kind ~= "string" and unary[self:peek().text] do
      self:take()
      is_compound = true
    end
    path, called = self:operand()
    local token <const> = self:peek()
    local goes_on = token ~= nil and token.kind ~= "string" and binary[token.text]
    if goes_on then
      self:take()
      is_compound = true
    end
  until not goes_on
  if not is_compound then return path, called end
end

-- --- statements -------------------------------------------------------------------------------------

function Parser:block_in_scope()
  self:open()
  self:block()
  self:close()
end

local statements <const> = {}

statements["if"] = function(self)
  self:expression()
  self:accept "then"
  self:block_in_scope()
  while self:accept "elseif" do
    self:expression()
    self:accept "then"
    self:block_in_scope()
  end
  if self:accept "else" then self:block_in_scope() end
  self:accept "end"
end

statements["while"] = function(self)
  self:expression()
  self:accept "do"
  self:block_in_scope()
  self:accept "end"
end

statements["do"] = function(self)
  self:block_in_scope()
  self:accept "end"
end

statements["for"] = function(self)
  local names = { self:take().text }
  while self:accept "," do names[#names + 1] = self:take().text end
  if not self:accept "=" then self:accept "in" end
  self:list_of_expressions()
  self:accept "do"
  self:open()
  for _, name in ipairs(names) do self:declare(name) end
  self:block()
  self:close()
  self:accept "end"
end

-- The condition sees the locals of the body.
statements["repeat"] = function(self)
  self:open()
  self:block()
  self:accept "until"
  self:expression()
  self:close()
end

statements["function"] = function(self)
  local token <const> = self:take()
  local has_self, is_field = false, false
  while self:is "." or self:is ":" do
    has_self = self:take().text == ":"
    is_field = true
    self:take()
  end
  if self.scope[token.text] == nil then self:global(token, not is_field) end
  self:body(has_self)
end

statements["local"] = function(self)
  if self:accept "function" then
    self:declare(self:take().text)
    return self:body()
  end
  local names = {}
  repeat
    names[#names + 1] = self:take().text
    if self:accept "<" then
      self:take()
      self:accept ">"
    end
  until not self:accept ","
  local paths <const> = self:accept "=" and self:list_of_expressions() or {}
  for place, name in ipairs(names) do self:declare(name, paths[place]) end
end

statements["return"] = function(self)
  local token <const> = self:peek()
  if token and token.text ~= ";" and not block_ends[token.text] then
    local _, called <const> = self:expression()
    if self.depth == 0 then self.uses.returns = called or nil end
    while self:accept "," do self:expression() end
  end
  self:accept ";"
end

statements["goto"] = function(self) self:take() end
statements["break"] = function() end

-- A call or an assignment.
function Parser:other_statement()
  local targets = {}
  repeat
    local _, _, global <const> = self:suffixed(true)
    targets[#targets + 1] = global
  until not self:accept ","
  if not self:accept "=" then return end
  self:list_of_expressions()
  for _, token in ipairs(targets) do self:global(token, true) end
end

function Parser:statement()
  local token <const> = self:peek()
  if self:accept ";" then return end
  if self:accept "::" then
    self:take()
    self:accept "::"
  elseif token.kind == "keyword" then
    self:take()
    statements[token.text](self)
  else
    self:other_statement()
  end
end

function Parser:block()
  while self:peek() and not (self:kind() == "keyword" and block_ends[self:peek().text]) do
    self:statement()
  end
end

---What a text uses.
---@param text string
---@return charm.source.Uses
---@nodiscard
function M.of(text)
  local uses <const> = { globals = {}, requires = {}, paths = {}, texts = {}, names = {} }
  local parser <const> = setmetatable(
    { list = tokens.of(text), at = 1, depth = 0, scope = {}, uses = uses }, Parser)
  parser:block()
  return uses
end

return M
