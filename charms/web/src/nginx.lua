-- nginx as this unit runs it: a configuration in a folder of the unit's own, one master process that
-- is started once and reloaded when its files have changed. A reload keeps the listening socket, so
-- that no client notices. Nothing here is remembered but what stands in that folder, and which
-- certificate the server was last told of.
local charm <const> = require "charm"

local M = {}

local PROGRAM <const> = "/usr/sbin/nginx"
local FIRST_PORT <const> = 20443 -- below the ports that Linux gives to clients

---Whether this charm is to run a server at all.
---@return boolean
function M.is_wanted()
  return charm.config.workload == "nginx"
end

---@return boolean
function M.is_installed()
  return charm.file.exists(PROGRAM)
end

-- Several units may share a machine: each has its own. Juju keeps what is here over a refresh.
local function folder()
  return charm.config["state-dir"] or charm.charm_dir .. "/workload"
end

---Where the TLS files go.
---@return string
function M.tls_dir()
  return charm.config["tls-dir"] or folder() .. "/tls"
end

---A file of this charm's beside the server's.
---@param name string
---@return string
function M.file(name)
  return folder() .. "/" .. name
end

local function configuration(port)
  local tls = M.tls_dir()
  return ([[
# Written by the charm: changes are lost.
pid nginx.pid;
error_log error.log;
worker_processes 1;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path tmp-body;
  proxy_temp_path tmp-proxy;
  fastcgi_temp_path tmp-fastcgi;
  uwsgi_temp_path tmp-uwsgi;
  scgi_temp_path tmp-scgi;
  ssl_session_tickets off;
  server {
    listen %s:%d ssl;
    ssl_certificate %s/cert.pem;
    ssl_certificate_key %s/key.pem;
    location / {
      default_type text/plain;
      return 200 "%s\n";
    }
  }
}
]]):format(charm.config.address, port, tls, tls, charm.unit)
end

local function nginx(...)
  return charm.exec {
    check = false, timeout = "60s",
    PROGRAM, "-p", folder(), "-e", M.file "error.log", "-c", M.file "nginx.conf", ...,
  }
end

-- The master's process, if it is there.
local function master()
  local text = charm.file.read(M.file "nginx.pid")
  local pid = text and text:match("^%d+")
  if not pid then return nil end
  local link = charm.exec { "readlink", "/proc/" .. pid .. "/exe", check = false }
  return link.stdout:find("/nginx", 1, true) and pid or nil
end

-- Ports that somebody listens on (state 0A): hex, after the colon of the table's first address.
local function taken_ports()
  local taken = {}
  local table_text = charm.exec { "cat", "/proc/net/tcp", check = false }.stdout
  for hex in table_text:gmatch("%d+: %x+:(%x+) %x+:%x+ 0A") do
    taken[tonumber(hex, 16)] = true
  end
  return taken
end

local function free_port(from)
  local taken = taken_ports()
  local port = from
  while taken[port] do port = port + 1 end
  return port
end

---The port that is listened on: the option's, or the one that was found free and is in use since.
---@return integer? nil before the first start
function M.port()
  if charm.config.port ~= 0 then return charm.config.port end
  local text = charm.file.read(M.file "nginx.conf")
  local number = text and text:match("listen [^;]*:(%d+) ssl")
  return number and math.tointeger(number)
end

-- Whether the file has changed.
local function configure(port)
  local text = configuration(port)
  if charm.file.read(M.file "nginx.conf") == text then return false end
  charm.file.make_dir(folder())
  charm.file.write(M.file "nginx.conf", text, { mode = "0644" })
  return true
end

local function check(result, what)
  if result.status ~= 0 then error(("nginx cannot %s: %s"):format(what, result.stderr), 0) end
end

-- Another unit may be quicker to take a port that was free: then the next.
local function start()
  local number = math.tointeger(charm.unit:match("%d+$")) or 0
  local port = M.port() or free_port(FIRST_PORT + number)
  for _ = 1, 8 do
    configure(port)
    local result = nginx()
    local is_taken = result.stderr:find("Address already in use", 1, true)
    if result.status == 0 or charm.config.port ~= 0 or not is_taken then return check(result, "start") end
    port = free_port(port + 1)
  end
  error(("no free port was found from %d on"):format(FIRST_PORT + number), 0)
end

---Have the certificate that is in place served: start the server, or reload it where it does not
---serve that one yet. Killed between two steps, the next hook does the rest.
---@param certificate string? a name for what is in place; nil: what was in place before
function M.serve(certificate)
  if not M.is_wanted() or not M.is_installed() then return end
  if not charm.file.exists(M.tls_dir() .. "/cert.pem") then return end
  local is_news = certificate ~= nil and charm.state.serving ~= certificate
  if not master() then
    start()
  elseif configure(M.port()) or is_news then
    check(nginx("-s", "reload"), "reload")
  end
  if is_news then charm.state.serving = certificate end
  charm.open_port(M.port())
end

---Stop the server.
function M.stop()
  if master() then nginx("-s", "stop") end
end

---What is to be said of the server.
---@param status charm.StatusCollector
function M.report(status)
  if not M.is_wanted() then return end
  if not M.is_installed() then status:blocked("nginx is not installed; or set workload=none") end
  if charm.state.serving then
    status:active(("serving %s:%d"):format(charm.config.address, M.port() or 0))
  end
end

return M
