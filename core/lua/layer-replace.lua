-- Puts another state of a layer version in the place of the one that the caller has seen.
-- ARGV 1 layer, 2 number, 3 what was seen (JSON), or '' for nothing, 4 what shall be there
-- Returns 1, or 0 where something else is there, or nothing.
local key = LAYER .. ARGV[1]
if (redis.call('HGET', key, ARGV[2]) or '') ~= ARGV[3] then
  return 0
end
redis.call('HSET', key, ARGV[2], ARGV[4])
redis.call('ZADD', LAYER_NAMES, 0, ARGV[1])
return 1
