-- Returns what is stored of a call and the revisions after the caller's, or nil where the caller has the same state already
-- or nothing is stored. The second result is the tag of what is stored.
local function changes_since(call, history, known_tag, known_revision)
  local tag = redis.call('HGET', call, 'tag')
  if not tag or tag == known_tag then
    return nil, tag
  end
  local since = {}
  if tonumber(known_revision) > 0 then
    since = redis.call('XRANGE', history, (tonumber(known_revision) + 1) .. '-0', '+')
  end
  return {'changed', redis.call('HGETALL', call), since}, tag
end

