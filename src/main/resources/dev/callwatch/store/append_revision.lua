-- Appends a revision of a call to the log of its account, unless it is there, publishes that, and puts the call at its place in the list
-- of the account, unless a later revision of it is there.
-- KEYS the log, the lists of all states, that of the call's state first. ARGV guid, revision, most entries of a list, oldest revision to
-- keep in a list, expiry in ms, most entries of the log, channel, message, then field and value of the entry in turns
local latest = 0
for i = 2, #KEYS do
  latest = math.max(latest, tonumber(redis.call('ZSCORE', KEYS[i], ARGV[1]) or 0))
end
local revision = tonumber(ARGV[2])
if latest == revision then
  return 0
end
local entry = {}
for i = 9, #ARGV do
  entry[#entry + 1] = ARGV[i]
end
redis.call('XADD', KEYS[1], 'MAXLEN', '=', ARGV[6], '*', unpack(entry))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PUBLISH', ARGV[7], ARGV[8])
if latest > revision then
  return 0
end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
for i = 3, #KEYS do
  redis.call('ZREM', KEYS[i], ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[4])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -(tonumber(ARGV[3]) + 1))
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1
