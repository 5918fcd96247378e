-- Returns the calls of an account that follow a place in its list, the last changed first in each state.
-- KEYS the lists of the states that are asked for. ARGV revision of the place ('+inf' for the beginning), its guid, lowest
-- revision, most entries of each state
-- Answers guid and revision in turns
local found = {}
for i = 1, #KEYS do
  local left = tonumber(ARGV[4])
  local offset = 0
  while left > 0 do
    local entries = redis.call('ZREVRANGEBYSCORE', KEYS[i], ARGV[1], ARGV[3], 'WITHSCORES', 'LIMIT', offset, ARGV[4])
    if #entries == 0 then
      break
    end
    for j = 1, #entries, 2 do
      if left > 0 and (entries[j + 1] ~= ARGV[1] or entries[j] < ARGV[2]) then
        found[#found + 1] = entries[j]
        found[#found + 1] = entries[j + 1]
        left = left - 1
      end
    end
    offset = offset + #entries / 2
  end
end
return found
