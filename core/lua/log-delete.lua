-- Takes a function's log away, and its retention with it.
-- ARGV 1 function
local fn = ARGV[1]
redis.call('DEL', LOG .. fn, LOG_STATE .. fn)
redis.call('HDEL', LOG_RETENTION, fn)
forget_log(fn)
return 1
