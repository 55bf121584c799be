-- Raises the numbers that layers have given last to these at least.
-- ARGV of each layer: name, number
for i = 1, #ARGV, 2 do
  local given = tonumber(redis.call('HGET', LAYER_NUMBERS, ARGV[i]) or 0)
  if given < tonumber(ARGV[i + 1]) then
    redis.call('HSET', LAYER_NUMBERS, ARGV[i], ARGV[i + 1])
  end
end
