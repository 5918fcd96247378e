-- Ends a lease that is still the caller's, and tells those who wait.
-- KEYS lease. ARGV token, channel, notice
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return redis.call('PUBLISH', ARGV[2], ARGV[3])
