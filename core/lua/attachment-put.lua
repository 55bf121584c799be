-- Puts something that hangs on a function in the place of what was there, whole or not at all.
-- ARGV 1 function, 2 field, 3 value (JSON), 4 '' or what is there now: 'none', its revision id, or
--      'is:' and its very text,
--      5.. qualifiers that the function must have
-- Returns 'done', 'exists' (there is one), 'changed' (there is none, or of another revision),
--      or the first qualifier that is missing; '$LATEST' where there is no such function.
local fn, field, expected = ARGV[1], ARGV[2], ARGV[4]
for i = 5, #ARGV do
  if not has_qualifier(fn, ARGV[i]) then
    return ARGV[i]
  end
end
if not has_qualifier(fn, '$LATEST') then
  return '$LATEST'
end
local current = redis.call('HGET', ATTACHMENTS_OF .. fn, field)
if expected == 'none' and current then
  return 'exists'
end
local text = string.match(expected, '^is:(.*)$')
if text then
  if current ~= text then
    return 'changed'
  end
elseif expected ~= '' and expected ~= 'none' then
  if not current or cjson.decode(current).revisionId ~= expected then
    return 'changed'
  end
end
attach(fn, field, ARGV[3])
return 'done'
