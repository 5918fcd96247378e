-- Ends a lease that is still the caller's, and tells those who wait. Where it is another's they wait for that one.
-- KEYS lease. ARGV token, channel, notice
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
  return redis.call('PUBLISH', ARGV[2], ARGV[3])
end
return 0
