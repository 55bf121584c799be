-- Makes a function's turn one that waits in the queue.
-- Guarantee: only if the turn is still what the caller saw; so of several who want to give it, one
-- does.
-- ARGV 1 function, 2 flag that the caller saw, or '' for none, 3 turn token, 4 life of the flag (ms)
-- Returns 1 if the turn with this token must be given, else 0
local key = TURN .. ARGV[1]
if (redis.call('GET', key) or '') ~= ARGV[2] then
  return 0
end
redis.call('SET', key, 'w:' .. ARGV[3], 'PX', ARGV[4])
return 1
