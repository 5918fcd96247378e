-- Lets a replica run something that every replica knows by the same name, unless another one that is there runs it.
-- KEYS replicas, owners, own, the fields. ARGV replica, name, expiry in ms, prefix of the sets of replicas, run, names and values of
-- fields, set where there are none
local owner = redis.call('HGET', KEYS[2], ARGV[2])
owner = owner and string.match(owner, '^[^#]*')
if owner and owner ~= ARGV[1] then
  if redis.call('ZSCORE', KEYS[1], owner) then
    return 0
  end
  redis.call('SREM', ARGV[4] .. owner, ARGV[2])
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1] .. '#' .. ARGV[5])
redis.call('SADD', KEYS[3], ARGV[2])
if redis.call('EXISTS', KEYS[4]) == 0 then
  for i = 6, #ARGV, 2 do
    redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[4], ARGV[3])
return 1
