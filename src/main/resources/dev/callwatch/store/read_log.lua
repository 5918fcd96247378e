-- Returns what follows an entry in the log of an account.
-- KEYS the log. ARGV the entry ('' for one that is unknown for certain, 'end' for the last one, '0-0' for the beginning of an empty
-- log), most entries to return, most entries of the log
-- Answers 'complete' or 'gap', the last entry of the log, the entries
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local at = #last > 0 and last[1][1] or '0-0'
if ARGV[1] == 'end' then
  return {'complete', at, {}}
end
if ARGV[1] == '' then
  return {'gap', at, {}}
end
local kept = ARGV[1] == at
if not kept and ARGV[1] == '0-0' then
  kept = redis.call('XLEN', KEYS[1]) < tonumber(ARGV[3])
elseif not kept then
  kept = #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) > 0
end
if not kept then
  return {'gap', at, {}}
end
return {'complete', at, redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])}
