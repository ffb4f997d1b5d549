-- One request of a benchmark row: `wrk -s wrk.lua URL -- ROW TOKENS`, each request as another user.
local row, tokens, number = nil, {}, 0
local json = { ["Content-Type"] = "application/json" }

-- Each of the two threads has every second token; one that was spent is followed by what the answer holds.
local own = {}
-- Where each post is a new best: the lifters of this thread, in the file as `token kg`.
local risers = {}

function setup(thread)
  number = number + 1
  thread:set("seed", number)
end

function init(args)
  row = args[1]
  for line in io.lines(args[2]) do tokens[#tokens + 1] = line end
  math.randomseed(seed)
  if row == "rising_score" then
    for place = seed, #tokens, 2 do
      local token, kg = tokens[place]:match("(%S+) (%S+)")
      risers[#risers + 1] = { token = token, kg = tonumber(kg) }
    end
  end
  if row == "refresh" then
    for place = seed, #tokens, 2 do own[#own + 1] = tokens[place] end
    -- Only where it is wanted: reading every answer costs.
    response = function(_, _, body) own[#own + 1] = body:match('"refresh_token":"([^"]+)"') end
  end
end

local function refresh()
  return wrk.format("POST", nil, json, '{"refresh_token":"' .. table.remove(own) .. '"}')
end

local function address()
  return string.format("%d.%d.%d.%d", math.random(1, 223), math.random(0, 255), math.random(0, 255), math.random(1, 254))
end

local function headers(more)
  more["Authorization"] = "Bearer " .. tokens[math.random(#tokens)]
  return more
end

local function rise()
  local riser = risers[math.random(#risers)]
  riser.kg = riser.kg + 0.25
  local body = string.format('{"weight_lifted":%.2f,"reps":1,"sets":1}', riser.kg)
  return wrk.format("POST", nil, { ["Authorization"] = "Bearer " .. riser.token, ["Content-Type"] = "application/json" }, body)
end

function request()
  if row == "post_score" then
    local kg = 20 + 2.5 * math.random(0, 30)
    local body = string.format('{"weight_lifted":%.1f,"reps":%d,"sets":1}', kg, math.random(1, 5))
    return wrk.format("POST", nil, headers({ ["Content-Type"] = "application/json" }), body)
  elseif row == "rising_score" then
    return rise()
  elseif row == "post_workout" then
    local sets, exercises = {}, { "back_squat", "barbell_bench_press", "deadlift", "overhead_press", "barbell_row" }
    local kg = 30 + math.random(0, 20)
    for place = 0, 19 do
      sets[#sets + 1] = string.format('{"exercise_id":"%s","weight_kg":%d,"reps":%d}', exercises[place % 5 + 1], kg + place,
        3 + place / 5)
    end
    local body = '{"minutes":60,"sets":[' .. table.concat(sets, ",") .. "]}"
    return wrk.format("POST", nil, headers({ ["Content-Type"] = "application/json" }), body)
  elseif row == "rank" then
    return wrk.format("GET", wrk.path .. tokens[math.random(#tokens)])
  elseif row == "pages_among_1000" then
    return wrk.format("GET", wrk.path .. "?around=" .. math.random(1, 1000))
  elseif row == "pages_around_900000" then
    return wrk.format("GET", wrk.path .. "?around=" .. math.random(900000, 901000))
  elseif row == "refresh" then
    return refresh()
  elseif row == "wrong_login" then
    local body = string.format('{"email":"user%d@example.org","password":"wrong horse battery"}', math.random(1, 1000000))
    return wrk.format("POST", nil, { ["Content-Type"] = "application/json", ["X-Forwarded-For"] = address() }, body)
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
