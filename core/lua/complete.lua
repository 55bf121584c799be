-- Ends one attempt: the invocation becomes final, or waits for its next attempt.
-- Guarantee: of all who ever claimed it only the last one, and only once, changes anything; with
-- its attempt, result or due time written in the same step.
-- ARGV 1 id, 2 fence, 3 '1' if the lease must have run out, 4 next state ('queued': try again),
--      5 delay of the next attempt (ms), 6 end of the attempt's line (see invocation-record.ts),
--      7 counter to raise ('errors' | 'faults' | ''), 8 result or '', 9 error (JSON) or '',
--      10 executed version or '', 11 turn token, 12 life of the turn flag (ms),
--      13..15 limits of what is kept
-- Returns {'refused'}: the claim is not the caller's (any more)
--      or {'done', '1' if the turn with this token must be given, delay of the turn to give or -1}
local id, state, delay = ARGV[1], ARGV[4], tonumber(ARGV[5])
local ATTEMPTS_BYTES_MAX = 16384
local record = INVOCATION .. id
local field = redis.call('HMGET', record, 'state', 'fence', 'fn', 'started', 'attempts')
if field[1] ~= 'running' or field[2] ~= ARGV[2] then
  return { 'refused' }
end
local now = clock()
if ARGV[3] == '1' then
  local ends = redis.call('ZSCORE', CLAIMED, id)
  if ends and tonumber(ends) > now then
    return { 'refused' }
  end
end
local fn = field[3]

-- One line an attempt; when they grow too many, the oldest are dropped.
local attempts = '[' .. field[4] .. ',' .. string.format('%.0f', now) .. ',' .. ARGV[6]
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
redis.call('HSET', record, 'attempts', attempts)
if ARGV[7] ~= '' then
  redis.call('HINCRBY', record, ARGV[7], 1)
end
if ARGV[9] ~= '' then
  redis.call('HSET', record, 'error', ARGV[9])
end
if ARGV[10] ~= '' then
  redis.call('HSET', record, 'version', ARGV[10])
end
redis.call('ZREM', CLAIMED, id)

if state ~= 'queued' then
  if state == 'succeeded' then
    redis.call('HDEL', record, 'error')
    redis.call('HSET', record, 'result', ARGV[8])
  end
  finish(id, fn, state, now, { tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15]) })
  return { 'done', '0', -1 }
end

redis.call('HSET', record, 'state', 'queued')
redis.call('HDEL', record, 'owner', 'started')
redis.call('SADD', BACKLOGS, fn)
if delay > 0 then
  redis.call('ZADD', LATER .. fn, now + delay, id)
  return { 'done', '0', wake_at(fn, now + delay, now) }
end
redis.call('RPUSH', READY .. fn, id)
local given = redis.call('SET', TURN .. fn, 'w:' .. ARGV[11], 'NX', 'PX', ARGV[12])
return { 'done', given and '1' or '0', -1 }
