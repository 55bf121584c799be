-- Start of every script: the clock, and the keys of one function or invocation. The key prefixes
-- (INVOCATION, READY, ...) are written above this by core/lua.ts, from core/keys.ts.
-- No script declares KEYS: the platform's Redis is one instance, never a cluster.

-- Milliseconds, by the clock of Redis: one for all nodes.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A target is a function's name, or `name:qualifier`.
local function split_target(target)
  local fn, qualifier = string.match(target, '^([^:]*):(.*)$')
  return fn or target, qualifier or '$LATEST'
end

local function target_of(fn, qualifier)
  return qualifier == '$LATEST' and fn or fn .. ':' .. qualifier
end

-- Whether a function has this version or alias; `$LATEST` it has if it is there.
local function has_qualifier(fn, qualifier)
  if redis.call('HEXISTS', FUNCTIONS, fn) == 0 then
    return false
  end
  if qualifier == '$LATEST' then
    return true
  end
  if string.match(qualifier, '^%d+$') then
    return redis.call('HEXISTS', VERSIONS_OF .. fn, qualifier) == 1
  end
  return redis.call('HEXISTS', ATTACHMENTS_OF .. fn, 'alias:' .. qualifier) == 1
end

-- Runs `work` for one item of many: what goes wrong with it is its own answer, {'failed', why}.
local function each(work, at)
  local done, answer = pcall(work, at)
  if done then
    return answer
  end
  return { 'failed', type(answer) == 'table' and answer.err or tostring(answer) }
end

-- Bytes of a payload that lies beside its record, by the reference `bytes:name` that the record has.
local function stored_size(reference)
  return reference and tonumber(string.match(reference, '^%d+')) or 0
end

-- Notes that a delayed turn for `fn` is wanted at `due`. Returns its delay in milliseconds, or -1
-- if one that comes no later is on its way already: many retries share one delayed turn.
local WAKE_SLACK_MS = 20
local function wake_at(fn, due, now)
  local planned = tonumber(redis.call('GET', WAKE .. fn))
  if planned and planned <= due + WAKE_SLACK_MS then
    return -1
  end
  local delay = math.max(1, due + WAKE_SLACK_MS - now)
  redis.call('SET', WAKE .. fn, due + WAKE_SLACK_MS, 'PX', delay)
  return delay
end
