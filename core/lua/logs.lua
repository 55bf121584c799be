-- Shared by the scripts of logs. A function's log is a stream of chunks; a chunk's id is the time at which
-- the log began and the number of its last line, so a line's place is found without looking through it.
-- Chunk: 'n' lines in it, 't' when it was kept, 'd' the lines.
-- State: epoch, next (number of the last line), lines, bytes, dropped, droppedUntil.

-- What a chunk costs Redis beside its bytes, about.
local CHUNK_COST = 100

local function chunk_of(entry)
  local fields = entry[2]
  return { id = entry[1], lines = tonumber(fields[2]), time = tonumber(fields[4]), bytes = #fields[6] + CHUNK_COST }
end

-- Forgets what a function's log takes, where the log is not there any more.
local function forget_log(fn)
  redis.call('DECRBY', LOG_TOTAL, redis.call('ZSCORE', LOG_BYTES, fn) or 0)
  redis.call('ZREM', LOG_BYTES, fn)
  redis.call('ZREM', LOG_DUE, fn)
end

local function oldest_chunk(fn)
  local entry = redis.call('XRANGE', LOG .. fn, '-', '+', 'COUNT', 1)[1]
  return entry and chunk_of(entry)
end

local function log_age(fn, age_ms)
  return tonumber(redis.call('HGET', LOG_RETENTION, fn) or age_ms)
end

-- Drops the oldest chunk; false where there is none.
local function drop_chunk(fn)
  local chunk = oldest_chunk(fn)
  if not chunk then
    forget_log(fn)
    return false
  end
  redis.call('XDEL', LOG .. fn, chunk.id)
  local state = LOG_STATE .. fn
  redis.call('HINCRBY', state, 'lines', -chunk.lines)
  redis.call('HINCRBY', state, 'bytes', -chunk.bytes)
  redis.call('HINCRBY', state, 'dropped', chunk.lines)
  redis.call('HSET', state, 'droppedUntil', string.format('%d', chunk.time))
  redis.call('ZINCRBY', LOG_BYTES, -chunk.bytes, fn)
  redis.call('DECRBY', LOG_TOTAL, chunk.bytes)
  return true
end

-- Drops what is too old, and notes when the next chunk will be. Not more than `most` chunks at once.
local function drop_old(fn, now, age_ms, most)
  local age = log_age(fn, age_ms)
  for _ = 1, most do
    local chunk = oldest_chunk(fn)
    if not chunk then
      forget_log(fn)
      return
    end
    if chunk.time + age > now then
      redis.call('ZADD', LOG_DUE, string.format('%d', chunk.time + age), fn)
      return
    end
    drop_chunk(fn)
  end
end
