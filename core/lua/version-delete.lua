-- Takes a published version away, unless an alias points at it, with all that hangs on it.
-- ARGV 1 function, 2 number
-- Returns 'done', 'missing', or the name of an alias that points at it.
local fn, number = ARGV[1], ARGV[2]
local attached = redis.call('HGETALL', ATTACHMENTS_OF .. fn)
for i = 1, #attached, 2 do
  local alias = string.match(attached[i], '^alias:(.*)$')
  if alias then
    local points = cjson.decode(attached[i + 1])
    if points.functionVersion == number or points.weights[number] then
      return alias
    end
  end
end
if redis.call('HDEL', VERSIONS_OF .. fn, number) == 0 then
  return 'missing'
end
detach_all(fn, number)
return 'done'
