-- Takes back an invocation that waits.
-- Guarantee: it is never claimed afterwards; a running or final one is left as it is.
-- ARGV 1 id, 2..9 limits of what is kept
-- Returns its state before, or '' if there is none
local id = ARGV[1]
local field = redis.call('HMGET', INVOCATION .. id, 'state', 'fn')
if not field[1] then
  return ''
end
if field[1] == 'queued' then
  redis.call('LREM', READY .. field[2], 1, id)
  redis.call('ZREM', LATER .. field[2], id)
  local now = clock()
  finish(id, field[2], 'cancelled', now)
  settle(limits_at(2), now)
end
return field[1]
