-- Writes the records of new asynchronous invocations and queues them, all of each in one step.
-- Guarantee: once this has answered, the event ends in exactly one final state; the same dedupe
-- source gives the same id for as long as its key lives; no cap is passed; whenever an event waits
-- and nobody has the function's turn, the caller is told to give it.
-- ARGV 1..7 bounds (see accepting.lua), then for each event
--      +1 id, +2 function, +3 cause (JSON), +4 event, +5 dedupe source or '', +6 turn token,
--      +7 '1' if the function must be known, +8 '1' if the event is a reference to where it lies
-- Returns for each, in order,
--      1 if it is accepted and the turn with this token must be given, 0 if it is just accepted
--      or {'duplicate', id}
--      or {'full', 'function' | 'events' | 'bytes' | 'stored'}
--      or {'unknown'}: there is no such function
--      or {'failed', why}: Redis refused a command for it
local FIRST, FIELDS = 7, 8
local bounds = bounds_at(1)
local now = clock()

local function accept_at(at)
  return accept(bounds, now, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4],
    ARGV[at + 8] == '1', ARGV[at + 5], ARGV[at + 6], ARGV[at + 7] == '1')
end

local answers = {}
for at = FIRST, #ARGV - FIELDS, FIELDS do
  answers[#answers + 1] = each(accept_at, at)
end
count_accepted()
return answers
