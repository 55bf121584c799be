-- Ends an attempt to deliver a message.
-- Guarantee: of all who ever had the message only the last one, and only once, changes anything;
-- its record stays until it is delivered or dead.
-- ARGV 1..6 limits of what is kept, 7 id, 8 fence, 9 'delivered' | 'again' | 'dead',
--      10 delay of the next attempt (ms), 11 what went wrong or ''
-- Returns 1, or 0 where the message is not the caller's (any more)
local id, outcome = ARGV[7], ARGV[9]
local record = INVOCATION .. id
local field = redis.call('HMGET', record, 'fn', 'deliveries')
local fn = field[1]
if field[2] ~= ARGV[8] or not redis.call('ZSCORE', OUTBOX_OF .. fn, id) then
  return 0
end
local now = clock()
if ARGV[11] ~= '' then
  redis.call('HSET', record, 'deliveryError', ARGV[11])
end
if outcome == 'again' then
  redis.call('ZADD', OUTBOX_OF .. fn, now + tonumber(ARGV[10]), id)
  reschedule(fn)
  return 1
end
redis.call('HSET', record, outcome == 'dead' and 'undelivered' or 'delivered', now)
redis.call('ZREM', OUTBOX_OF .. fn, id)
reschedule(fn)
add(open_change, size_of(record), -1)
close(id, fn, outcome == 'dead')
settle(limits_at(1), now)
return 1
