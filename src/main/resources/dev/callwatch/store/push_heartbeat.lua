-- Says that a replica is there, gives it subscriptions of replicas that are gone, and returns what it runs.
-- KEYS replicas, own, deleted, owners. ARGV replica, lease in ms, prefix of the sets of replicas, most to take. What is taken over
-- has a run of the next number
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
local taken = {}
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])) do
  local theirs = ARGV[3] .. gone
  for _, id in ipairs(redis.call('SRANDMEMBER', theirs, ARGV[4] - #taken)) do
    redis.call('SMOVE', theirs, KEYS[2], id)
    local run = tonumber(string.match(redis.call('HGET', KEYS[4], id) or '', '#(%d+)$')) or 0
    redis.call('HSET', KEYS[4], id, ARGV[1] .. '#' .. run + 1)
    taken[#taken + 1] = id
  end
  if redis.call('EXISTS', theirs) == 0 then
    redis.call('ZREM', KEYS[1], gone)
  end
end
return {taken, redis.call('SINTER', KEYS[2], KEYS[3]), redis.call('SCARD', KEYS[2])}
