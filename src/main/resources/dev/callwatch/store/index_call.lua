-- Puts a call at its place in the list of its account, unless a later revision of it is there.
-- KEYS the lists of all states, that of the call's state first. ARGV guid, revision, most entries of a list, oldest revision to
-- keep, expiry in ms
-- Answers 1 where the call was put
for i = 1, #KEYS do
  local known = redis.call('ZSCORE', KEYS[i], ARGV[1])
  if known and tonumber(known) >= tonumber(ARGV[2]) then
    return 0
  end
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
for i = 2, #KEYS do
  redis.call('ZREM', KEYS[i], ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[4])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -(tonumber(ARGV[3]) + 1))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
