-- Forgets dead letters of a function, records included.
-- Guarantee: only what is a dead letter now.
-- ARGV 1..6 limits of what is kept, 7 function, then ids
-- Returns how many were forgotten
local fn = ARGV[7]
local ids = {}
for i = 8, #ARGV do
  if redis.call('ZSCORE', DEAD_OF .. fn, ARGV[i]) then
    ids[#ids + 1] = ARGV[i]
  end
end
if #ids > 0 then
  forget(ids, fn)
  settle(limits_at(1), clock())
end
return #ids
