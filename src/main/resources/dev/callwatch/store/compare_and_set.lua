-- Stores what is known of a call, unless another replica has stored something since the caller looked. Ends the caller's
-- lease.
-- KEYS call, lease, history. ARGV expected tag, expected revision, token, channel, message, expiry of the call in ms,
-- revision to add to the history (0 for none), most entries, expiry of the history in ms, then field and value in turns; an
-- empty value removes the field
local changes = changes_since(KEYS[1], KEYS[3], ARGV[1], ARGV[2])
if changes then
  return changes
end
local fields = {}
for i = 10, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    fields[#fields + 1] = ARGV[i]
    fields[#fields + 1] = ARGV[i + 1]
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
local revision = tonumber(ARGV[7])
if revision > 0 then
  local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)
  if #last == 0 or tonumber(string.match(last[1][1], '^%d+')) < revision then
    redis.call('XADD', KEYS[3], 'MAXLEN', '=', ARGV[8], ARGV[7] .. '-0', unpack(fields))
  end
end
-- Each reading renews it: the history of a call that somebody follows does not expire.
redis.call('PEXPIRE', KEYS[3], ARGV[9])
if redis.call('GET', KEYS[2]) == ARGV[3] then
  redis.call('DEL', KEYS[2])
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return {'stored'}
