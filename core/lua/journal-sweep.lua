-- Drops segments of the journal that are too old, or too much.
-- Guarantee: bounded work.
-- ARGV 1..6 limits (see journal.lua)
-- Returns how many segments were dropped: with as many as one call drops there may be more
return settle_journal(journal_limits(1), clock())
