-- Replaces a definition if nobody has changed it since it was read, its address and what scripts
-- need to know of its events with it.
-- KEYS: 1 functions, 2 function URLs, then hashes by function name.
-- ARGV: 1 name, 2 definition, 3 expected revision id, 4 url id or '', then for each hash the value, or ''.
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
for i = 3, #KEYS do
  local value = ARGV[i + 2]
  if value == '' then
    redis.call('HDEL', KEYS[i], ARGV[1])
  else
    redis.call('HSET', KEYS[i], ARGV[1], value)
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
