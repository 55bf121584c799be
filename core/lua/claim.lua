-- Gives up to n waiting invocations of a function to the holder of its turn, oldest first.
-- Guarantee: an invocation has one claim at most; every claim has a fence of its own, greater than
-- all before; an event that is too old is ended instead. The turn's flag is cleared in the same
-- step that finds nothing more to claim, so that no event can come between the two unseen.
-- ARGV 1 function, 2 n (0: only keep the turn), 3 owner (node/boot), 4 lease (ms), 5 turn token,
--      6 life of a held turn flag (ms), 7..14 limits of what is kept
-- Returns {'stale'}: the turn is somebody else's now
--      or {'claimed', waiting events left, delay of the turn to give (ms) or -1,
--          {{id, fence, age of the event (ms), errors, faults, cause, event, where it lies or ''}, ...}}
local fn, n, owner, token = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[5]
-- Events that are found cancelled or too old are no claims; this many are cleared away in one call.
local SKIP_MAX = 200
-- One answer carries about so many bytes of events, or one event.
local BYTES_MAX = 4 * 1024 * 1024
local DUE_MAX = 1000

local held = 'h:' .. owner .. '|' .. token
local flag = redis.call('GET', TURN .. fn)
if flag and flag ~= held and flag ~= 'w:' .. token then
  return { 'stale' }
end

local now = clock()
local due = redis.call('ZRANGE', LATER .. fn, '-inf', now, 'BYSCORE', 'LIMIT', 0, DUE_MAX)
if #due > 0 then
  redis.call('RPUSH', READY .. fn, unpack(due))
  redis.call('ZREM', LATER .. fn, unpack(due))
end

local claims = {}
local bytes = 0
local has_expired = false
local looks = n > 0 and n + SKIP_MAX or 0
while #claims < n and looks > 0 and bytes < BYTES_MAX do
  looks = looks - 1
  local id = redis.call('LPOP', READY .. fn)
  if not id then
    break
  end
  local record = INVOCATION .. id
  local field = redis.call('HMGET', record, 'state', 'until', 'at', 'errors', 'faults', 'cause', 'event',
    'eventAt')
  if field[1] == 'queued' then
    if tonumber(field[2]) <= now then
      expire(id, fn, now)
      has_expired = true
    else
      local fence = redis.call('HINCRBY', record, 'fence', 1)
      redis.call('HSET', record, 'state', 'running', 'owner', owner, 'started', now)
      redis.call('ZADD', CLAIMED, now + tonumber(ARGV[4]), id)
      claims[#claims + 1] = {
        id, fence, now - tonumber(field[3]), field[4] or '0', field[5] or '0', field[6],
        field[7] or '', field[8] or '',
      }
      bytes = bytes + #(field[7] or '')
    end
  end
end

local left = redis.call('LLEN', READY .. fn)
local wake = -1
if left > 0 then
  redis.call('SET', TURN .. fn, held, 'PX', ARGV[6])
else
  redis.call('DEL', TURN .. fn)
  local first = redis.call('ZRANGE', LATER .. fn, 0, 0, 'WITHSCORES')
  if first[2] then
    wake = wake_at(fn, tonumber(first[2]), now)
  else
    redis.call('SREM', BACKLOGS, fn)
  end
end
if has_expired then
  settle(limits_at(7), now)
end
return { 'claimed', left, wake, claims }
