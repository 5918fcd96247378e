-- For wrk. Arguments: nothing (always the URL given), or
--   guids ROOT   another account and GUID with every request: ROOT/b7/calls/a…
--   rate N C     the URL given, at about N requests a second over all C connections. Each connection waits an exponentially
--                distributed time between two requests, so with many of them the arrivals are nearly those of an open loop.
--   token T      the URL given, always with the bearer token T
-- Prints a line: BENCH requests microseconds failures p50 p99

local GUIDS, ACCOUNTS = 20000, 16

function init(args)
  if args[1] == "guids" then
    local requests, n = {}, 0
    for i = 1, GUIDS do
      local path = string.format("%s/b%d/calls/a%07x-0000-4000-8000-000000000001", args[2], i % ACCOUNTS, i)
      requests[i] = wrk.format("GET", path)
    end
    request = function()
      n = n % GUIDS + 1
      return requests[n]
    end
  elseif args[1] == "token" then
    wrk.headers["Authorization"] = "Bearer " .. args[2]
  elseif args[1] == "rate" then
    local mean = 1000 * tonumber(args[3]) / tonumber(args[2])
    math.randomseed(1)
    delay = function()
      return math.floor(-mean * math.log(1 - math.random()) + 0.5)
    end
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("BENCH %d %d %d %.0f %.0f\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
