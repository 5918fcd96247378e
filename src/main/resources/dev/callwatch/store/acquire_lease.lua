-- Returns what is stored of a call where that is not what the caller has. Otherwise gives the caller the lease to read it.
-- KEYS call, lease, history. ARGV known tag, known revision, token, lease in ms
local changes = changes_since(KEYS[1], KEYS[3], ARGV[1], ARGV[2])
if changes then
  return changes
end
if redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4]) then
  return {'granted'}
end
return {'held', redis.call('PTTL', KEYS[2])}
