-- Replaces a definition if nobody has changed it, or published a version, since it was read; and perhaps
-- publishes a version.
-- Guarantee: a number is given once, to the version after the last one, and never again.
-- ARGV 1 name, 2 definition, 3 expected revision id, 4 '' or the version that is published with it
-- Returns 1; 0 where there is no such function; -1 where it is another by now; or the
-- name of a variable that is a secret of the function.
local current = redis.call('HGET', FUNCTIONS, ARGV[1])
if not current then
  return 0
end
local before, after = cjson.decode(current), cjson.decode(ARGV[2])
local last = before.lastVersion or 0
local expected = ARGV[4] == '' and last or last + 1
if before.revisionId ~= ARGV[3] or (after.lastVersion or 0) ~= expected then
  return -1
end
local secret = secret_among(ARGV[1], after)
if secret then
  return secret
end
if ARGV[4] ~= '' then
  local number = string.format('%d', expected)
  if redis.call('HSETNX', VERSIONS_OF .. ARGV[1], number, ARGV[4]) == 0 then
    return -1
  end
end
redis.call('HSET', FUNCTIONS, ARGV[1], ARGV[2])
return 1
