-- Writes the record of a new asynchronous invocation and queues it, all or nothing.
-- Guarantee: once this has answered, the event ends in exactly one final state; the same dedupe
-- source gives the same id for as long as its key lives; no cap is passed; whenever an event waits
-- and nobody has the function's turn, the caller is told to give it.
-- ARGV 1 id, 2 function, 3 cause (JSON), 4 event, 5 greatest age (ms), 6 dedupe source or '',
--      7 how long a dedupe source is known (ms), 8 cap of waiting events of the function,
--      9 cap of open events in all, 10 cap of their bytes in all, 11 turn token, 12 life of the
--      turn flag (ms), 13 '1' if the function must be known
-- Returns {'accepted' | 'duplicate', id, '1' if the turn with this token must be given}
--      or {'full', 'function' | 'events' | 'bytes'}
--      or {'unknown'}: there is no such function
local id, fn, event, source = ARGV[1], ARGV[2], ARGV[4], ARGV[6]
if ARGV[13] == '1' and redis.call('HEXISTS', FUNCTIONS, fn) == 0 then
  return { 'unknown' }
end
if source ~= '' then
  local made = redis.call('GET', DEDUPE .. source)
  if made then
    return { 'duplicate', made, '0' }
  end
end
local waiting = redis.call('LLEN', READY .. fn) + redis.call('ZCARD', LATER .. fn)
if waiting >= tonumber(ARGV[8]) then
  return { 'full', 'function' }
end
if redis.call('ZCARD', OPEN) >= tonumber(ARGV[9]) then
  return { 'full', 'events' }
end
if redis.call('HINCRBY', TOTALS, 'openBytes', #event) > tonumber(ARGV[10]) then
  redis.call('HINCRBY', TOTALS, 'openBytes', -#event)
  return { 'full', 'bytes' }
end

local now = clock()
local ends = now + tonumber(ARGV[5])
redis.call('HSET', INVOCATION .. id, 'v', 1, 'fn', fn, 'at', now, 'until', ends, 'cause', ARGV[3],
  'event', event, 'state', 'queued')
redis.call('ZADD', INVOCATIONS_OF .. fn, now, id)
redis.call('ZADD', OPEN, ends, id)
redis.call('RPUSH', READY .. fn, id)
redis.call('SADD', BACKLOGS, fn)
if source ~= '' then
  redis.call('SET', DEDUPE .. source, id, 'PX', ARGV[7])
end
local given = redis.call('SET', TURN .. fn, 'w:' .. ARGV[11], 'NX', 'PX', ARGV[12])
return { 'accepted', id, given and '1' or '0' }
