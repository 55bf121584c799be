-- Adds synchronous invocations that have ended to the journal, in the order in which they are given.
-- Guarantee: an invocation is in its function's log, in the log over all and under its id in one step;
-- of a function that is gone, or is another one of that name by now, nothing is kept. A batch that was
-- taken before adds nothing. Past its limits a function's oldest go, segment by
-- segment: it keeps as many as its limit, and less than one segment more.
-- ARGV 1 writer, 2 number of its batch, 3 how long the writer is remembered (ms), 4..9 limits (see journal.lua),
--      10 how many functions, then name and time of creation of each, then
--      +1 of each invocation, one after the other: place of its function among them (2 bytes), its mark (4), its row,
--      +2 their entries (JSON), a line each, then for each whose bodies are kept, its place among all, and they (JSON)
-- Returns how many were added
-- Few arguments and few commands, whatever their length: what each of them costs would be paid by every call.
if was_taken(ARGV[1], ARGV[2], ARGV[3]) then
  return 0
end
local limits = journal_limits(4)
local functions = tonumber(ARGV[10])
local now = clock()

-- A segment ends when it is full, or has taken its share of the function's bytes or age.
local SHARE = 8
local function is_full(used, bytes, opened)
  return used >= limits.segment or bytes >= limits.bytes / SHARE or now - opened > limits.ms / SHARE
end

-- A mark: all bits of the segment's invocations, and the second of the first.
local function mark(log, number, bits, first_row)
  local key = JOURNAL_MARKS .. log
  local held = redis.call('HGET', key, number)
  if not held then
    redis.call('HSET', key, number, whole(bits) .. ':' .. whole(struct.unpack('<I4', first_row)))
    return
  end
  local before, second = string.match(held, '^(-?%d+):(%d+)$')
  local both = bit.bor(tonumber(before), bits)
  if both ~= tonumber(before) then
    redis.call('HSET', key, number, whole(both) .. ':' .. second)
  end
end

-- Adds to the end of a log; returns the place of each, the log's name before it, and whether it may be past its limits.
-- `bytes` is what all of it takes.
local function append(log, rows, entries, marks, bytes)
  local meta = JOURNAL .. log
  local held = redis.call('HMGET', meta, 'first', 'last', 'used', 'opened', 'count', 'bytes')
  local first, last, used, opened = tonumber(held[1]), tonumber(held[2]), tonumber(held[3]), tonumber(held[4])
  local count, all_bytes = tonumber(held[5] or 0) + #rows, tonumber(held[6] or 0) + bytes
  if not last then
    -- Never a number that was there before: places outlive their segments, and no log gets a thousand
    -- segments in a millisecond.
    first, last, used, opened = now * 1000, now * 1000, 0, now
  end
  local held_bytes = tonumber(redis.call('HGET', meta, 'bytes:' .. whole(last)) or 0)
  local set = {}
  local places, at = {}, 1
  while at <= #rows do
    if is_full(used, held_bytes, opened) then
      last, used, opened, held_bytes = last + 1, 0, now, 0
    end
    local number = whole(last)
    local to = math.min(#rows, at + limits.segment - used - 1)
    redis.call('APPEND', JOURNAL_ROWS .. log .. ':' .. number, table.concat(rows, '', at, to))
    redis.call('RPUSH', JOURNAL_ENTRIES .. log .. ':' .. number, unpack(entries, at, to))
    local bits = 0
    local prefix, offset = log .. ':' .. number .. ':', used - at
    for i = at, to do
      places[i] = prefix .. (offset + i)
      bits = bit.bor(bits, marks[i])
    end
    mark(log, number, bits, rows[at])
    held_bytes = held_bytes + math.floor(bytes * (to - at + 1) / #rows)
    set[#set + 1] = 'bytes:' .. number
    set[#set + 1] = whole(held_bytes)
    used = used + to - at + 1
    at = to + 1
  end
  redis.call('HSET', meta, 'first', whole(first), 'last', whole(last), 'used', whole(used), 'opened',
    whole(opened), 'count', whole(count), 'bytes', whole(all_bytes), unpack(set))
  if log ~= '' and first == last then
    redis.call('ZADD', JOURNALS, now, log)
  end
  return places, count > limits.count or all_bytes > limits.bytes
end

-- Decoding a definition would cost as much as an entry.
local function is_still(name, created_at)
  local definition = redis.call('HGET', FUNCTIONS, name)
  return definition and string.find(definition, '"createdAt":"' .. created_at .. '"', 1, true)
end

local given = {}
for i = 1, functions do
  local name = ARGV[9 + 2 * i]
  if is_still(name, ARGV[10 + 2 * i]) then
    given[i] = { name = name, rows = {}, entries = {}, bodies = {}, marks = {}, bytes = 0 }
  end
end

local at = 10 + 2 * functions
local head, entries = ARGV[at + 1], ARGV[at + 2]
local bodies = {}
for i = at + 3, #ARGV, 2 do
  bodies[tonumber(ARGV[i])] = ARGV[i + 1]
end

local all = {}
local added_bytes = 0
local from, begin, number = 1, 1, 0
while begin <= #entries do
  local place, bits, row
  place, bits, row, from = struct.unpack('<I2I4c12', head, from)
  local ends = string.find(entries, '\n', begin, true) or #entries + 1
  local entry = string.sub(entries, begin, ends - 1)
  begin = ends + 1
  number = number + 1
  local of = given[place]
  if of then
    local i = #of.rows + 1
    local body = bodies[number]
    of.rows[i], of.entries[i], of.marks[i] = row, entry, bits
    of.bodies[i] = body
    of.bytes = of.bytes + #entry + (body and #body or 0) + ENTRY_BYTES
    all[#all + 1] = { of, i }
  end
end

-- Ids of all functions, by the hash that has them.
local located = {}
local function locate(id, where)
  local key = ids_key(id)
  local pairs_of = located[key] or {}
  located[key] = pairs_of
  pairs_of[#pairs_of + 1] = id
  pairs_of[#pairs_of + 1] = where
end

for _, of in pairs(given) do
  if #of.rows > 0 then
    of.places, of.may_be_over = append(of.name, of.rows, of.entries, of.marks, of.bytes)
    added_bytes = added_bytes + of.bytes
    for i, place in ipairs(of.places) do
      locate(id_of(of.entries[i]), place)
      if of.bodies[i] then
        local segment, index = string.match(place, '^(.*):(%d+)$')
        redis.call('HSET', JOURNAL_BODIES .. segment, index, of.bodies[i])
      end
    end
  end
end
for key, some in pairs(located) do
  redis.call('HSET', key, unpack(some))
end
for _, of in pairs(given) do
  local budget = 2 * #of.rows + DROPPED_MIN
  while of.may_be_over and budget > 0 and is_over(of.name, limits.count, limits.bytes) do
    budget = budget - drop_first(of.name)
  end
end

local rows, places, marks = {}, {}, {}
for i, one in ipairs(all) do
  local of, at = one[1], one[2]
  rows[i], places[i], marks[i] = of.rows[at], of.places[at], of.marks[at]
end
if #rows > 0 then
  append('', rows, places, marks, 0)
  count_total(#rows, added_bytes)
  settle_journal(limits, now, 2 * #rows + DROPPED_MIN)
end
return #rows
