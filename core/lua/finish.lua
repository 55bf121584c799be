-- Shared by the scripts that end invocations. `finish` gives a record its one final state;
-- `forget_past`, once at a script's end, forgets the oldest finished ones past the limits. Nothing
-- that is not final is ever forgotten.

-- What a kept record costs besides its payloads, as seen in Redis 7.
local RECORD_BYTES = 1000
-- Bounds the work of one call; the sweep goes on with the rest.
local FORGET_MAX = 20


-- What the script has changed of the totals so far; `forget_past` writes it.
local open_bytes, kept_bytes = 0, 0

local function payload_bytes(record)
  return redis.call('HSTRLEN', record, 'event')
    + redis.call('HSTRLEN', record, 'result')
    + redis.call('HSTRLEN', record, 'error')
    + RECORD_BYTES
end

local function forget(id, fn)
  local record = INVOCATION .. id
  kept_bytes = kept_bytes - payload_bytes(record)
  redis.call('UNLINK', record)
  redis.call('ZREM', FINISHED, id)
  redis.call('ZREM', FINISHED_OF .. fn, id)
  redis.call('ZREM', INVOCATIONS_OF .. fn, id)
end

local function forget_oldest(id)
  local fn = redis.call('HGET', INVOCATION .. id, 'fn')
  if fn then
    forget(id, fn)
  else
    redis.call('ZREM', FINISHED, id)
  end
end

-- limits: {count per function, age in ms, bytes in all}. `ended`: how many the script has ended.
local function forget_past(limits, now, ended)
  redis.call('HINCRBY', TOTALS, 'openBytes', open_bytes)
  local before = tonumber(redis.call('HGET', TOTALS, 'keptBytes') or 0)
  local most = FORGET_MAX + ended
  local old = redis.call('ZRANGE', FINISHED, '-inf', now - limits[2], 'BYSCORE', 'LIMIT', 0, most)
  for _, id in ipairs(old) do
    forget_oldest(id)
  end
  while before + kept_bytes > limits[3] and most > 0 do
    local oldest = redis.call('ZRANGE', FINISHED, 0, 0)[1]
    if not oldest then
      break
    end
    forget_oldest(oldest)
    most = most - 1
  end
  redis.call('HINCRBY', TOTALS, 'keptBytes', kept_bytes)
end

-- After `limits`: more fields of the record to write in the same go, each with its value behind it.
local function finish(id, fn, state, now, limits, ...)
  local record = INVOCATION .. id
  open_bytes = open_bytes - redis.call('HSTRLEN', record, 'event')
  redis.call('HSET', record, 'state', state, 'ended', now, ...)
  -- A failed event may be wanted again; one that succeeded is not.
  if state == 'succeeded' then
    redis.call('HDEL', record, 'owner', 'started', 'event', 'error')
  else
    redis.call('HDEL', record, 'owner', 'started')
  end
  redis.call('ZREM', OPEN, id)
  kept_bytes = kept_bytes + payload_bytes(record)
  redis.call('ZADD', FINISHED, now, id)
  redis.call('ZADD', FINISHED_OF .. fn, now, id)
  local surplus = redis.call('ZCARD', FINISHED_OF .. fn) - limits[1]
  if surplus > 0 then
    local oldest = redis.call('ZRANGE', FINISHED_OF .. fn, 0, math.min(surplus, FORGET_MAX) - 1)
    for _, old in ipairs(oldest) do
      forget(old, fn)
    end
  end
end

local function expire(id, fn, now, limits)
  redis.call('HSETNX', INVOCATION .. id, 'error',
    '{"errorType":"EventAgeExceeded","errorMessage":"Event grew too old before an attempt succeeded"}')
  finish(id, fn, 'expired', now, limits)
end
