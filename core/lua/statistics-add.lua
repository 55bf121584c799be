-- Adds to the statistics of a function's invocations: numbers whose names begin with `max` replace smaller
-- ones, all others are added up. Of a function that is gone nothing is kept.
-- ARGV 1 function, 2 length of a period (ms), 3 series that there may be, then of each series:
--      `version:memory`, how many numbers, then name and value of each
-- Guarantee: there are never more series than that; those used least recently, or before the last period, go.
local fn, period_ms, series_max = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if redis.call('HEXISTS', FUNCTIONS, fn) == 0 then
  return 0
end
local key = STATISTICS .. fn
local now = clock()
local period = math.floor(now / period_ms)

local function forget(series)
  local prefix = series .. ':'
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, #prefix) == prefix then
      redis.call('HDEL', key, field)
    end
  end
end

local function make_room()
  local used = {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local series = string.match(field, '^(.*):until$')
    if series and tonumber(string.match(series, '^%d+')) < period - 1 then
      forget(series)
    elseif series then
      used[#used + 1] = { series, tonumber(redis.call('HGET', key, field)) }
    end
  end
  table.sort(used, function(one, other)
    return one[2] < other[2]
  end)
  for i = 1, #used - series_max + 1 do
    forget(used[i][1])
  end
end

local time = string.format('%d', now)
local at = 4
while at <= #ARGV do
  local series = period .. ':' .. ARGV[at]
  if redis.call('HEXISTS', key, series .. ':until') == 0 then
    make_room()
    redis.call('HSET', key, series .. ':since', time)
  end
  redis.call('HSET', key, series .. ':until', time)
  local last = at + 1 + 2 * tonumber(ARGV[at + 1])
  for i = at + 2, last, 2 do
    local field = series .. ':' .. ARGV[i]
    if string.sub(ARGV[i], 1, 3) ~= 'max' then
      redis.call('HINCRBY', key, field, ARGV[i + 1])
    elseif tonumber(redis.call('HGET', key, field) or '0') < tonumber(ARGV[i + 1]) then
      redis.call('HSET', key, field, ARGV[i + 1])
    end
  end
  at = last + 1
end
redis.call('PEXPIRE', key, 2 * period_ms)
return 1
