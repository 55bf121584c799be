-- Shared by the scripts that make invocations: `accept` writes one record and queues it, and
-- `count_accepted`, once at a script's end, adds what that took to the totals.

-- Bounds and lives, as core/invocations/invocation-store.ts gives them, from the argument at `at` on.
local function bounds_at(at)
  return {
    -- Greatest age (ms) of an event where the function has none of its own.
    age = ARGV[at],
    -- How long a dedupe source is known (ms).
    dedupe_ms = ARGV[at + 1],
    waiting = tonumber(ARGV[at + 2]),
    open = tonumber(ARGV[at + 3]),
    bytes = tonumber(ARGV[at + 4]),
    -- Of payloads that lie beside the records.
    stored = tonumber(ARGV[at + 5]),
    turn_ms = ARGV[at + 6],
  }
end

local accepted_bytes, accepted_stored = 0, 0
local before = redis.call('HMGET', TOTALS, 'openBytes', 'openStored')
local open_count = redis.call('ZCARD', OPEN)

-- What is the same for all of a function's events of one call is looked at once.
local seen = {}
local function state_of(fn, bounds)
  local state = seen[fn]
  if not state then
    state = {
      exists = has_qualifier(split_target(fn)),
      later = redis.call('ZCARD', LATER .. fn),
      ready = redis.call('LLEN', READY .. fn),
      age = tonumber(redis.call('HGET', EVENT_AGES, fn) or bounds.age),
    }
    seen[fn] = state
  end
  return state
end

-- event: its bytes, or with `beside` the reference to where they lie. source: dedupe source or ''.
-- Returns 1 if it is accepted and the turn with this token must be
-- given, 0 if it is just accepted, or why not, as accept.lua answers it.
local function accept(bounds, now, id, fn, cause, event, beside, source, token, must_exist)
  local state = state_of(fn, bounds)
  if must_exist and not state.exists then
    return { 'unknown' }
  end
  if source ~= '' then
    local made = redis.call('GET', DEDUPE .. source)
    if made then
      return { 'duplicate', made }
    end
  end
  if state.ready + state.later >= bounds.waiting then
    return { 'full', 'function' }
  end
  if open_count >= bounds.open then
    return { 'full', 'events' }
  end
  local bytes, stored = beside and 0 or #event, beside and stored_size(event) or 0
  if (before[1] or 0) + accepted_bytes + bytes > bounds.bytes then
    return { 'full', 'bytes' }
  end
  if stored > 0 and (before[2] or 0) + accepted_stored + stored > bounds.stored then
    return { 'full', 'stored' }
  end
  local ends = now + state.age

  redis.call('HSET', INVOCATION .. id, 'v', 1, 'fn', fn, 'at', now, 'until', ends, 'cause', cause,
    beside and 'eventAt' or 'event', event, 'state', 'queued')
  accepted_bytes, accepted_stored = accepted_bytes + bytes, accepted_stored + stored
  if beside then
    redis.call('SADD', PAYLOADS, string.match(event, ':(.*)$'))
  end
  redis.call('ZADD', INVOCATIONS_OF .. split_target(fn), now, id)
  redis.call('ZADD', INVOCATIONS, now, id)
  open_count = open_count + redis.call('ZADD', OPEN, ends, id)
  state.ready = redis.call('RPUSH', READY .. fn, id)
  if source ~= '' then
    redis.call('SET', DEDUPE .. source, id, 'PX', bounds.dedupe_ms)
  end
  if state.announced then
    return 0
  end
  redis.call('SADD', BACKLOGS, fn)
  local given = redis.call('SET', TURN .. fn, 'w:' .. token, 'NX', 'PX', bounds.turn_ms)
  state.announced = true
  return given and 1 or 0
end

local function count_accepted()
  if accepted_bytes > 0 then
    redis.call('HINCRBY', TOTALS, 'openBytes', accepted_bytes)
  end
  if accepted_stored > 0 then
    redis.call('HINCRBY', TOTALS, 'openStored', accepted_stored)
  end
end
