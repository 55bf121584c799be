-- Ends attempts: each invocation becomes final, or waits for its next attempt.
-- Guarantee: of all who ever claimed one only the last one, and only once, changes anything; with
-- its attempt, result or due time written in the same step. Each ends or is refused by itself.
-- ARGV 1 life of the turn flag (ms), 2..9 limits of what is kept, then for each attempt
--      +1 id, +2 fence, +3 '1' if the lease must have run out, +4 next state ('queued': try again),
--      +5 delay of the next attempt (ms), +6 end of the attempt's line (see invocation-record.ts),
--      +7 counter to raise ('errors' | 'faults' | ''), +8 result or '', +9 error (JSON) or '',
--      +10 executed version or '', +11 turn token, +12 '1' if the result is a reference to where it lies,
--      +13 what is kept of the event behind the end (JSON) or ''
-- Returns for each, in order, {'refused'}: the claim is not the caller's (any more)
--      or {'done', '1' if the turn with this token must be given, delay of the turn to give or -1}
--      or {'handed'}: it is final, and waits in the outbox
--      or {'failed', why}: Redis refused a command for it
local FIRST, FIELDS = 9, 13
local ATTEMPTS_BYTES_MAX = 16384
local now = clock()

-- Claims that are over: only once the record says so, or nobody would look for them again.
local released = {}

local function complete(at)
  local id, state, delay = ARGV[at + 1], ARGV[at + 4], tonumber(ARGV[at + 5])
  local record = INVOCATION .. id
  local field = redis.call('HMGET', record, 'state', 'fence', 'fn', 'started', 'attempts')
  if field[1] ~= 'running' or field[2] ~= ARGV[at + 2] then
    return { 'refused' }
  end
  if ARGV[at + 3] == '1' then
    local ends = redis.call('ZSCORE', CLAIMED, id)
    if ends and tonumber(ends) > now then
      return { 'refused' }
    end
  end
  local fn = field[3]

  -- One line an attempt; when they grow too many, the oldest are dropped.
  local attempts = '[' .. field[4] .. ',' .. string.format('%.0f', now) .. ',' .. ARGV[at + 6]
  if field[5] then
    attempts = field[5] .. '\n' .. attempts
    while #attempts > ATTEMPTS_BYTES_MAX do
      local first_end = string.find(attempts, '\n', 1, true)
      if not first_end then
        break
      end
      attempts = string.sub(attempts, first_end + 1)
    end
  end
  local set = { 'attempts', attempts }
  local function also(name, value)
    if value ~= '' then
      set[#set + 1] = name
      set[#set + 1] = value
    end
  end
  also('error', ARGV[at + 9])
  also('version', ARGV[at + 10])
  if ARGV[at + 7] ~= '' then
    redis.call('HINCRBY', record, ARGV[at + 7], 1)
  end

  if state ~= 'queued' then
    also('kept', ARGV[at + 13])
    if state == 'succeeded' then
      local is_beside = ARGV[at + 12] == '1'
      set[#set + 1] = is_beside and 'resultAt' or 'result'
      set[#set + 1] = ARGV[at + 8]
      if is_beside then
        redis.call('SADD', PAYLOADS, string.match(ARGV[at + 8], ':(.*)$'))
      end
    end
    local is_handed = finish(id, fn, state, now, unpack(set))
    released[#released + 1] = id
    return is_handed and { 'handed' } or { 'done', '0', -1 }
  end

  redis.call('HSET', record, 'state', 'queued', unpack(set))
  released[#released + 1] = id
  redis.call('HDEL', record, 'owner', 'started')
  redis.call('SADD', BACKLOGS, fn)
  if delay > 0 then
    redis.call('ZADD', LATER .. fn, now + delay, id)
    return { 'done', '0', wake_at(fn, now + delay, now) }
  end
  redis.call('RPUSH', READY .. fn, id)
  local given = redis.call('SET', TURN .. fn, 'w:' .. ARGV[at + 11], 'NX', 'PX', ARGV[1])
  return { 'done', given and '1' or '0', -1 }
end

local answers = {}
for at = FIRST, #ARGV - FIELDS, FIELDS do
  answers[#answers + 1] = each(complete, at)
end
if #released > 0 then
  redis.call('ZREM', CLAIMED, unpack(released))
end
settle(limits_at(2), now)
return answers
