-- Takes a version of a layer away, and with the last one the layer's name.
-- ARGV 1 layer, 2 number
redis.call('HDEL', LAYER .. ARGV[1], ARGV[2])
if redis.call('EXISTS', LAYER .. ARGV[1]) == 0 then
  redis.call('ZREM', LAYER_NAMES, ARGV[1])
end
