-- Adds synchronous invocations that have ended to the journal, in the order in which they are given.
-- Guarantee: an invocation is in its function's log, in the log over all and under its id in one step;
-- of a function that is gone nothing is kept. Past its limits a function's oldest go, segment by
-- segment: it keeps as many as its limit, and less than one segment more.
-- ARGV 1..6 limits (see journal.lua), 7 how many functions, then their names, then for each invocation
--      +1 place of its function among them, +2 row, +3 id, +4 entry (JSON), +5 bodies (JSON) or ''
-- Returns how many were added
local FIELDS = 5
local limits = journal_limits(1)
local functions = tonumber(ARGV[7])
local now = clock()

-- A segment ends when it is full, or has taken its share of the function's bytes or age.
local SHARE = 8
local function is_full(used, bytes, opened)
  return used >= limits.segment or bytes >= limits.bytes / SHARE or now - opened > limits.ms / SHARE
end

-- Adds to the end of a log; returns the place of each. `bytes` is what all of it takes.
local function append(log, rows, entries, bytes)
  local meta = JOURNAL .. log
  local held = redis.call('HMGET', meta, 'last', 'used', 'opened')
  local last, used, opened = tonumber(held[1]), tonumber(held[2]), tonumber(held[3])
  if not last then
    -- Never a number that was there before: places outlive their segments.
    last, used, opened = now, 0, now
    redis.call('HSET', meta, 'first', whole(last))
  end
  local held_bytes = tonumber(redis.call('HGET', meta, 'bytes:' .. whole(last)) or 0)
  local places, at = {}, 1
  while at <= #rows do
    if is_full(used, held_bytes, opened) then
      last, used, opened, held_bytes = last + 1, 0, now, 0
    end
    local number = whole(last)
    local to = math.min(#rows, at + limits.segment - used - 1)
    redis.call('APPEND', JOURNAL_ROWS .. log .. ':' .. number, table.concat(rows, '', at, to))
    redis.call('RPUSH', JOURNAL_ENTRIES .. log .. ':' .. number, unpack(entries, at, to))
    local share = math.floor(bytes * (to - at + 1) / #rows)
    redis.call('HINCRBY', meta, 'bytes:' .. number, share)
    redis.call('HINCRBY', meta, 'bytes', share)
    if log ~= '' then
      count_total(to - at + 1, share)
    end
    for i = at, to do
      places[i] = number .. ':' .. whole(used + i - at)
    end
    used = used + to - at + 1
    at = to + 1
  end
  redis.call('HSET', meta, 'last', whole(last), 'used', whole(used), 'opened', whole(opened))
  redis.call('HINCRBY', meta, 'count', #rows)
  if log ~= '' and redis.call('HGET', meta, 'first') == whole(last) then
    redis.call('ZADD', JOURNALS, now, log)
  end
  return places
end

local given = {}
for i = 1, functions do
  local name = ARGV[7 + i]
  if redis.call('HEXISTS', FUNCTIONS, name) == 1 then
    given[i] = { name = name, rows = {}, entries = {}, ids = {}, bodies = {}, bytes = 0 }
  end
end

local all = {}
for at = 7 + functions, #ARGV - FIELDS, FIELDS do
  local of = given[tonumber(ARGV[at + 1])]
  if of then
    local i = #of.rows + 1
    of.rows[i], of.ids[i], of.entries[i], of.bodies[i] = ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
    of.bytes = of.bytes + #ARGV[at + 4] + #ARGV[at + 5] + ENTRY_BYTES
    all[#all + 1] = { of, i }
  end
end

for _, of in pairs(given) do
  if #of.rows > 0 then
    of.places = append(of.name, of.rows, of.entries, of.bytes)
    for i, place in ipairs(of.places) do
      redis.call('HSET', ids_key(of.ids[i]), of.ids[i], of.name .. ':' .. place)
      if of.bodies[i] ~= '' then
        local segment, index = string.match(place, '^(%d+):(%d+)$')
        redis.call('HSET', JOURNAL_BODIES .. of.name .. ':' .. segment, index, of.bodies[i])
      end
    end
    local budget = 2 * #of.rows + DROPPED_MIN
    while budget > 0 and is_over(of.name, limits.count, limits.bytes) do
      budget = budget - drop_first(of.name)
    end
  end
end

local rows, places = {}, {}
for i, one in ipairs(all) do
  local of, at = one[1], one[2]
  rows[i], places[i] = of.rows[at], of.name .. ':' .. of.places[at]
end
if #rows > 0 then
  append('', rows, places, 0)
  settle_journal(limits, now, 2 * #rows + DROPPED_MIN)
end
return #rows
