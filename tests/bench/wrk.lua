-- One request of a benchmark row: `wrk -s wrk.lua URL -- ROW TOKENS`, each request as another user.
local row, tokens, number = nil, {}, 0
local json = { ["Content-Type"] = "application/json" }

function setup(thread)
  number = number + 1
  thread:set("seed", number)
end

function init(args)
  row = args[1]
  for line in io.lines(args[2]) do tokens[#tokens + 1] = line end
  math.randomseed(seed)
end

local function headers(more)
  more["Authorization"] = "Bearer " .. tokens[math.random(#tokens)]
  return more
end

function request()
  if row == "post_score" then
    local kg = 20 + 2.5 * math.random(0, 30)
    local body = string.format('{"weight_lifted":%.1f,"reps":%d,"sets":1}', kg, math.random(1, 5))
    return wrk.format("POST", nil, headers({ ["Content-Type"] = "application/json" }), body)
  elseif row == "login" then
    return wrk.format("POST", nil, json, '{"email":"bench@example.org","password":"correct horse battery"}')
  elseif row == "users_me" then
    return wrk.format("GET", nil, headers({}))
  end
  return wrk.format("GET")
end

function done(summary, latency)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %.0f %.3f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(99) / 1000, failed))
end
