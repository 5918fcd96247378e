-- Removes a subscription that a replica runs.
-- KEYS owners, own, subscription, deleted, and where they are known caller and content. ARGV replica, id
if string.match(redis.call('HGET', KEYS[1], ARGV[2]) or '', '^[^#]*') ~= ARGV[1] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('SREM', KEYS[2], ARGV[2])
redis.call('SREM', KEYS[4], ARGV[2])
if KEYS[5] then
  redis.call('SREM', KEYS[5], ARGV[2])
  if redis.call('GET', KEYS[6]) == ARGV[2] then
    redis.call('DEL', KEYS[6])
  end
end
return redis.call('DEL', KEYS[3])
