-- Reads a page of the standing claims, those first whose leases end first.
-- Guarantee: bounded work; a claim whose record is no longer running is dropped.
-- ARGV 1 offset, 2 page size
-- Returns {how many were looked at, {{id, function, fence, ms since its start, owner, age of the
--   event (ms), errors, faults, 1 if the lease has run out}, ...}}
local now = clock()
local last = tonumber(ARGV[1]) + tonumber(ARGV[2]) - 1
local page = redis.call('ZRANGE', CLAIMED, ARGV[1], last, 'WITHSCORES')
local claims = {}
for i = 1, #page, 2 do
  local id = page[i]
  local field = redis.call('HMGET', INVOCATION .. id, 'state', 'fn', 'fence', 'started', 'owner', 'at',
    'errors', 'faults')
  if field[1] == 'running' then
    claims[#claims + 1] = {
      id, field[2], field[3], now - tonumber(field[4]), field[5], now - tonumber(field[6]),
      field[7] or '0', field[8] or '0', tonumber(page[i + 1]) <= now and 1 or 0,
    }
  else
    redis.call('ZREM', CLAIMED, id)
  end
end
return { #page / 2, claims }
