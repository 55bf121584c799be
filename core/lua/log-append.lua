-- Adds lines to a function's log, tells those who listen, and drops what is over the limits. Of a function that is
-- gone nothing is kept: its last invocations end after it.
-- ARGV 1 function, 2 lines kept, 3 bytes kept, 4 age kept (ms), 5 bytes kept of all functions,
--      6 who writes, 7 number of this batch, 8 lines that were dropped on the way, before these; then of each
--      chunk: lines in it, its text
-- Guarantee: of one writer a batch is added once, however often it comes within ten minutes.
-- Guarantee: of one function at least the lines of ARGV 2 are kept, and less than one chunk more, as far as
-- bytes and age allow it.
-- Returns how many listen to this log.
local CHUNKS_AT_ONCE = 64
local LOGS_AT_ONCE = 4
local BATCHES_MS = 600000

if redis.call('HEXISTS', FUNCTIONS, ARGV[1]) == 0 then
  return 0
end
local fn, lines_max, bytes_max = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local age_ms, total_max = tonumber(ARGV[4]), tonumber(ARGV[5])
local batches, batch, skipped = LOG_BATCHES .. ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
if tonumber(redis.call('HGET', batches, fn) or 0) >= batch then
  return redis.call('PUBLISH', LOG_NEWS .. fn, '')
end
redis.call('HSET', batches, fn, ARGV[7])
redis.call('PEXPIRE', batches, BATCHES_MS)
local key, state = LOG .. fn, LOG_STATE .. fn
local now = clock()
local time = string.format('%d', now)
redis.call('HSETNX', state, 'epoch', time)
local epoch = redis.call('HGET', state, 'epoch')
if skipped > 0 then
  redis.call('HINCRBY', state, 'next', skipped)
  redis.call('HINCRBY', state, 'dropped', skipped)
  redis.call('HSET', state, 'droppedUntil', time)
end
for i = 9, #ARGV, 2 do
  local count, data = tonumber(ARGV[i]), ARGV[i + 1]
  local last = redis.call('HINCRBY', state, 'next', count)
  redis.call('XADD', key, epoch .. '-' .. string.format('%d', last), 'n', count, 't', time, 'd', data)
  local bytes = #data + CHUNK_COST
  redis.call('HINCRBY', state, 'lines', count)
  redis.call('HINCRBY', state, 'bytes', bytes)
  redis.call('ZINCRBY', LOG_BYTES, bytes, fn)
  redis.call('INCRBY', LOG_TOTAL, bytes)
end

while true do
  local oldest = oldest_chunk(fn)
  if not oldest then
    break
  end
  local over_lines = tonumber(redis.call('HGET', state, 'lines')) - oldest.lines >= lines_max
  if not over_lines and tonumber(redis.call('HGET', state, 'bytes')) <= bytes_max then
    break
  end
  drop_chunk(fn)
end
drop_old(fn, now, age_ms, CHUNKS_AT_ONCE)
for _, other in ipairs(redis.call('ZRANGEBYSCORE', LOG_DUE, '-inf', time, 'LIMIT', 0, LOGS_AT_ONCE)) do
  drop_old(other, now, age_ms, CHUNKS_AT_ONCE)
end
for _ = 1, CHUNKS_AT_ONCE do
  if tonumber(redis.call('GET', LOG_TOTAL)) <= total_max then
    break
  end
  local largest = redis.call('ZREVRANGE', LOG_BYTES, 0, 0)[1]
  if not largest then
    break
  end
  drop_chunk(largest)
end
-- What nobody adds to leaves by itself, whatever becomes of the sweep above.
local expiry = string.format('%d', 2 * log_age(fn, age_ms))
redis.call('PEXPIRE', key, expiry)
redis.call('PEXPIRE', state, expiry)
return redis.call('PUBLISH', LOG_NEWS .. fn, '')
