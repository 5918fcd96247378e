-- Replaces what replicas share of an account's budget, unless another replica was faster, and publishes a message.
-- KEYS budget. ARGV text that is expected ('' for none), text that replaces it, expiry in ms, channel, message ('' for none)
-- Answers 1 where it was replaced
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if ARGV[5] ~= '' then
  redis.call('PUBLISH', ARGV[4], ARGV[5])
end
return 1
