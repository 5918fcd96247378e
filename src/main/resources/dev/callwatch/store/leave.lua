-- Removes a replica that ends.
-- KEYS replicas. ARGV replica
return redis.call('ZREM', KEYS[1], ARGV[1])
