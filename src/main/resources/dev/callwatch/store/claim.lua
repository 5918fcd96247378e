-- Tells what is known of a call where that is not what the caller knows; otherwise makes the caller its reader.
-- KEYS call, lease, history. ARGV known tag, known revision, token, lease in ms
local tag = redis.call('HGET', KEYS[1], 'tag')
if tag and tag ~= ARGV[1] then
  local since = {}
  if tonumber(ARGV[2]) > 0 then
    since = redis.call('XRANGE', KEYS[3], (tonumber(ARGV[2]) + 1) .. '-0', '+')
  end
  return {'told', redis.call('HGETALL', KEYS[1]), since}
end
if redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4]) then
  return {'granted'}
end
return {'taken', redis.call('PTTL', KEYS[2])}
