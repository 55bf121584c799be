-- Writes the records of new asynchronous invocations and queues them, all of each in one step.
-- Guarantee: once this has answered, the event ends in exactly one final state; the same dedupe
-- source gives the same id for as long as its key lives; no cap is passed; whenever an event waits
-- and nobody has the function's turn, the caller is told to give it.
-- ARGV 1 greatest age (ms) where the function has none of its own, 2 how long a dedupe source is known (ms), 3 cap of waiting events of a
--      function, 4 cap of open events in all, 5 cap of their bytes in all, 6 life of the turn flag
--      (ms), then for each event
--      +1 id, +2 function, +3 cause (JSON), +4 event, +5 dedupe source or '', +6 turn token,
--      +7 '1' if the function must be known
-- Returns for each, in order,
--      1 if it is accepted and the turn with this token must be given, 0 if it is just accepted
--      or {'duplicate', id}
--      or {'full', 'function' | 'events' | 'bytes'}
--      or {'unknown'}: there is no such function
--      or {'failed', why}: Redis refused a command for it
local FIRST, FIELDS = 6, 7
local waiting_max, open_max, bytes_max = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local now = clock()
local open_bytes = tonumber(redis.call('HGET', TOTALS, 'openBytes') or 0)
local new_bytes = 0

-- What is the same for all of a function's events of this call is looked at once.
local seen = {}
local function state_of(fn)
  local state = seen[fn]
  if not state then
    state = {
      exists = redis.call('HEXISTS', FUNCTIONS, fn) == 1,
      later = redis.call('ZCARD', LATER .. fn),
      ready = redis.call('LLEN', READY .. fn),
      age = tonumber(redis.call('HGET', EVENT_AGES, fn) or ARGV[1]),
    }
    seen[fn] = state
  end
  return state
end

local open = redis.call('ZCARD', OPEN)

local function accept(at)
  local id, fn, event, source = ARGV[at + 1], ARGV[at + 2], ARGV[at + 4], ARGV[at + 5]
  local state = state_of(fn)
  if ARGV[at + 7] == '1' and not state.exists then
    return { 'unknown' }
  end
  if source ~= '' then
    local made = redis.call('GET', DEDUPE .. source)
    if made then
      return { 'duplicate', made }
    end
  end
  if state.ready + state.later >= waiting_max then
    return { 'full', 'function' }
  end
  if open >= open_max then
    return { 'full', 'events' }
  end
  if open_bytes + new_bytes + #event > bytes_max then
    return { 'full', 'bytes' }
  end
  local ends = now + state.age

  redis.call('HSET', INVOCATION .. id, 'v', 1, 'fn', fn, 'at', now, 'until', ends, 'cause',
    ARGV[at + 3], 'event', event, 'state', 'queued')
  new_bytes = new_bytes + #event
  redis.call('ZADD', INVOCATIONS_OF .. fn, now, id)
  open = open + redis.call('ZADD', OPEN, ends, id)
  state.ready = redis.call('RPUSH', READY .. fn, id)
  if source ~= '' then
    redis.call('SET', DEDUPE .. source, id, 'PX', ARGV[2])
  end
  if state.announced then
    return 0
  end
  redis.call('SADD', BACKLOGS, fn)
  local given = redis.call('SET', TURN .. fn, 'w:' .. ARGV[at + 6], 'NX', 'PX', ARGV[6])
  state.announced = true
  return given and 1 or 0
end

local answers = {}
for at = FIRST, #ARGV - FIELDS, FIELDS do
  answers[#answers + 1] = each(accept, at)
end
if new_bytes > 0 then
  redis.call('HINCRBY', TOTALS, 'openBytes', new_bytes)
end
return answers
