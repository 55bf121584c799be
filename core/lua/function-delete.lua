-- Takes a function away, its name, its address and what is known of its events included.
-- KEYS: 1 functions, 2 function names, 3 function URLs, then hashes by function name. ARGV: 1 name.
-- Returns the last definition, or nil where there was none.
local current = redis.call('HGET', KEYS[1], ARGV[1])
if not current then
  return nil
end
local urlId = cjson.decode(current).urlId
if urlId then
  redis.call('HDEL', KEYS[3], urlId)
end
for i = 4, #KEYS do
  redis.call('HDEL', KEYS[i], ARGV[1])
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return current
