-- Says whether a subscription is one of a caller's.
-- KEYS caller. ARGV id
return redis.call('SISMEMBER', KEYS[1], ARGV[1])
