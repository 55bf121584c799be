-- Takes dead letters up again: one that failed runs once more as a new invocation, the old record
-- naming the new one; one whose end could not be reported is reported again.
-- Guarantee: each is taken up once; of a new invocation the old record tells the id in the same
-- step; where the queue is full nothing changes.
-- ARGV 1..7 bounds (see accepting.lua), 8..15 limits of what is kept, 16 function, then for each
--      +1 id, +2 id of the new invocation, +3 its cause (JSON), +4 turn token
-- Returns for each, in order,
--      {'redriven', '1' if the turn with this token must be given} or {'reported'}
--      or {'gone'}: it is no dead letter (any more)
--      or what accept.lua answers where it does not accept
local FIRST, FIELDS = 16, 4
local bounds, limits = bounds_at(1), limits_at(8)
local fn = ARGV[16]
local now = clock()

local function take_up(at)
  local id, new = ARGV[at + 1], ARGV[at + 2]
  local record = INVOCATION .. id
  if not redis.call('ZSCORE', DEAD_OF .. fn, id) then
    return { 'gone' }
  end
  local size = kept_size_of(record)
  local answer
  local state = redis.call('HGET', record, 'state')
  if state == 'succeeded' then
    -- To where the function wants it now: a wrong address may be why it is here.
    redis.call('HSET', record, 'to', destination(fn, state) or redis.call('HGET', record, 'to'))
    redis.call('HDEL', record, 'undelivered', 'deliveryError')
    hand_over(id, fn, now)
    add(open_change, size_of(record), 1)
    answer = { 'reported' }
  else
    local event = redis.call('HMGET', record, 'event', 'eventAt')
    local accepted = accept(bounds, now, new, fn, ARGV[at + 3], event[1] or event[2], not event[1], '',
      ARGV[at + 4], true)
    if type(accepted) == 'table' then
      return accepted
    end
    redis.call('HSET', record, 'redriven', new)
    -- The new one has it now.
    redis.call('HDEL', record, 'eventAt')
    close(id, fn, false)
    answer = { 'redriven', tostring(accepted) }
  end
  add(kept_change.dead, size, -1)
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
