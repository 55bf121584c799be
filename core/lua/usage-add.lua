-- Adds to what functions have used in the hours of a day. It stays when a function goes.
-- ARGV 1 writer, 2 number of its batch, 3 how long the writer is remembered (ms), 4 how long usage is kept
--      past its day (ms), 5 functions that a day may have, 6 how many numbers an hour has, then of each hour:
--      function, hour (since 1970), its numbers
-- Guarantee: a batch that was taken before adds nothing; of functions past that bound, the sum is kept as `*`.
if was_taken(ARGV[1], ARGV[2], ARGV[3]) then
  return 0
end
local kept_ms, functions_max, count = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local function sums_of(text)
  local sums = {}
  for number in string.gmatch(text or '', '%d+') do
    sums[#sums + 1] = tonumber(number)
  end
  return sums
end

local function add(fn, hour, at)
  local day = math.floor(tonumber(hour) / 24)
  local names = USAGE_FUNCTIONS .. day
  if not redis.call('ZSCORE', names, fn) and redis.call('ZCARD', names) >= functions_max then
    fn = '*'
  end
  redis.call('ZADD', names, 0, fn)
  local key = USAGE .. day .. ':' .. fn
  local sums = sums_of(redis.call('HGET', key, hour))
  for i = 1, count do
    sums[i] = string.format('%.0f', (sums[i] or 0) + tonumber(ARGV[at + i]))
  end
  redis.call('HSET', key, hour, table.concat(sums, ' '))
  local ends = string.format('%.0f', (day + 1) * 86400000 + kept_ms)
  redis.call('PEXPIREAT', names, ends)
  redis.call('PEXPIREAT', key, ends)
end

for at = 7, #ARGV, 2 + count do
  add(ARGV[at], ARGV[at + 1], at + 1)
end
return 1
