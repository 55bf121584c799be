-- Gives messages that are due to a scheduler, those of the functions first that wait longest.
-- Guarantee: until its lease ends nobody else gets the message; each time it has a fence of its own,
-- greater than all before. No function gets more than its share, so that a receiver that hangs
-- holds up no other.
-- ARGV 1 messages in all at most, 2 messages of one function at most, 3 lease (ms),
--      then functions that have their share already
-- Returns {{id, fence, ms since it was handed over, function, state, destination (JSON), version,
--   end (ms), cause, attempts, event, result, error, where the event lies, where the result lies}, ...}
local FUNCTIONS_MAX = 200
local BYTES_MAX = 4 * 1024 * 1024
local left = tonumber(ARGV[1])
local now = clock()
local busy = {}
for i = 4, #ARGV do
  busy[ARGV[i]] = true
end

local messages = {}
local bytes = 0
for _, fn in ipairs(redis.call('ZRANGE', OUTBOX, '-inf', now, 'BYSCORE', 'LIMIT', 0, FUNCTIONS_MAX)) do
  if left <= 0 or bytes > BYTES_MAX then
    break
  end
  if not busy[fn] then
    local share = math.min(left, tonumber(ARGV[2]))
    local due = redis.call('ZRANGE', OUTBOX_OF .. fn, '-inf', now, 'BYSCORE', 'LIMIT', 0, share)
    for _, id in ipairs(due) do
      local record = INVOCATION .. id
      local fence = redis.call('HINCRBY', record, 'deliveries', 1)
      local field = redis.call('HMGET', record, 'handed', 'state', 'to', 'version', 'ended', 'cause',
        'fence', 'event', 'result', 'error', 'eventAt', 'resultAt')
      redis.call('ZADD', OUTBOX_OF .. fn, now + tonumber(ARGV[3]), id)
      messages[#messages + 1] = {
        id, fence, now - tonumber(field[1]), fn, field[2], field[3], field[4] or '', field[5], field[6],
        field[7] or '0', field[8] or '', field[9] or '', field[10] or '',
        field[11] or '', field[12] or '',
      }
      bytes = bytes + size_of(record)[1]
      left = left - 1
    end
    reschedule(fn)
    -- Behind those that have waited as long and got nothing yet.
    redis.call('ZADD', OUTBOX, 'XX', 'GT', now, fn)
  end
end
return messages
