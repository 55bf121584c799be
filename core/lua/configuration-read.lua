-- Reads every function with its versions, what hangs on it, and its triggers, all as they are at one moment.
-- Returns a list: a definition, its versions, fields and values of what hangs on it, its triggers.
local stored = redis.call('HGETALL', FUNCTIONS)
local all = {}
for at = 1, #stored, 2 do
  local fn = stored[at]
  all[#all + 1] = {
    stored[at + 1],
    redis.call('HVALS', VERSIONS_OF .. fn),
    redis.call('HGETALL', ATTACHMENTS_OF .. fn),
    redis.call('HVALS', TRIGGERS_OF .. fn),
  }
end
return all
