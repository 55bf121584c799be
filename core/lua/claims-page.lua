-- Reads a page of the standing claims, those first whose leases end first.
-- ARGV 1 '1' if only those whose lease has run out, 2 offset, 3 page size
-- Returns {{id, function, fence, started, owner, age (ms), errors, faults, until}, ...}; a claim
--   whose record is gone is dropped, and in the page an empty entry
local now = clock()
local last = ARGV[1] == '1' and now or '+inf'
local ids = redis.call('ZRANGE', CLAIMED, '-inf', last, 'BYSCORE', 'LIMIT', ARGV[2], ARGV[3])
local claims = {}
for i, id in ipairs(ids) do
  local field = redis.call('HMGET', INVOCATION .. id, 'state', 'fn', 'fence', 'started', 'owner', 'at',
    'errors', 'faults', 'until')
  if field[1] == 'running' then
    claims[i] = {
      id, field[2], field[3], field[4], field[5], now - tonumber(field[6]), field[7] or '0',
      field[8] or '0', field[9],
    }
  else
    redis.call('ZREM', CLAIMED, id)
    claims[i] = {}
  end
end
return claims
