-- Takes a function away, its name and address included.
-- KEYS: 1 functions, 2 function names, 3 function URLs, 4 greatest ages of events. ARGV: 1 name.
-- Returns the last definition, or nil where there was none.
local current = redis.call('HGET', KEYS[1], ARGV[1])
if not current then
  return nil
end
local urlId = cjson.decode(current).urlId
if urlId then
  redis.call('HDEL', KEYS[3], urlId)
end
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return current
