-- Returns the stored revisions of a call, the oldest first.
-- KEYS history
return redis.call('XRANGE', KEYS[1], '-', '+')
