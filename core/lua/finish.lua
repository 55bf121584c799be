-- Shared by the scripts that end invocations. `finish` gives a record its one final state; from then
-- on it waits in the outbox where the function wants its end reported, else it is closed at once.
-- `settle`, once at a script's end, files all that were closed, and forgets the oldest past the
-- limits. What is not final, or not reported yet, is never forgotten.

-- What a kept record costs besides its payloads, as seen in Redis 7.
local RECORD_BYTES = 1000
-- For each that ends, and once more, so many old ones may go: one call's work is bounded, and what is
-- kept cannot outgrow its limit. The sweep goes on with the rest.
local FORGET_MAX = 20
-- Arguments of one command.
local UNPACK_MAX = 1000
-- Past a function's limit so many more are forgotten, so that it is not done for each single one.
local FORGET_AHEAD_MAX = 100

-- The two places of closed records: the usual one, and that of what somebody should look at.
local PLACES = {
  finished = { all = FINISHED, of = FINISHED_OF },
  dead = { all = DEAD, of = DEAD_OF },
}

-- Ends of one function that wait to be reported, and bytes of all that is open: past either, an end
-- is a dead letter at once, so that an endpoint that is down does not close the platform.
local OUTBOX_MAX = 10000
local OUTBOX_BYTES_MAX = 256 * 1024 * 1024

-- Ids that were closed in this script, by place and function, and what that changes of the totals.
local closed = { finished = {}, dead = {} }
local closed_count = 0
-- Each is {bytes in Redis, bytes of payloads that lie beside}.
local open_change = { 0, 0 }
local kept_change = { finished = { 0, 0 }, dead = { 0, 0 } }

local function add(sum, size, sign)
  sum[1] = sum[1] + sign * size[1]
  sum[2] = sum[2] + sign * size[2]
end

-- What the payloads of a record take, in the same two numbers.
local function size_of(record)
  local beside = redis.call('HMGET', record, 'eventAt', 'resultAt')
  return {
    redis.call('HSTRLEN', record, 'event')
      + redis.call('HSTRLEN', record, 'result')
      + redis.call('HSTRLEN', record, 'error')
      + redis.call('HSTRLEN', record, 'kept'),
    stored_size(beside[1]) + stored_size(beside[2]),
  }
end

local function kept_size_of(record)
  local size = size_of(record)
  size[1] = size[1] + RECORD_BYTES
  return size
end

-- The sweep removes what lies there.
local function let_go(record, ...)
  for _, reference in ipairs(redis.call('HMGET', record, ...)) do
    if reference then
      local name = string.match(reference, ':(.*)$')
      redis.call('SREM', PAYLOADS, name)
      redis.call('RPUSH', PAYLOADS_GONE, name)
    end
  end
end

local destinations = {}
-- Where such an end of the function is reported to, as JSON; false where it is not.
local function destination(fn, state)
  if state == 'cancelled' then
    return false
  end
  local hash = state == 'succeeded' and ON_SUCCESS or ON_FAILURE
  local known = destinations[hash .. fn]
  if known == nil then
    known = redis.call('HGET', hash, fn)
    destinations[hash .. fn] = known
  end
  return known
end

-- A function's place in the outbox is that of its first message, but behind all functions that have
-- waited since it was served last.
local function reschedule(fn)
  local first = redis.call('ZRANGE', OUTBOX_OF .. fn, 0, 0, 'WITHSCORES')
  if first[1] then
    local served = tonumber(redis.call('HGET', OUTBOX_SERVED, fn) or 0)
    redis.call('ZADD', OUTBOX, math.max(tonumber(first[2]), served), fn)
  else
    redis.call('ZREM', OUTBOX, fn)
    redis.call('HDEL', OUTBOX_SERVED, fn)
  end
end

-- Its score in OPEN keeps it counted as open, and never makes it too old.
local function hand_over(id, fn, now)
  redis.call('HSET', INVOCATION .. id, 'handed', now, 'tries', 0)
  redis.call('ZADD', OPEN, '+inf', id)
  redis.call('ZADD', OUTBOX_OF .. fn, now, id)
  redis.call('ZADD', OUTBOX, 'LT', now, fn)
end

-- Nothing more is to be done for it.
local function close(id, fn, is_dead)
  local record = INVOCATION .. id
  -- What is dead may be wanted again, with its event.
  if not is_dead then
    let_go(record, 'eventAt')
    redis.call('HDEL', record, 'event', 'eventAt')
  end
  local name = is_dead and 'dead' or 'finished'
  add(kept_change[name], kept_size_of(record), 1)
  local place = closed[name]
  place[fn] = place[fn] or {}
  table.insert(place[fn], id)
  closed_count = closed_count + 1
end

-- After `state`: more fields of the record to write in the same go, each with its value behind it.
-- Returns whether its end is to be reported.
local function finish(id, fn, state, now, ...)
  local record = INVOCATION .. id
  add(open_change, { redis.call('HSTRLEN', record, 'event'), stored_size(redis.call('HGET', record, 'eventAt')) }, -1)
  redis.call('HSET', record, 'state', state, 'ended', now, ...)
  redis.call('HDEL', record, 'owner', 'started')
  if state == 'succeeded' then
    redis.call('HDEL', record, 'error')
  end
  local to = destination(fn, state)
  if not to then
    close(id, fn, state == 'failed' or state == 'expired')
    return false
  end
  redis.call('HSET', record, 'to', to)
  local open = tonumber(redis.call('HGET', TOTALS, 'openBytes') or 0) + open_change[1]
  if redis.call('ZCARD', OUTBOX_OF .. fn) >= OUTBOX_MAX or open > OUTBOX_BYTES_MAX then
    redis.call('HSET', record, 'undelivered', now, 'deliveryError', 'Too many ends wait to be delivered')
    close(id, fn, true)
    return false
  end
  add(open_change, size_of(record), 1)
  hand_over(id, fn, now)
  return true
end

local function expire(id, fn, now)
  redis.call('HSETNX', INVOCATION .. id, 'error',
    '{"errorType":"EventAgeExceeded","errorMessage":"Event grew too old before an attempt succeeded"}')
  finish(id, fn, 'expired', now)
end

-- Takes closed records of one place and function away; a part at a time, since `unpack` has an end.
local function forget(name, ids, fn)
  for first = 1, #ids, UNPACK_MAX do
    local part, records = {}, {}
    for i = first, math.min(first + UNPACK_MAX - 1, #ids) do
      local record = INVOCATION .. ids[i]
      part[#part + 1] = ids[i]
      records[#records + 1] = record
      add(kept_change[name], kept_size_of(record), -1)
      let_go(record, 'eventAt', 'resultAt')
    end
    redis.call('UNLINK', unpack(records))
    redis.call('ZREM', PLACES[name].all, unpack(part))
    redis.call('ZREM', PLACES[name].of .. fn, unpack(part))
    redis.call('ZREM', INVOCATIONS_OF .. split_target(fn), unpack(part))
    redis.call('ZREM', INVOCATIONS, unpack(part))
  end
end

-- Takes the first of these closed records of a place away, as long as `more(freed)` says so.
local function forget_while(name, more, ids)
  local by_function = {}
  local freed = { 0, 0 }
  for _, id in ipairs(ids) do
    if not more(freed) then
      break
    end
    local fn = redis.call('HGET', INVOCATION .. id, 'fn')
    if fn then
      by_function[fn] = by_function[fn] or {}
      table.insert(by_function[fn], id)
      add(freed, kept_size_of(INVOCATION .. id), 1)
    else
      redis.call('ZREM', PLACES[name].all, id)
    end
  end
  for fn, some in pairs(by_function) do
    forget(name, some, fn)
  end
end

-- Files what was closed of a function, and forgets its oldest past `count`.
local function file(name, fn, ids, now, count)
  local place = PLACES[name]
  local scored = {}
  for _, id in ipairs(ids) do
    scored[#scored + 1] = now
    scored[#scored + 1] = id
  end
  redis.call('ZREM', OPEN, unpack(ids))
  redis.call('ZADD', place.all, unpack(scored))
  redis.call('ZADD', place.of .. fn, unpack(scored))
  if name == 'dead' then
    redis.call('SADD', DEAD_TARGETS, fn)
  end
  local surplus = redis.call('ZCARD', place.of .. fn) - count
  if surplus > 0 then
    local ahead = math.min(FORGET_AHEAD_MAX, math.floor(count / 100))
    local last = math.min(surplus + ahead, #ids + FORGET_AHEAD_MAX) - 1
    forget(name, redis.call('ZRANGE', place.of .. fn, 0, last), fn)
  end
end

-- The limits of what is kept, as core/invocations/queue-limits.ts gives them, from the argument at `at` on.
local function limits_at(at)
  local limits = {}
  for _, name in ipairs({ 'finished', 'dead' }) do
    limits[name] = {
      count = tonumber(ARGV[at]),
      ms = tonumber(ARGV[at + 1]),
      size = { tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]) },
    }
    at = at + 4
  end
  return limits
end

-- Forgets the oldest of a place past its age and size.
local function settle_place(name, limit, now)
  local place = PLACES[name]
  local pages = 1 + closed_count
  local old = redis.call('ZRANGE', place.all, '-inf', now - limit.ms, 'BYSCORE', 'LIMIT', 0,
    FORGET_MAX * pages)
  forget_while(name, function() return true end, old)
  local kept = redis.call('HMGET', TOTALS, name .. 'Bytes', name .. 'Stored')
  local change = kept_change[name]
  local function is_over(freed)
    return (kept[1] or 0) + change[1] - freed[1] > limit.size[1]
      or (kept[2] or 0) + change[2] - freed[2] > limit.size[2]
  end
  while pages > 0 and is_over({ 0, 0 }) do
    local oldest = redis.call('ZRANGE', place.all, 0, FORGET_MAX - 1)
    if #oldest == 0 then
      break
    end
    forget_while(name, is_over, oldest)
    pages = pages - 1
  end
end

local function count(name, change)
  for i, unit in ipairs({ 'Bytes', 'Stored' }) do
    if change[i] ~= 0 then
      redis.call('HINCRBY', TOTALS, name .. unit, change[i])
    end
  end
end

local function settle(limits, now)
  for name in pairs(PLACES) do
    for fn, ids in pairs(closed[name]) do
      file(name, fn, ids, now, limits[name].count)
    end
    settle_place(name, limits[name], now)
    count(name, kept_change[name])
  end
  count('open', open_change)
end
