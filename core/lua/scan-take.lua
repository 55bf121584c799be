-- Gives the scan of a bucket to one scheduler, and says how far it is.
-- Guarantee: nobody else has it, until its lease ends or is given back.
-- ARGV 1 bucket, 2 token of the caller, 3 lease (ms)
-- Returns the fields and values of the scan's hash, or nil: another has it
local lease = OBJECT_SCAN_LEASE .. ARGV[1]
local holder = redis.call('GET', lease)
if holder and holder ~= ARGV[2] then
  return nil
end
redis.call('SET', lease, ARGV[2], 'PX', ARGV[3])
return redis.call('HGETALL', OBJECT_SCAN .. ARGV[1])
