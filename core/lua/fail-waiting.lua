-- Ends up to n waiting invocations of a function as failed: the function is gone.
-- Guarantee: each is ended once and never claimed; when none is left, the function has no backlog
-- and no turn.
-- ARGV 1 function, 2 n, 3 error (JSON), 4..11 limits of what is kept
-- Returns how many were ended; fewer than n: none is left
local fn, n = ARGV[1], tonumber(ARGV[2])
local now = clock()
local count, popped = 0, 0
while popped < n do
  local id = redis.call('LPOP', READY .. fn) or redis.call('ZPOPMIN', LATER .. fn)[1]
  if not id then
    redis.call('DEL', TURN .. fn)
    redis.call('SREM', BACKLOGS, fn)
    break
  end
  popped = popped + 1
  local record = INVOCATION .. id
  if redis.call('HGET', record, 'state') == 'queued' then
    finish(id, fn, 'failed', now, 'error', ARGV[3])
    count = count + 1
  end
end
settle(limits_at(4), now)
return { count, popped }
