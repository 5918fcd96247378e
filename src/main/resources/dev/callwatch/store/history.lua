-- Returns the last stored revisions of a call, the oldest first: as many as fit, and one at least.
-- KEYS history. ARGV most bytes of all together
local fitting, bytes, before = {}, 0, '+'
while true do
  local revision = redis.call('XREVRANGE', KEYS[1], before, '-', 'COUNT', 1)[1]
  if not revision then
    return fitting
  end
  for _, text in ipairs(revision[2]) do
    bytes = bytes + #text
  end
  if #fitting > 0 and bytes > tonumber(ARGV[1]) then
    return fitting
  end
  table.insert(fitting, 1, revision)
  before = '(' .. revision[1]
end
