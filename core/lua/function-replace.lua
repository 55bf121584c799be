-- Replaces a definition if nobody has changed it since it was read, and its address with it.
-- KEYS: 1 functions, 2 function URLs, 3 greatest ages of events.
-- ARGV: 1 name, 2 definition, 3 expected revision id, 4 url id or '', 5 greatest age (ms) or ''.
-- Returns 1; 0 where there is no such function; -1 where its revision is another.
local current = redis.call('HGET', KEYS[1], ARGV[1])
if not current then
  return 0
end
local before = cjson.decode(current)
if before.revisionId ~= ARGV[3] then
  return -1
end
if before.urlId and before.urlId ~= ARGV[4] then
  redis.call('HDEL', KEYS[2], before.urlId)
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[1])
end
if ARGV[5] == '' then
  redis.call('HDEL', KEYS[3], ARGV[1])
else
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[5])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
