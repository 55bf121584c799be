-- Ends a page of waiting invocations that are too old, and forgets finished ones past the limits.
-- Guarantee: bounded work; a running one is left to its claim and looked at again later.
-- ARGV 1 page size, 2..9 limits of what is kept
-- Returns how many were looked at
local LOOK_AGAIN_MS = 60000
local now = clock()
local ids = redis.call('ZRANGE', OPEN, '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
for _, id in ipairs(ids) do
  local field = redis.call('HMGET', INVOCATION .. id, 'state', 'fn')
  if field[1] == 'queued' then
    redis.call('LREM', READY .. field[2], 1, id)
    redis.call('ZREM', LATER .. field[2], id)
    expire(id, field[2], now)
  elseif field[1] == 'running' then
    redis.call('ZADD', OPEN, now + LOOK_AGAIN_MS, id)
  else
    redis.call('ZREM', OPEN, id)
  end
end
settle(limits_at(2), now)
return #ids
