-- Puts triggers in the place of all object triggers of a bucket, of whatever functions.
-- KEYS: 1 triggers of the bucket, 2 notified buckets, 3 scan of the bucket.
-- ARGV: 1 what the keys of a function's triggers begin with, 2 bucket, 3 milliseconds since 1970 from
--   which its scan begins where none has, then of each trigger: id, function name, trigger.
-- Returns the triggers that were there.
local before = redis.call('HVALS', KEYS[1])
for _, text in ipairs(before) do
  local trigger = cjson.decode(text)
  redis.call('HDEL', ARGV[1] .. trigger.functionName, trigger.id)
end
redis.call('DEL', KEYS[1])
for at = 4, #ARGV, 3 do
  local id, functionName, text = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  redis.call('HSET', ARGV[1] .. functionName, id, text)
  redis.call('HSET', KEYS[1], id, text)
end
if #ARGV > 3 then
  redis.call('SADD', KEYS[2], ARGV[2])
  redis.call('HSETNX', KEYS[3], 'watermarkMs', ARGV[3])
end
return before
