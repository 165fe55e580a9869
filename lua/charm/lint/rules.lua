-- What luacharm lint looks for: one row for each rule, with its name, its severity, its text and an
-- example that it finds (tests/cli/lint.t tries each; the docs list them). An example is a file of a charm
-- that is otherwise well: `text` in the place of what it has, with `mode`, or `absent`.
local json <const> = require "charm.json"

local M = {}

---@class charm.lint.Example
---@field file string
---@field text string?
---@field mode string? "0644"
---@field absent boolean?
---@field shown string? instead of a text that is no text

---@class charm.lint.Rule
---@field id string
---@field severity "error"|"warning"
---@field text string with string.format's places
---@field example charm.lint.Example

local CHARM <const> = "src/charm.lua"

-- The head of a program for s390x, which the charm is not for.
local FOREIGN <const> = "\127ELF\2\2\1" .. ("\0"):rep(10) .. "\2\0\22" .. ("\0"):rep(44)

-- The rules, by what they look at.
M.list = {
  -- What the charm says of itself.
  { id = "metadata", severity = "error", text = "%s",
    example = { file = "charmcraft.yaml", text = "name: My_Charm\n" } },
  { id = "metadata-key", severity = "error", text = "the key '%s' means nothing here%s",
    example = { file = "charmcraft.yaml", text = "name: sample\nrequire:\n  db: { interface: sql }\n" } },
  { id = "summary", severity = "warning", text = "there is no summary, which 'juju info' shows",
    example = { file = "charmcraft.yaml", text = "name: sample\n" } },
  { id = "summary-length", severity = "warning", text = "the summary has %s characters: Charmhub takes 78",
    example = { file = "charmcraft.yaml", text = "name: sample\nsummary: >\n  " .. ("very "):rep(15)
      .. "long.\n" } },
  { id = "base", severity = "warning", text = "%s",
    example = { file = "charmcraft.yaml", text = "name: sample\nsummary: It runs on nothing.\n" } },

  -- Metadata and code: what is used and not declared, then the reverse.
  { id = "event", severity = "error", text = "%s",
    example = { file = CHARM, text = 'require "charm".on("db-relation-chagned", print)\n' } },
  { id = "endpoint", severity = "error", text = "%s",
    example = { file = CHARM, text = 'require "charm.tls".requires("certificate", { requests = {} })\n' } },
  { id = "option", severity = "error", text = "%s",
    example = { file = CHARM, text = 'local charm <const> = require "charm"\n'
      .. 'charm.on("start", function() charm.open_port(charm.config.prot) end)\n' } },
  { id = "action", severity = "error", text = "%s",
    example = { file = CHARM, text = 'require "charm".action("back-up", print)\n' } },
  { id = "storage", severity = "error", text = "%s",
    example = { file = CHARM, text = 'local charm <const> = require "charm"\n'
      .. 'charm.on("start", function() charm.storage.list "date" end)\n' } },
  { id = "resource", severity = "error", text = "%s",
    example = { file = CHARM, text = 'local charm <const> = require "charm"\n'
      .. 'charm.on("start", function() charm.resource "imgae" end)\n' } },
  { id = "name", severity = "error", text = "%s",
    example = { file = CHARM, text = 'local charm <const> = require "charm"\n'
      .. 'charm.on("start", function() charm.open_prot(443) end)\n' } },
  { id = "endpoint-unused", severity = "warning", text = "the endpoint '%s' is not used by the code",
    example = { file = CHARM, text = 'require "charm"\n' } },
  { id = "option-unused", severity = "warning", text = "the option '%s' is not used by the code",
    example = { file = CHARM, text = 'require "charm"\n' } },
  { id = "action-unhandled", severity = "warning", text = "the action '%s' has no handler: it would fail",
    example = { file = CHARM, text = 'require "charm"\n' } },
  { id = "storage-unused", severity = "warning", text = "the storage '%s' is not used by the code",
    example = { file = CHARM, text = 'require "charm"\n' } },
  { id = "resource-unused", severity = "warning", text = "the resource '%s' is not used by the code",
    example = { file = CHARM, text = 'require "charm"\n' } },

  -- Code.
  { id = "syntax", severity = "error", text = "%s", example = { file = CHARM, text = "local x = = 1\n" } },
  { id = "global", severity = "error", text = "%s: nobody has set it",
    example = { file = CHARM, text = 'require "charm".on("start", function() pritn "here" end)\n' } },
  { id = "global-in-function", severity = "error",
    text = "'%s' is set in a function and is no local: a global is made at the top level of a file",
    example = { file = CHARM, text = 'require "charm".on("start", function() ready = true end)\n' } },
  { id = "module", severity = "error", text = "there is no module '%s' in src, lua or lib%s",
    example = { file = CHARM, text = 'local charm <const> = require "charm"\n'
      .. 'charm.on("start", function() require "helper" end)\n' } },
  { id = "load", severity = "error", text = "the charm cannot be loaded: %s",
    example = { file = CHARM, text = 'print(require "charm".unit)\n' } },
  { id = "policy", severity = "error", text = "the policy cannot be loaded: %s",
    example = { file = "src/policy.lua",
      text = 'local policy <const> = require "charm.policy"\n'
        .. 'return policy { policy.rules.domains "example.com" }\n' } },

  -- Files.
  { id = "program", severity = "error", text = "nothing to run: expected src/charm.lua, hooks/ or a dispatch",
    example = { file = CHARM, absent = true } },
  { id = "dispatch-mode", severity = "error", text = "it cannot be executed: its mode is %s",
    example = { file = "dispatch", text = "#!/bin/sh\n", mode = "0644" } },
  { id = "dispatch-architecture", severity = "error", text = "it is a program for %s: %s",
    example = { file = "dispatch", text = FOREIGN, mode = "0755", shown = "a program for s390x" } },
  { id = "dispatch-absent", severity = "warning",
    text = "there is no dispatch, which Juju would look for: pack the charm, or copy luacharm there",
    example = { file = "metadata.yaml", text = "name: sample\nsummary: Packed by hand.\n" } },
  { id = "hook-mode", severity = "error", text = "it cannot be executed: its mode is %s",
    example = { file = "hooks/install", text = "#!/bin/sh\n", mode = "0644" } },
  { id = "writable", severity = "warning", text = "everybody may write it: its mode is %s",
    example = { file = "README.md", text = "A sample.\n", mode = "0666" } },
  { id = "private-key", severity = "error", text = "a private key: every copy of the charm would have it",
    example = { file = "src/key.pem", text = "-----BEGIN PRIVATE KEY-----\n"
      .. ("SAMPLEonlySAMPLEonlySAMPLEonlySAMPLEonlySAMPLEonlySAMPLEonlySAMP\n"):rep(2)
      .. "-----END PRIVATE KEY-----\n" } },
  { id = "tests", severity = "warning", text = "there are no tests: no tests/NAME_test.lua",
    example = { file = "tests/sample_test.lua", absent = true } },
  { id = "untested", severity = "warning", text = "no test runs '%s', which the code handles",
    example = { file = CHARM, text = 'require "charm".on("stop", print)\n' } },
}

-- By its name.
M.by_id = {}
for _, rule in ipairs(M.list) do M.by_id[rule.id] = rule end

-- The text without the places: "the option '...' is not used".
local function without_places(text)
  return (text:gsub("'%%s'%%s", "'...'"):gsub("%%s", "..."))
end

local function as_text(example)
  if example.absent then return "without " .. example.file end
  local mode <const> = example.mode and (", mode %s"):format(example.mode) or ""
  return ("%s%s:\n%s"):format(example.file, mode, (example.shown or example.text):gsub("\n$", ""))
end

---The list, for people or in JSON.
---@param is_json boolean
---@return string
---@nodiscard
function M.describe(is_json)
  local items, lines = {}, {}
  for place, rule in ipairs(M.list) do
    local text <const>, example <const> = without_places(rule.text), as_text(rule.example)
    items[place] = {
      id = rule.id, severity = rule.severity, text = text, example = example, file = rule.example,
    }
    lines[place] = ("%s (%s): %s\n    %s\n"):format(rule.id, rule.severity, text,
      (example:gsub("\n", "\n    ")))
  end
  return is_json and json.encode(items, { pretty = true }) .. "\n" or table.concat(lines)
end

return M
