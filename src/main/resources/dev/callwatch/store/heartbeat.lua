-- Registers a replica, counts the replicas, and publishes a message by which each finds out that its subscription works.
-- KEYS replicas. ARGV replica, expiry in ms, channel, message
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- This comes first, since a full Redis refuses only the first write of a script.
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
redis.call('PUBLISH', ARGV[3], ARGV[4])
return redis.call('ZCARD', KEYS[1])
