-- Reads what replicas share of an account's budget.
-- KEYS budget
-- Answers the time in microseconds, and the text ('' for none)
local time = redis.call('TIME')
return {time[1] * 1000000 + time[2], redis.call('GET', KEYS[1]) or ''}
