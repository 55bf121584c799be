-- Shared by the scripts that change what hangs on a function: each thing is a field `kind:qualifier` of
-- one hash. What is looked up by another key, a URL's id or the target of an event, follows along.

local function parts_of(field)
  return string.match(field, '^(%l+):(.*)$')
end

local function unindex(fn, field, text)
  local kind, qualifier = parts_of(field)
  if kind == 'url' then
    redis.call('HDEL', FUNCTION_URLS, cjson.decode(text).urlId)
  elseif kind == 'provisioned' then
    redis.call('SREM', PROVISIONED, target_of(fn, qualifier))
  elseif kind == 'async' then
    for _, hash in ipairs({ EVENT_AGES, ON_SUCCESS, ON_FAILURE }) do
      redis.call('HDEL', hash, target_of(fn, qualifier))
    end
  end
end

local function index(fn, field, text)
  local kind, qualifier = parts_of(field)
  local target = target_of(fn, qualifier)
  if kind == 'url' then
    redis.call('HSET', FUNCTION_URLS, cjson.decode(text).urlId, target)
  elseif kind == 'provisioned' then
    redis.call('SADD', PROVISIONED, target)
  elseif kind == 'async' then
    local config = cjson.decode(text)
    redis.call('HSET', EVENT_AGES, target, string.format('%d', config.maximumEventAgeSeconds * 1000))
    for hash, destination in pairs({ [ON_SUCCESS] = config.onSuccess, [ON_FAILURE] = config.onFailure }) do
      redis.call('HSET', hash, target, cjson.encode(destination))
    end
  end
end

local function detach(fn, field)
  local text = redis.call('HGET', ATTACHMENTS_OF .. fn, field)
  if text then
    unindex(fn, field, text)
    redis.call('HDEL', ATTACHMENTS_OF .. fn, field)
  end
  return text
end

local function attach(fn, field, text)
  detach(fn, field)
  redis.call('HSET', ATTACHMENTS_OF .. fn, field, text)
  index(fn, field, text)
end

-- Everything that hangs on one version or alias, or with no qualifier all there is.
local function detach_all(fn, qualifier)
  for _, field in ipairs(redis.call('HKEYS', ATTACHMENTS_OF .. fn)) do
    local _, own = parts_of(field)
    if not qualifier or own == qualifier then
      detach(fn, field)
    end
  end
end
