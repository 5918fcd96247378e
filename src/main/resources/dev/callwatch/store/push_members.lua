-- Returns the subscriptions of a caller.
-- KEYS caller
return redis.call('SMEMBERS', KEYS[1])
