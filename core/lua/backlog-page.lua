-- Reads a page of the functions that have waiting invocations, for the sweep.
-- Guarantee: bounded work; a function is dropped from the backlogs only if nothing waits.
-- ARGV 1 cursor, 2 page size
-- Returns {next cursor ('0': the end), {{function, turn flag or '', its life left (ms)}, ...}},
--   only functions that have something to claim now
local page = redis.call('SSCAN', BACKLOGS, ARGV[1], 'COUNT', ARGV[2])
local now = clock()
local functions = {}
for _, fn in ipairs(page[2]) do
  local ready = redis.call('LLEN', READY .. fn)
  local first = redis.call('ZRANGE', LATER .. fn, 0, 0, 'WITHSCORES')
  if ready == 0 and not first[1] then
    redis.call('SREM', BACKLOGS, fn)
  elseif ready > 0 or tonumber(first[2]) <= now then
    local flag = redis.call('GET', TURN .. fn)
    functions[#functions + 1] = { fn, flag or '', redis.call('PTTL', TURN .. fn) }
  end
end
return { page[1], functions }
