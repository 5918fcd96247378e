-- Tells what is known of a call where that is not what the caller knows.
-- KEYS call, history. ARGV known tag, known revision
local news, tag = told(KEYS[1], KEYS[2], ARGV[1], ARGV[2])
if news then
  return news
end
return {tag and 'same' or 'absent'}
