-- Adds a function, whole or not at all.
-- KEYS: 1 functions, 2 function names. ARGV: 1 name, 2 definition.
-- Returns 1, or 0 where the name is taken.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 0
end
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return 1
