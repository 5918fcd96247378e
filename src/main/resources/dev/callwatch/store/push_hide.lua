-- Shows a subscription to its caller no longer, and, where asked to, asks the replica that runs it to end it.
-- KEYS caller, deleted. ARGV id, whether it is to end, expiry in ms
redis.call('SREM', KEYS[1], ARGV[1])
if ARGV[2] == '1' then
  redis.call('SADD', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
return 1
