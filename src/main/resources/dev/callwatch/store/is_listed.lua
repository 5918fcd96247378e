-- Says whether the list of an account has a revision of a call, or a later one.
-- KEYS the lists of all states. ARGV guid, revision
for i = 1, #KEYS do
  if tonumber(redis.call('ZSCORE', KEYS[i], ARGV[1]) or 0) >= tonumber(ARGV[2]) then
    return 1
  end
end
return 0
