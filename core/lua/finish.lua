-- Shared by the scripts that end invocations. `finish` gives a record its one final state; `settle`,
-- once at a script's end, files all that have ended, and forgets the oldest past the limits. Nothing
-- that is not final is ever forgotten.

-- What a kept record costs besides its payloads, as seen in Redis 7.
local RECORD_BYTES = 1000
-- For each that ends, and once more, so many old ones may go: one call's work is bounded, and what is
-- kept cannot outgrow its limit. The sweep goes on with the rest.
local FORGET_MAX = 20
-- Arguments of one command.
local UNPACK_MAX = 1000
-- Past a function's limit so many more are forgotten, so that it is not done for each single one.
local FORGET_AHEAD_MAX = 100

-- Ids that have ended in this script, by function, and what that changes of the totals.
local ended = {}
local open_bytes, kept_bytes = 0, 0

-- After `state`: more fields of the record to write in the same go, each with its value behind it.
local function finish(id, fn, state, now, ...)
  local record = INVOCATION .. id
  local event_bytes = redis.call('HSTRLEN', record, 'event')
  redis.call('HSET', record, 'state', state, 'ended', now, ...)
  -- A failed event may be wanted again; one that succeeded is not.
  if state == 'succeeded' then
    redis.call('HDEL', record, 'owner', 'started', 'event', 'error')
    kept_bytes = kept_bytes + redis.call('HSTRLEN', record, 'result') + RECORD_BYTES
  else
    redis.call('HDEL', record, 'owner', 'started')
    kept_bytes = kept_bytes + redis.call('HSTRLEN', record, 'error') + event_bytes + RECORD_BYTES
  end
  open_bytes = open_bytes - event_bytes
  ended[fn] = ended[fn] or {}
  table.insert(ended[fn], id)
end

local function expire(id, fn, now)
  redis.call('HSETNX', INVOCATION .. id, 'error',
    '{"errorType":"EventAgeExceeded","errorMessage":"Event grew too old before an attempt succeeded"}')
  finish(id, fn, 'expired', now)
end

local function payload_bytes(record)
  return redis.call('HSTRLEN', record, 'event')
    + redis.call('HSTRLEN', record, 'result')
    + redis.call('HSTRLEN', record, 'error')
    + RECORD_BYTES
end

-- Takes what is final of one function away; a part at a time, since `unpack` has an end.
local function forget(ids, fn)
  for first = 1, #ids, UNPACK_MAX do
    local part, records = {}, {}
    for i = first, math.min(first + UNPACK_MAX - 1, #ids) do
      local record = INVOCATION .. ids[i]
      part[#part + 1] = ids[i]
      records[#records + 1] = record
      kept_bytes = kept_bytes - payload_bytes(record)
    end
    redis.call('UNLINK', unpack(records))
    redis.call('ZREM', FINISHED, unpack(part))
    redis.call('ZREM', FINISHED_OF .. fn, unpack(part))
    redis.call('ZREM', INVOCATIONS_OF .. fn, unpack(part))
  end
end

-- Takes the first of these final records away, as long as `more()` says so; the ids are in FINISHED.
local function forget_while(more, ids)
  local by_function = {}
  local freed = 0
  for _, id in ipairs(ids) do
    if not more(freed) then
      break
    end
    local fn = redis.call('HGET', INVOCATION .. id, 'fn')
    if fn then
      by_function[fn] = by_function[fn] or {}
      table.insert(by_function[fn], id)
      freed = freed + payload_bytes(INVOCATION .. id)
    else
      redis.call('ZREM', FINISHED, id)
    end
  end
  for fn, some in pairs(by_function) do
    forget(some, fn)
  end
end

-- Files what has ended of a function, and forgets its oldest past `count`.
local function file(fn, ids, now, count)
  local scored = {}
  for _, id in ipairs(ids) do
    scored[#scored + 1] = now
    scored[#scored + 1] = id
  end
  redis.call('ZREM', OPEN, unpack(ids))
  redis.call('ZADD', FINISHED, unpack(scored))
  redis.call('ZADD', FINISHED_OF .. fn, unpack(scored))
  local surplus = redis.call('ZCARD', FINISHED_OF .. fn) - count
  if surplus > 0 then
    local ahead = math.min(FORGET_AHEAD_MAX, math.floor(count / 100))
    local last = math.min(surplus + ahead, #ids + FORGET_AHEAD_MAX) - 1
    forget(redis.call('ZRANGE', FINISHED_OF .. fn, 0, last), fn)
  end
end

-- limits: {count per function, age in ms, bytes in all}
local function settle(limits, now)
  local pages = 1
  for fn, ids in pairs(ended) do
    file(fn, ids, now, limits[1])
    pages = pages + #ids
  end
  local old = redis.call('ZRANGE', FINISHED, '-inf', now - limits[2], 'BYSCORE', 'LIMIT', 0, FORGET_MAX * pages)
  forget_while(function() return true end, old)
  local kept = tonumber(redis.call('HGET', TOTALS, 'keptBytes') or 0)
  local function is_over(freed)
    return kept + kept_bytes - freed > limits[3]
  end
  while pages > 0 and is_over(0) do
    local oldest = redis.call('ZRANGE', FINISHED, 0, FORGET_MAX - 1)
    if #oldest == 0 then
      break
    end
    forget_while(is_over, oldest)
    pages = pages - 1
  end
  if open_bytes ~= 0 then
    redis.call('HINCRBY', TOTALS, 'openBytes', open_bytes)
  end
  if kept_bytes ~= 0 then
    redis.call('HINCRBY', TOTALS, 'keptBytes', kept_bytes)
  end
end
