-- Forgets dead letters of a function, records included.
-- Guarantee: only what is a dead letter now.
-- ARGV 1..8 limits of what is kept, 9 function, then ids
-- Returns how many were forgotten
local fn = ARGV[9]
local ids = {}
for i = 10, #ARGV do
  if redis.call('ZSCORE', DEAD_OF .. fn, ARGV[i]) then
    ids[#ids + 1] = ARGV[i]
  end
end
if #ids > 0 then
  forget('dead', ids, fn)
  settle(limits_at(1), clock())
end
return #ids
