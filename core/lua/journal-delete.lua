-- Forgets what the journal has of a function.
-- Guarantee: bounded work.
-- ARGV 1 function
-- Returns 1 if there is more, else 0
local budget = DROPPED_MIN
while budget > 0 do
  local cost = drop_first(ARGV[1])
  if not cost then
    return 0
  end
  budget = budget - cost
end
return 1
