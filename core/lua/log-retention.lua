-- Sets how long a function's lines are kept, and drops what is too old by it.
-- ARGV 1 function, 2 milliseconds, or '' for the platform's own age, 3 the platform's own age (ms)
local fn = ARGV[1]
if ARGV[2] == '' then
  redis.call('HDEL', LOG_RETENTION, fn)
else
  redis.call('HSET', LOG_RETENTION, fn, ARGV[2])
end
if redis.call('EXISTS', LOG .. fn) == 1 then
  local age = log_age(fn, tonumber(ARGV[3]))
  redis.call('PEXPIRE', LOG .. fn, string.format('%d', 2 * age))
  redis.call('PEXPIRE', LOG_STATE .. fn, string.format('%d', 2 * age))
  drop_old(fn, clock(), tonumber(ARGV[3]), 10000)
end
return 1
