-- Takes dead letters up again: one that failed runs once more as a new invocation, the old record
-- naming the new one; one whose end could not be reported is reported again.
-- Guarantee: each is taken up once; of a new invocation the old record tells the id in the same
-- step; where the queue is full nothing changes.
-- ARGV 1..6 bounds (see accepting.lua), 7..11 limits of what is kept, 12 function, then for each
--      +1 id, +2 id of the new invocation, +3 its cause (JSON), +4 turn token
-- Returns for each, in order,
--      {'redriven', '1' if the turn with this token must be given} or {'reported'}
--      or {'gone'}: it is no dead letter (any more)
--      or what accept.lua answers where it does not accept
local FIRST, FIELDS = 12, 4
local bounds, limits = bounds_at(1), limits_at(7)
local fn = ARGV[12]
local now = clock()

local function take_up(at)
  local id, new = ARGV[at + 1], ARGV[at + 2]
  local record = INVOCATION .. id
  if not redis.call('ZSCORE', DEAD_OF .. fn, id) then
    return { 'gone' }
  end
  local before = payload_bytes(record) + RECORD_BYTES
  local answer
  if redis.call('HGET', record, 'state') == 'succeeded' then
    redis.call('HDEL', record, 'undelivered')
    hand_over(id, fn, now)
    open_bytes = open_bytes + payload_bytes(record)
    answer = { 'reported' }
  else
    local event = redis.call('HGET', record, 'event')
    local accepted = accept(bounds, now, new, fn, ARGV[at + 3], event, '', ARGV[at + 4], true)
    if type(accepted) == 'table' then
      return accepted
    end
    redis.call('HSET', record, 'redriven', new)
    close(id, fn, 0, false)
    answer = { 'redriven', tostring(accepted) }
  end
  kept_bytes = kept_bytes - before
  redis.call('ZREM', DEAD, id)
  redis.call('ZREM', DEAD_OF .. fn, id)
  return answer
end

local answers = {}
for at = FIRST, #ARGV - FIELDS, FIELDS do
  answers[#answers + 1] = each(take_up, at)
end
count_accepted()
settle(limits, now)
return answers
