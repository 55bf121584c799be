-- Forgets what the journal has of a function, a few segments at a time.
-- ARGV 1 function
-- Returns 1 if there is more, else 0
for _ = 1, DROPS_MAX do
  if not drop_first(ARGV[1]) then
    return 0
  end
end
return redis.call('EXISTS', JOURNAL .. ARGV[1])
