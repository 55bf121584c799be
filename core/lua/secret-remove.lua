-- Takes a secret of a function away.
-- ARGV 1 function, 2 name. Returns how many were there: 1 or 0.
local secrets = SECRETS_OF .. ARGV[1]
local removed = redis.call('HDEL', secrets, ARGV[2])
if redis.call('EXISTS', secrets) == 0 then
  redis.call('SREM', SECRET_FUNCTIONS, ARGV[1])
end
return removed
