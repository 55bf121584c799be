-- Drops segments of the journal that are too old, or too much.
-- Guarantee: bounded work.
-- ARGV 1..6 limits (see journal.lua)
-- Returns 1 where there may be more, else 0
return settle_journal(journal_limits(1), clock(), DROPPED_MIN) and 1 or 0
