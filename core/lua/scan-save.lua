-- Notes how far the scan of a bucket is, and keeps or gives back its lease.
-- Guarantee: only whoever has the lease changes anything, so that no scan goes backwards.
-- ARGV 1 bucket, 2 token of the caller, 3 lease (ms) or 0 to give it back, then fields of the hash,
--      each with its value behind it, '' to remove it
-- Returns 1, or 0: the lease is another's
local lease = OBJECT_SCAN_LEASE .. ARGV[1]
if redis.call('GET', lease) ~= ARGV[2] then
  return 0
end
local scan = OBJECT_SCAN .. ARGV[1]
for i = 4, #ARGV - 1, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', scan, ARGV[i])
  else
    redis.call('HSET', scan, ARGV[i], ARGV[i + 1])
  end
end
if ARGV[3] == '0' then
  redis.call('DEL', lease)
else
  redis.call('PEXPIRE', lease, ARGV[3])
end
return 1
