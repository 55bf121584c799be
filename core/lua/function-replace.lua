-- Replaces a definition if nobody has changed it since it was read, and perhaps publishes a version.
-- ARGV 1 name, 2 definition, 3 expected revision id, 4 '' or the version that is published with it
-- Returns 1; 0 where there is no such function; -1 where its revision is another.
local current = redis.call('HGET', FUNCTIONS, ARGV[1])
if not current then
  return 0
end
if cjson.decode(current).revisionId ~= ARGV[3] then
  return -1
end
redis.call('HSET', FUNCTIONS, ARGV[1], ARGV[2])
if ARGV[4] ~= '' then
  redis.call('HSET', VERSIONS_OF .. ARGV[1], cjson.decode(ARGV[4]).version, ARGV[4])
end
return 1
