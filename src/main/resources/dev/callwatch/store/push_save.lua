-- Sets and removes fields of a subscription, in the run in which a replica has it.
-- KEYS owners, subscription. ARGV replica, id, expiry in ms, run, how many fields to set, their names and values, names to remove
local owner = redis.call('HGET', KEYS[1], ARGV[2])
if not owner or redis.call('EXISTS', KEYS[2]) == 0 then
  return 'unknown'
end
if owner ~= ARGV[1] .. '#' .. ARGV[4] then
  return 'taken'
end
local last = 5 + 2 * ARGV[5]
for i = 6, last, 2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
end
for i = last + 1, #ARGV do
  redis.call('HDEL', KEYS[2], ARGV[i])
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 'kept'
