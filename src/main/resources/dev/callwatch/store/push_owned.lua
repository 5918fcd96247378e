-- Returns what a replica runs: the name of each, followed by the run. What another one runs by now is no longer among it.
-- KEYS own, owners. ARGV replica
local owned = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local owner, run = string.match(redis.call('HGET', KEYS[2], id) or '', '^([^#]*)#?(%d*)$')
  if owner == ARGV[1] then
    owned[#owned + 1] = id
    owned[#owned + 1] = run == '' and '0' or run
  else
    redis.call('SREM', KEYS[1], id)
  end
end
return owned
