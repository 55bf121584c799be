-- Takes away something that hangs on a function; with an alias, all that hangs on that.
-- ARGV 1 function, 2 field. Returns what was there, or nil.
local fn, field = ARGV[1], ARGV[2]
local text = detach(fn, field)
local alias = string.match(field, '^alias:(.*)$')
if text and alias then
  detach_all(fn, alias)
end
return text
