-- What is known of a call, with the revisions that followed the caller's, or nothing where it is what the caller knows or
-- nothing is known; and the tag of what is known.
local function told(call, history, knownTag, knownRevision)
  local tag = redis.call('HGET', call, 'tag')
  if not tag or tag == knownTag then
    return nil, tag
  end
  local since = {}
  if tonumber(knownRevision) > 0 then
    since = redis.call('XRANGE', history, (tonumber(knownRevision) + 1) .. '-0', '+')
  end
  return {'told', redis.call('HGETALL', call), since}, tag
end

