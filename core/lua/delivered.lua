-- Ends an attempt to deliver a message.
-- Guarantee: of all who ever had the message only the last one, and only once, changes anything;
-- its record stays until it is delivered or dead.
-- ARGV 1..8 limits of what is kept, 9 id, 10 fence, 11 'delivered' | 'again' | 'dead',
--      12 delay of the next attempt (ms), 13 what went wrong or ''
-- Returns 1, or 0 where the message is not the caller's (any more)
local id, outcome = ARGV[9], ARGV[11]
local record = INVOCATION .. id
local field = redis.call('HMGET', record, 'fn', 'deliveries')
local fn = field[1]
if field[2] ~= ARGV[10] or not redis.call('ZSCORE', OUTBOX_OF .. fn, id) then
  return 0
end
local now = clock()
if ARGV[13] ~= '' then
  redis.call('HSET', record, 'deliveryError', ARGV[13])
end
if outcome == 'again' then
  redis.call('ZADD', OUTBOX_OF .. fn, now + tonumber(ARGV[12]), id)
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
