-- The allowance of an account, shared by all replicas: a token bucket, refilled continuously, whose rate adapts. Brings it
-- up to date, notes what the caller tells, and takes a permit where one is wanted and there.
-- A permit has 60,000,000 parts, so that n requests a minute bring n parts each microsecond: all is counted in whole numbers
-- below 2^53, and kept without rounding. Times are microseconds of Redis' clock; those of the caller come as durations.
-- KEYS allowance. ARGV requests a minute, burst, permits wanted (0 or 1), permits to add (below 0: taken elsewhere), when a
-- request that was answered 429 took its permit ('' for none), how long the account pauses for that, the birth of the state
-- that the caller knows (0 for none), and what the caller takes for the state: parts, requests a minute after the last 429,
-- how long ago that was, until the pause ends (below 0 where it has); kept for ms; the time of the answer that the caller
-- knows it from
-- Answers whether a permit was taken, the time, the birth of the state, the state as the caller tells it, and whether
-- it was halved for this caller
local PERMIT = 60000000
local MINUTE = 60000000
local LONGEST_PAUSE = 5 * MINUTE
local LEAST_SHARE = 10
local GROWTH_SHARE = 10

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- By the settings of this caller; during a rolling update others may have others.
local ceiling = tonumber(ARGV[1])
local burst = tonumber(ARGV[2])

local function capacity(rate)
  return math.max(1, math.floor(burst * rate / ceiling)) * PERMIT
end

local function grown(halved, paused)
  local growing = math.max(0, now - paused)
  return math.floor(math.min(ceiling, halved + growing / MINUTE * ceiling / GROWTH_SHARE))
end

local known = {
  parts = math.max(0, tonumber(ARGV[8])),
  halved = math.max(1, tonumber(ARGV[9])),
  halvedAt = math.max(0, now - tonumber(ARGV[10])),
  paused = math.max(0, now + math.min(LONGEST_PAUSE, tonumber(ARGV[11])))
}

local kept = redis.call('HMGET', KEYS[1], 'born', 'at', 'parts', 'rate', 'halved', 'halvedAt', 'paused')
local born, at, parts, rate, halved, halvedAt, paused = tonumber(kept[1]), tonumber(kept[2]), tonumber(kept[3]),
  tonumber(kept[4]), tonumber(kept[5]), tonumber(kept[6]), tonumber(kept[7])
-- One that is older than what the caller knows comes from a backup, or from a Redis that had not been told all.
local same = born and born == tonumber(ARGV[7]) and at and at >= tonumber(ARGV[13])
if not (born and at and parts and rate and halved and halvedAt and paused) then
  -- Redis may have lost it: what the caller takes for it is no second burst.
  born = now
  parts, halved, halvedAt, paused = known.parts, known.halved, known.halvedAt, known.paused
  rate = grown(halved, paused)
else
  -- Where settings differ, the lesser rate counts, so that taking turns never brings more than one of them allows.
  rate = math.min(rate, ceiling)
  parts = math.min(capacity(rate), parts + math.max(0, now - at) * rate)
  -- The clock may have been put back.
  halvedAt = math.min(halvedAt, now)
  paused = math.min(paused, now + LONGEST_PAUSE)
  rate = grown(halved, paused)
  if not same then
    -- The caller knows another state: one that was lost, or what it took on its own. The more careful of both counts.
    parts = math.min(parts, known.parts)
    if grown(known.halved, known.paused) < rate then
      halved = known.halved
      halvedAt = math.max(halvedAt, known.halvedAt)
    end
    paused = math.max(paused, known.paused)
    rate = grown(halved, paused)
  end
end

local halvedNow = 0
if ARGV[5] ~= '' then
  paused = math.max(paused, now + math.min(LONGEST_PAUSE, tonumber(ARGV[6])))
  -- Once for all that were under way together; in what the caller knows of another state it is halved already.
  if same and tonumber(ARGV[5]) >= halvedAt then
    halved = math.max(1, math.floor(ceiling / LEAST_SHARE), math.floor(rate / 2))
    halvedAt = now
    parts = 0
    halvedNow = 1
  end
  rate = grown(halved, paused)
end

parts = math.max(0, math.min(capacity(rate), parts + tonumber(ARGV[4]) * PERMIT))
local taken = 0
if tonumber(ARGV[3]) > 0 and now >= paused and parts >= PERMIT then
  parts = parts - PERMIT
  taken = 1
end

local function text(number)
  return string.format('%.0f', number)
end
redis.call('HSET', KEYS[1], 'born', text(born), 'at', text(now), 'parts', text(parts), 'rate', text(rate),
  'halved', text(halved), 'halvedAt', text(halvedAt), 'paused', text(paused))
redis.call('PEXPIRE', KEYS[1], ARGV[12])
return {taken, now, born, parts, halved, now - halvedAt, paused - now, halvedNow}
