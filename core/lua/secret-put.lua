-- Writes a secret of a function, sealed as it is.
-- Guarantee: after the key for new values has changed, none is written under another one.
-- ARGV 1 function, 2 name, 3 record (JSON), 4 id of its key, 5 how many there may be, 6 bytes of all values
--      together, 7 '' or what must be there now: then it is the same value under another key
-- Returns 'done'; or 'function' (there is none), 'key' (new values go under another key), 'environment' (a variable
--      has the name), 'count', 'bytes' (a limit), 'changed' (something else is there)
local fn, name = ARGV[1], ARGV[2]
local secrets = SECRETS_OF .. fn
local definition = redis.call('HGET', FUNCTIONS, fn)
if not definition then
  return 'function'
end
if redis.call('GET', SECRET_KEY) ~= ARGV[4] then
  return 'key'
end
local before = redis.call('HGET', secrets, name)
if ARGV[7] ~= '' then
  if before ~= ARGV[7] then
    return 'changed'
  end
else
  if cjson.decode(definition).environment[name] ~= nil then
    return 'environment'
  end
  if not before and redis.call('HLEN', secrets) >= tonumber(ARGV[5]) then
    return 'count'
  end
  local bytes = cjson.decode(ARGV[3]).bytes
  local all = redis.call('HGETALL', secrets)
  for at = 1, #all, 2 do
    if all[at] ~= name then
      bytes = bytes + cjson.decode(all[at + 1]).bytes
    end
  end
  if bytes > tonumber(ARGV[6]) then
    return 'bytes'
  end
end
redis.call('HSET', secrets, name, ARGV[3])
redis.call('SADD', SECRET_FUNCTIONS, fn)
return 'done'
