-- Puts an event source mapping in the place of what was there, whole or not at all.
-- ARGV 1 uuid, 2 mapping (JSON), 3 what no other mapping may have, 4 '' or what is there now (JSON), 5 how many there may be
-- Returns 'done', 'changed', 'full', or the uuid of another mapping that has it.
local uuid, text, identity, before = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local current = redis.call('HGET', MAPPINGS, uuid)
if (current or '') ~= before then
  return 'changed'
end
local owner = redis.call('HGET', MAPPING_IDENTITIES, identity)
if owner and owner ~= uuid then
  return owner
end
if not current and redis.call('HLEN', MAPPINGS) >= tonumber(ARGV[5]) then
  return 'full'
end
if current then
  redis.call('HDEL', MAPPING_IDENTITIES, cjson.decode(current).identity)
end
redis.call('HSET', MAPPINGS, uuid, text)
redis.call('HSET', MAPPING_IDENTITIES, identity, uuid)
return 'done'
