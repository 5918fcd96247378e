-- Lets other replicas take over what a replica runs.
-- KEYS replicas. ARGV replica
redis.call('ZADD', KEYS[1], 0, ARGV[1])
return 1
