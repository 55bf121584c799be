-- Puts a function with its triggers in the place of what there is of that name, whole or not at all.
-- KEYS: 1 functions, 2 function names, 3 function URLs, 4 triggers of the function, 5 event triggers,
--   6 notified buckets, then hashes by function name.
-- ARGV: 1 name, 2 definition, 3 expected revision id, or '' where there must be no such function,
--   4 url id or '', 5 what the keys of a bucket's triggers begin with, then for each hash the value, or '',
--   then of each trigger: id, trigger, type, bucket or ''.
-- Returns the triggers that were there and are not any more; 0 where the name is taken; -1 where the
-- revision is another one.
local name = ARGV[1]
local current = redis.call('HGET', KEYS[1], name)
if ARGV[3] == '' then
  if current then
    return 0
  end
elseif not current or cjson.decode(current).revisionId ~= ARGV[3] then
  return -1
end
local before = current and cjson.decode(current).urlId
if before and before ~= ARGV[4] then
  redis.call('HDEL', KEYS[3], before)
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[4], name)
end
for i = 7, #KEYS do
  local value = ARGV[i - 1]
  if value == '' then
    redis.call('HDEL', KEYS[i], name)
  else
    redis.call('HSET', KEYS[i], name, value)
  end
end
redis.call('HSET', KEYS[1], name, ARGV[2])
redis.call('ZADD', KEYS[2], 0, name)

local firstTrigger = #KEYS
local kept = {}
for at = firstTrigger, #ARGV, 4 do
  kept[ARGV[at]] = true
end
local gone = {}
for _, text in ipairs(redis.call('HVALS', KEYS[4])) do
  local trigger = cjson.decode(text)
  redis.call('HDEL', KEYS[4], trigger.id)
  redis.call('HDEL', KEYS[5], trigger.id)
  if trigger.type == 'object' then
    redis.call('HDEL', ARGV[5] .. trigger.bucket, trigger.id)
  end
  if not kept[trigger.id] then
    gone[#gone + 1] = text
  end
end
for at = firstTrigger, #ARGV, 4 do
  local id, text, type, bucket = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  redis.call('HSET', KEYS[4], id, text)
  if type == 'event' then
    redis.call('HSET', KEYS[5], id, text)
  elseif type == 'object' then
    redis.call('HSET', ARGV[5] .. bucket, id, text)
    redis.call('SADD', KEYS[6], bucket)
  end
end
return gone
