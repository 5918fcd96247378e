-- Lets a replica run something that every replica knows by the same name, unless another one that is there runs it, in this run or a later
-- one.
-- KEYS replicas, owners, own, the fields. ARGV replica, name, expiry in ms, prefix of the sets of replicas, run, names and values of
-- fields, set where there are none or those of an earlier run
local run = tonumber(ARGV[5])
local owner, theirs = string.match(redis.call('HGET', KEYS[2], ARGV[2]) or '', '^([^#]*)#?(%d*)$')
theirs = tonumber(theirs) or 0
if owner and owner ~= '' and owner ~= ARGV[1] then
  if redis.call('ZSCORE', KEYS[1], owner) then
    if theirs >= run then
      return 0
    end
    redis.call('DEL', KEYS[4])
  else
    run = math.max(run, theirs + 1)
  end
  redis.call('SREM', ARGV[4] .. owner, ARGV[2])
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1] .. '#' .. run)
-- Its first heartbeat may never come: then it counts as gone after a lease.
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'NX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
redis.call('SADD', KEYS[3], ARGV[2])
if redis.call('EXISTS', KEYS[4]) == 0 then
  for i = 6, #ARGV, 2 do
    redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[4], ARGV[3])
return 1
