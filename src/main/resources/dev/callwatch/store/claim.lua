-- Tells what is known of a call where that is not what the caller knows; otherwise makes the caller its reader.
-- KEYS call, lease, history. ARGV known tag, known revision, token, lease in ms
local news = told(KEYS[1], KEYS[3], ARGV[1], ARGV[2])
if news then
  return news
end
if redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4]) then
  return {'granted'}
end
return {'taken', redis.call('PTTL', KEYS[2])}
