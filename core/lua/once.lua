-- Whether this batch was taken before: a writer sends its batches one after the other, numbered, and each
-- again until it hears that it was taken. Where that answer was lost, nothing is added a second time.
local function was_taken(writer, number, remembered_ms)
  local key = WRITER .. writer
  local last = tonumber(redis.call('GET', key) or '0')
  if tonumber(number) <= last then
    return true
  end
  redis.call('SET', key, number, 'PX', remembered_ms)
  return false
end
