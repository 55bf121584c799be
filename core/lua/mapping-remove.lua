-- Takes an event source mapping away. ARGV 1 uuid. Returns what it was (JSON), or nil.
local text = redis.call('HGET', MAPPINGS, ARGV[1])
if text then
  redis.call('HDEL', MAPPINGS, ARGV[1])
  redis.call('HDEL', MAPPING_IDENTITIES, cjson.decode(text).identity)
end
return text
