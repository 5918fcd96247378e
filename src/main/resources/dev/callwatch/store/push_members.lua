-- Returns the subscriptions of a caller, or of a replica.
-- KEYS caller or own
return redis.call('SMEMBERS', KEYS[1])
