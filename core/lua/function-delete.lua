-- Takes a function away, with its versions, aliases, addresses, secrets, statistics and all else that hangs on it.
-- ARGV 1 name
-- Returns the last definition and the targets by which it could be invoked, or nil where there was none.
local fn = ARGV[1]
local current = redis.call('HGET', FUNCTIONS, fn)
if not current then
  return nil
end
local targets = { fn }
for _, number in ipairs(redis.call('HKEYS', VERSIONS_OF .. fn)) do
  targets[#targets + 1] = target_of(fn, number)
end
for _, field in ipairs(redis.call('HKEYS', ATTACHMENTS_OF .. fn)) do
  local alias = string.match(field, '^alias:(.*)$')
  if alias then
    targets[#targets + 1] = target_of(fn, alias)
  end
end
detach_all(fn)
redis.call('DEL', VERSIONS_OF .. fn, STATISTICS .. fn, SECRETS_OF .. fn)
redis.call('SREM', SECRET_FUNCTIONS, fn)
redis.call('HDEL', FUNCTIONS, fn)
redis.call('ZREM', FUNCTION_NAMES, fn)
return { current, targets }
