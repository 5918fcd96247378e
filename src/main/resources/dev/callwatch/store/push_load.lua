-- Returns the fields of a subscription, each name followed by its value.
-- KEYS subscription
return redis.call('HGETALL', KEYS[1])
