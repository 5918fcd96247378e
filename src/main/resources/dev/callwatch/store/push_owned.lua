-- Returns what a replica runs: the name of each, followed by the run.
-- KEYS own, owners
local owned = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  owned[#owned + 1] = id
  owned[#owned + 1] = string.match(redis.call('HGET', KEYS[2], id) or '', '#(%d+)$') or '0'
end
return owned
