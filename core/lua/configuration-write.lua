-- Puts a function, with all that belongs to it, in the place of what there is of that name, whole or not at all.
-- ARGV 1 name, 2 definition, 3 expected revision id, or '' where there must be no such function,
--      4 versions: how many, then number and definition of each; then attachments: how many, then field
--      and value of each; then of each trigger: id, trigger, type, bucket or ''
-- Returns the triggers that were there and are not any more; 0 where the name is taken; -1 where the
-- revision is another one; or the name of a variable that is a secret of the function here.
local fn = ARGV[1]
local current = redis.call('HGET', FUNCTIONS, fn)
if ARGV[3] == '' then
  if current then
    return 0
  end
elseif not current or cjson.decode(current).revisionId ~= ARGV[3] then
  return -1
end
local secret = secret_among(fn, cjson.decode(ARGV[2]))
if secret then
  return secret
end
detach_all(fn)
redis.call('DEL', VERSIONS_OF .. fn)
redis.call('HSET', FUNCTIONS, fn, ARGV[2])
redis.call('ZADD', FUNCTION_NAMES, 0, fn)

local at = 4
local function each_pair(work)
  local last = at + 2 * tonumber(ARGV[at])
  for i = at + 1, last, 2 do
    work(ARGV[i], ARGV[i + 1])
  end
  at = last + 1
end
each_pair(function(number, text)
  redis.call('HSET', VERSIONS_OF .. fn, number, text)
end)
each_pair(function(field, text)
  attach(fn, field, text)
end)

local kept = {}
for i = at, #ARGV, 4 do
  kept[ARGV[i]] = true
end
local gone = {}
for _, text in ipairs(redis.call('HVALS', TRIGGERS_OF .. fn)) do
  local trigger = cjson.decode(text)
  redis.call('HDEL', TRIGGERS_OF .. fn, trigger.id)
  redis.call('HDEL', EVENT_TRIGGERS, trigger.id)
  if trigger.type == 'object' then
    redis.call('HDEL', OBJECT_TRIGGERS .. trigger.bucket, trigger.id)
  end
  if not kept[trigger.id] then
    gone[#gone + 1] = text
  end
end
for i = at, #ARGV, 4 do
  local id, text, type, bucket = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  redis.call('HSET', TRIGGERS_OF .. fn, id, text)
  if type == 'event' then
    redis.call('HSET', EVENT_TRIGGERS, id, text)
  elseif type == 'object' then
    redis.call('HSET', OBJECT_TRIGGERS .. bucket, id, text)
    redis.call('SADD', NOTIFIED_BUCKETS, bucket)
  end
end
return gone
