-- Adds to the statistics of functions' invocations: numbers whose names begin with `max` replace smaller
-- ones, all others are added up. Of a function that is gone nothing is kept.
-- ARGV 1 writer, 2 number of its batch, 3 how long the writer is remembered (ms), 4 length of a period (ms),
--      5 series that a function may have, then of each series:
--      function, `version:memory`, how many numbers, then name and value of each
-- Guarantee: a batch that was taken before adds nothing. There are never more series than that; those used
-- least recently, or before the last period, go.
if was_taken(ARGV[1], ARGV[2], ARGV[3]) then
  return 0
end
local period_ms, series_max = tonumber(ARGV[4]), tonumber(ARGV[5])
local now = clock()
local period = math.floor(now / period_ms)
local time = string.format('%d', now)

local function forget(key, series)
  local prefix = series .. ':'
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, #prefix) == prefix then
      redis.call('HDEL', key, field)
    end
  end
end

local function make_room(key)
  local used = {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local series = string.match(field, '^(.*):until$')
    if series and tonumber(string.match(series, '^%d+')) < period - 1 then
      forget(key, series)
    elseif series then
      used[#used + 1] = { series, tonumber(redis.call('HGET', key, field)) }
    end
  end
  table.sort(used, function(one, other)
    return one[2] < other[2]
  end)
  for i = 1, #used - series_max + 1 do
    forget(key, used[i][1])
  end
end

local function add(key, series, first, last)
  if redis.call('HEXISTS', key, series .. ':until') == 0 then
    make_room(key)
    redis.call('HSET', key, series .. ':since', time)
  end
  redis.call('HSET', key, series .. ':until', time)
  for i = first, last, 2 do
    local field = series .. ':' .. ARGV[i]
    if string.sub(ARGV[i], 1, 3) ~= 'max' then
      redis.call('HINCRBY', key, field, ARGV[i + 1])
    elseif tonumber(redis.call('HGET', key, field) or '0') < tonumber(ARGV[i + 1]) then
      redis.call('HSET', key, field, ARGV[i + 1])
    end
  end
  redis.call('PEXPIRE', key, 2 * period_ms)
end

local at = 6
while at <= #ARGV do
  local last = at + 2 + 2 * tonumber(ARGV[at + 2])
  if redis.call('HEXISTS', FUNCTIONS, ARGV[at]) == 1 then
    add(STATISTICS .. ARGV[at], period .. ':' .. ARGV[at + 1], at + 3, last)
  end
  at = last + 1
end
return 1
