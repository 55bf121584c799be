-- Shared by the scripts of the journal: synchronous invocations that have ended, one log a function,
-- and one over all. A log is cut into segments, oldest first, which are filled one after the other,
-- never changed, and dropped whole: so a place, `segment:index`, is good for as long as its segment.
-- Of each segment there are rows of ROW_BYTES to filter by, the entries themselves, and bodies where
-- a function wants them; and a mark, by which a segment is passed over that has nothing of what is
-- looked for. The log over all has the name '', and its entries are `function:segment:index`.

local ROW_BYTES = 12
-- What an entry costs besides its own bytes, as seen in Redis 7.
local ENTRY_BYTES = 190
-- One call drops about twice as many entries as it adds, and so many more; the sweep goes on with the rest.
local DROPPED_MIN = 1024
-- What dropping a segment costs at least, counted in entries.
local SEGMENT_COST = 8
-- Characters of an id that tell which hash it is in: few, so that many go into one in one command.
local ID_START = 1

local function whole(number)
  return string.format('%.0f', number)
end

-- The time (ms) in a row, by its first four bytes: seconds.
local function time_in(rows, at)
  local text = redis.call('GETRANGE', rows, at, at + 3)
  if #text < 4 then
    return 0
  end
  return struct.unpack('<I4', text) * 1000
end

local function ids_key(id)
  return JOURNAL_IDS .. string.sub(id, 1, ID_START)
end

-- Of `["id",…`. Plain searches: a pattern looks at each character by itself.
local function id_of(entry)
  return string.sub(entry, 3, string.find(entry, '"', 3, true) - 1)
end

local function count_total(count, bytes)
  redis.call('HINCRBY', JOURNAL_TOTALS, 'count', whole(count))
  redis.call('HINCRBY', JOURNAL_TOTALS, 'bytes', whole(bytes))
end

-- Forgets the ids of a function's segment.
local function forget_ids(fn, number)
  local gone = {}
  for _, entry in ipairs(redis.call('LRANGE', JOURNAL_ENTRIES .. fn .. ':' .. number, 0, -1)) do
    local id = id_of(entry)
    local key = ids_key(id)
    gone[key] = gone[key] or {}
    table.insert(gone[key], id)
  end
  for key, ids in pairs(gone) do
    redis.call('HDEL', key, unpack(ids))
  end
end

-- Drops the oldest segment of a log. Returns what that cost, in entries; nil where there was none.
local function drop_first(log)
  local meta = JOURNAL .. log
  local ends = redis.call('HMGET', meta, 'first', 'last')
  if not ends[1] then
    redis.call('ZREM', JOURNALS, log)
    return nil
  end
  local number = ends[1]
  local segment = log .. ':' .. number
  local count = redis.call('STRLEN', JOURNAL_ROWS .. segment) / ROW_BYTES
  local bytes = tonumber(redis.call('HGET', meta, 'bytes:' .. number) or 0)
  if log ~= '' then
    forget_ids(log, number)
    count_total(0 - count, 0 - bytes)
  end
  redis.call('UNLINK', JOURNAL_ROWS .. segment, JOURNAL_ENTRIES .. segment, JOURNAL_BODIES .. segment)
  redis.call('HDEL', JOURNAL_MARKS .. log, number)
  if number == ends[2] then
    redis.call('UNLINK', meta)
    redis.call('ZREM', JOURNALS, log)
    return math.max(count, SEGMENT_COST)
  end
  local next = whole(tonumber(number) + 1)
  redis.call('HSET', meta, 'first', next)
  redis.call('HDEL', meta, 'bytes:' .. number)
  redis.call('HINCRBY', meta, 'count', 0 - count)
  redis.call('HINCRBY', meta, 'bytes', 0 - bytes)
  if log ~= '' then
    redis.call('ZADD', JOURNALS, time_in(JOURNAL_ROWS .. log .. ':' .. next, -ROW_BYTES), log)
  end
  return math.max(count, SEGMENT_COST)
end

-- Whether a log is past `count` or `bytes` even without its oldest segment.
local function is_over(log, count, bytes)
  local meta = JOURNAL .. log
  local held = redis.call('HMGET', meta, 'first', 'count', 'bytes')
  if not held[1] then
    return false
  end
  local first = redis.call('STRLEN', JOURNAL_ROWS .. log .. ':' .. held[1]) / ROW_BYTES
  local first_bytes = tonumber(redis.call('HGET', meta, 'bytes:' .. held[1]) or 0)
  return held[2] - first >= count or held[3] - first_bytes >= bytes
end

-- The limits, as core/journal/journal-limits.ts gives them, from the argument at `at` on.
local function journal_limits(at)
  return {
    count = tonumber(ARGV[at]),
    bytes = tonumber(ARGV[at + 1]),
    ms = tonumber(ARGV[at + 2]),
    all_count = tonumber(ARGV[at + 3]),
    all_bytes = tonumber(ARGV[at + 4]),
    segment = tonumber(ARGV[at + 5]),
  }
end

-- Drops what is too old, or too much over all functions, oldest first, as long as that costs no more
-- than `budget`. Returns whether there may be more.
local function settle_journal(limits, now, budget)
  local function next_log()
    local oldest = redis.call('ZRANGE', JOURNALS, 0, 0, 'WITHSCORES')
    if oldest[1] then
      local held = redis.call('HMGET', JOURNAL_TOTALS, 'count', 'bytes')
      if tonumber(oldest[2]) < now - limits.ms
        or tonumber(held[1] or 0) > limits.all_count
        or tonumber(held[2] or 0) > limits.all_bytes then
        return oldest[1]
      end
    end
    local first = redis.call('HGET', JOURNAL, 'first')
    if first and (time_in(JOURNAL_ROWS .. ':' .. first, -ROW_BYTES) < now - limits.ms
      or is_over('', limits.all_count, math.huge)) then
      return ''
    end
  end
  while budget > 0 do
    local log = next_log()
    if not log then
      return false
    end
    budget = budget - (drop_first(log) or SEGMENT_COST)
  end
  return true
end
