-- Adds a function, whole or not at all.
-- ARGV 1 name, 2 definition, 3 '' or its first version, published with it
-- Returns 1, or 0 where the name is taken.
if redis.call('HSETNX', FUNCTIONS, ARGV[1], ARGV[2]) == 0 then
  return 0
end
redis.call('ZADD', FUNCTION_NAMES, 0, ARGV[1])
if ARGV[3] ~= '' then
  redis.call('HSET', VERSIONS_OF .. ARGV[1], cjson.decode(ARGV[3]).version, ARGV[3])
end
return 1
