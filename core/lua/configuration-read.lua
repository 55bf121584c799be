-- Reads every function with its triggers, all of them as they are at one moment.
-- KEYS: 1 functions. ARGV: 1 what the keys of a function's triggers begin with.
-- Returns a list of pairs: a definition, and the list of its triggers.
local stored = redis.call('HGETALL', KEYS[1])
local all = {}
for at = 1, #stored, 2 do
  all[#all + 1] = { stored[at + 1], redis.call('HVALS', ARGV[1] .. stored[at]) }
end
return all
