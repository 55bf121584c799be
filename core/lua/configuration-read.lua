-- Reads what the platform is set up to do, all as it is at one moment.
-- Returns a list: functions, of each its definition, its versions, fields and values of what hangs on it, its
-- triggers; then layer versions; names of layers and the numbers that they gave last; then rules, schedules,
-- roles, policies, event source mappings; then functions that have secrets, and the names of these.
local stored = redis.call('HGETALL', FUNCTIONS)
local functions = {}
for at = 1, #stored, 2 do
  local fn = stored[at]
  functions[#functions + 1] = {
    stored[at + 1],
    redis.call('HVALS', VERSIONS_OF .. fn),
    redis.call('HGETALL', ATTACHMENTS_OF .. fn),
    redis.call('HVALS', TRIGGERS_OF .. fn),
  }
end
local layers = {}
for _, name in ipairs(redis.call('ZRANGE', LAYER_NAMES, 0, -1)) do
  for _, version in ipairs(redis.call('HVALS', LAYER .. name)) do
    layers[#layers + 1] = version
  end
end
local secrets = {}
for _, fn in ipairs(redis.call('SMEMBERS', SECRET_FUNCTIONS)) do
  secrets[#secrets + 1] = { fn, redis.call('HKEYS', SECRETS_OF .. fn) }
end
return {
  functions,
  layers,
  redis.call('HGETALL', LAYER_NUMBERS),
  redis.call('HVALS', RULES),
  redis.call('HVALS', SCHEDULES),
  redis.call('HVALS', ROLES),
  redis.call('HVALS', POLICIES),
  redis.call('HVALS', MAPPINGS),
  secrets,
}
