-- Says that a replica is no longer there.
-- KEYS replicas. ARGV replica
return redis.call('ZREM', KEYS[1], ARGV[1])
