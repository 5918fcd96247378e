-- Keeps a subscription that a replica runs, unless there is another with the same content; returns which is kept.
-- KEYS owners, own, subscription, caller, same, replicas. ARGV replica, id, expiry in ms, whether to replace one with the same content,
-- run, prefix of the sets of replicas, names and values of fields
local same = redis.call('GET', KEYS[5])
if same and same ~= ARGV[2] and ARGV[4] == '0' and redis.call('HEXISTS', KEYS[1], same) == 1 then
  return same
end
local owner, theirs = string.match(redis.call('HGET', KEYS[1], ARGV[2]) or '', '^([^#]*)#?(%d*)$')
if owner and owner ~= '' and owner ~= ARGV[1] then
  if (tonumber(theirs) or 0) > tonumber(ARGV[5]) then
    -- Whoever took it over has written it again.
    return ARGV[2]
  end
  redis.call('SREM', ARGV[6] .. owner, ARGV[2])
end
redis.call('DEL', KEYS[3])
redis.call('SET', KEYS[5], ARGV[2], 'PX', ARGV[3])
-- Its first heartbeat may never come: then it counts as gone after a lease.
local time = redis.call('TIME')
redis.call('ZADD', KEYS[6], 'NX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
redis.call('HSET', KEYS[1], ARGV[2], ARGV[1] .. '#' .. ARGV[5])
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('SADD', KEYS[4], ARGV[2])
redis.call('PEXPIRE', KEYS[4], ARGV[3])
for i = 7, #ARGV, 2 do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return ARGV[2]
