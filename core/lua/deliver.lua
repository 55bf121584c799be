-- Gives messages that are due to a scheduler, those of the functions first that wait longest.
-- Guarantee: until its lease ends nobody else gets the message; each time it has a fence of its own,
-- greater than all before. No function gets more than its share, so that a receiver that hangs
-- holds up no other.
-- ARGV 1 bytes in all at most, unless one message alone has more, 2 messages of one function at
--      most, 3 messages in all at most, 4 lease (ms), then functions with messages under way, each
--      with their number behind it
-- Returns {{id, fence, ms since it was handed over, function, state, destination (JSON), version,
--   end (ms), cause, attempts, event, result, error, where the event lies, where the result lies,
--   tries, bytes}, ...}
local FUNCTIONS_MAX = 200
local bytes_left, left = tonumber(ARGV[1]), tonumber(ARGV[3])
local now = clock()
local under_way = {}
for i = 5, #ARGV, 2 do
  under_way[ARGV[i]] = tonumber(ARGV[i + 1])
end

local messages = {}

local function take(fn, id)
  local record = INVOCATION .. id
  if redis.call('EXISTS', record) == 0 then
    redis.call('ZREM', OUTBOX_OF .. fn, id)
    return
  end
  local fence = redis.call('HINCRBY', record, 'deliveries', 1)
  local tries = redis.call('HINCRBY', record, 'tries', 1)
  local field = redis.call('HMGET', record, 'handed', 'state', 'to', 'version', 'ended', 'cause',
    'fence', 'event', 'result', 'error', 'eventAt', 'resultAt')
  local size = size_of(record)
  redis.call('ZADD', OUTBOX_OF .. fn, now + tonumber(ARGV[4]), id)
  messages[#messages + 1] = {
    id, fence, now - tonumber(field[1]), fn, field[2], field[3], field[4] or '', field[5], field[6],
    field[7] or '0', field[8] or '', field[9] or '', field[10] or '', field[11] or '', field[12] or '',
    tries, size[1] + size[2],
  }
  bytes_left = bytes_left - size[1] - size[2]
  left = left - 1
end

for _, fn in ipairs(redis.call('ZRANGE', OUTBOX, '-inf', now, 'BYSCORE', 'LIMIT', 0, FUNCTIONS_MAX)) do
  local share = math.min(left, tonumber(ARGV[2]) - (under_way[fn] or 0))
  if share > 0 and bytes_left > 0 then
    for _, id in ipairs(redis.call('ZRANGE', OUTBOX_OF .. fn, '-inf', now, 'BYSCORE', 'LIMIT', 0, share)) do
      if bytes_left > 0 then
        take(fn, id)
      end
    end
    redis.call('HSET', OUTBOX_SERVED, fn, now)
    reschedule(fn)
  end
end
return messages
