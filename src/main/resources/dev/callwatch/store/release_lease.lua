-- Ends a lease that the caller still holds, and publishes why. Where another replica holds it, nothing happens.
-- KEYS lease. ARGV token, channel, message
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return redis.call('PUBLISH', ARGV[2], ARGV[3])
end
return 0
