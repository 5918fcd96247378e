-- Tells what is known of a call where that is not what the caller knows.
-- KEYS call, history. ARGV known tag, known revision
local tag = redis.call('HGET', KEYS[1], 'tag')
if not tag then
  return {'absent'}
end
if tag == ARGV[1] then
  return {'same'}
end
local since = {}
if tonumber(ARGV[2]) > 0 then
  since = redis.call('XRANGE', KEYS[2], (tonumber(ARGV[2]) + 1) .. '-0', '+')
end
return {'told', redis.call('HGETALL', KEYS[1]), since}
