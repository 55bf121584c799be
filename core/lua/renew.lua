-- Puts off the end of the leases of running claims.
-- Guarantee: only a claim that still stands is renewed; one that was taken over stays lost.
-- ARGV 1 lease (ms), then id and fence of each claim
-- Returns the ids that are no longer the caller's
local now = clock()
local lost = {}
for i = 2, #ARGV, 2 do
  local id = ARGV[i]
  local field = redis.call('HMGET', INVOCATION .. id, 'state', 'fence')
  if field[1] == 'running' and field[2] == ARGV[i + 1] then
    redis.call('ZADD', CLAIMED, now + tonumber(ARGV[1]), id)
  else
    lost[#lost + 1] = id
  end
end
return lost
