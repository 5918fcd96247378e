-- Says that a replica is there, gives it subscriptions of replicas that are gone, and returns what it runs.
-- KEYS replicas, own, deleted, owners. ARGV replica, lease in ms, prefix of the sets of replicas, most to take. What is taken over
-- has a run of the next number; where an earlier version ran it, which has no numbers, the time, which is above all that were before
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
local taken = {}
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])) do
  local theirs = ARGV[3] .. gone
  for _, id in ipairs(redis.call('SRANDMEMBER', theirs, ARGV[4] - #taken)) do
    local owner, run = string.match(redis.call('HGET', KEYS[4], id) or '', '^([^#]*)#?(%d*)$')
    if owner == gone or owner == '' then
      redis.call('SMOVE', theirs, KEYS[2], id)
      redis.call('HSET', KEYS[4], id, ARGV[1] .. '#' .. (tonumber(run) or now) + 1)
      taken[#taken + 1] = id
    else
      -- Another one runs it by now.
      redis.call('SREM', theirs, id)
    end
  end
  if redis.call('EXISTS', theirs) == 0 then
    redis.call('ZREM', KEYS[1], gone)
  end
end
return {taken, redis.call('SINTER', KEYS[2], KEYS[3]), redis.call('SCARD', KEYS[2])}
