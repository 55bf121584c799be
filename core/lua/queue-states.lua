-- Tells of the queues of some targets how long they are.
-- Guarantee: bounded work, a few commands for each; a target without dead letters is dropped from those that
-- have some.
-- ARGV targets
-- Returns of each, in order, {ready, later, age of what is next in line (ready, or the next one due) in ms or -1, dead letters}
local now = clock()
local states = {}
for i, target in ipairs(ARGV) do
  local first = redis.call('LINDEX', READY .. target, 0)
  local due = redis.call('ZRANGE', LATER .. target, 0, 0)[1]
  local age = -1
  for _, id in ipairs({ first or '', due or '' }) do
    local at = id ~= '' and tonumber(redis.call('HGET', INVOCATION .. id, 'at'))
    if at then
      age = math.max(age, now - at)
    end
  end
  local dead = redis.call('ZCARD', DEAD_OF .. target)
  if dead == 0 then
    redis.call('SREM', DEAD_TARGETS, target)
  end
  states[i] = {
    redis.call('LLEN', READY .. target),
    redis.call('ZCARD', LATER .. target),
    age,
    dead,
  }
end
return states
