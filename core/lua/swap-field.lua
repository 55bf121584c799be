-- Puts a field of a hash in the place of what the caller has seen there, or nothing at all.
-- KEYS: 1 the hash.
-- ARGV: 1 field, 2 what was seen, or '' for nothing, 3 what shall be there, or '' for nothing,
--   4 how many fields there may be.
-- Returns 1 where it is done, 0 where something else is there, -1 where the hash is full.
local there = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if there ~= ARGV[2] then
  return 0
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return 1
end
if there == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return -1
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
