-- Replays requests that were signed beforehand, in turn. The pool is a file of records: 8 digits of length, then bytes.
local pool = {}
local at = 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  while true do
    local head = file:read(8)
    if not head then break end
    pool[#pool + 1] = file:read(tonumber(head))
  end
  file:close()
end

function request()
  at = at % #pool + 1
  return pool[at]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "bytes": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "max_us": %d, ' ..
    '"refused": %d, "broken": %d, "timeouts": %d}\n',
    summary.requests, summary.bytes, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
