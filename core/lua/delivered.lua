-- Ends an attempt to deliver a message.
-- Guarantee: of all who ever had the message only the last one, and only once, changes anything;
-- its record stays until it is delivered or dead.
-- ARGV 1..5 limits of what is kept, 6 id, 7 fence, 8 'delivered' | 'again' | 'dead',
--      9 delay of the next attempt (ms), 10 what went wrong or ''
-- Returns 1, or 0 where the message is not the caller's (any more)
local id, outcome = ARGV[6], ARGV[8]
local record = INVOCATION .. id
local field = redis.call('HMGET', record, 'fn', 'deliveries')
local fn = field[1]
if field[2] ~= ARGV[7] or not redis.call('ZSCORE', OUTBOX_OF .. fn, id) then
  return 0
end
local now = clock()
if ARGV[10] ~= '' then
  redis.call('HSET', record, 'deliveryError', ARGV[10])
end
if outcome == 'again' then
  redis.call('ZADD', OUTBOX_OF .. fn, now + tonumber(ARGV[9]), id)
  reschedule(fn)
  return 1
end
redis.call('HSET', record, outcome == 'dead' and 'undelivered' or 'delivered', now)
redis.call('ZREM', OUTBOX_OF .. fn, id)
reschedule(fn)
close(id, fn, payload_bytes(record), outcome == 'dead')
settle(limits_at(1), now)
return 1
