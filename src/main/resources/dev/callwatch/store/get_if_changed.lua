-- Returns what is stored of a call where that is not what the caller has.
-- KEYS call, history. ARGV known tag, known revision
local changes, tag = changes_since(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
if changes then
  return changes
end
return {tag and 'unchanged' or 'absent'}
