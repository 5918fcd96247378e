const MINUTE_MS = 60_000;
const MINUTES = 60;

const time = iso => Date.parse(iso ?? '');

/** What happened to the calls in each of the last 60 minutes, out of the times at which the service saw it; the oldest first. */
export function lastHour(calls, now) {
  const start = now - MINUTES * MINUTE_MS;
  const empty = () => Array(MINUTES).fill(0);
  const hour = { active: empty(), failed: empty(), completed: empty() };
  const minute = at => Math.floor((at - start) / MINUTE_MS);
  for (const { call } of calls) {
    if (!call) continue;
    const began = time(call.observed?.firstAt);
    const ended = call.ended ? time(call.observed?.firstEndedAt) : Infinity;
    if (ended >= start && ended < now && hour[call.state]) hour[call.state][minute(ended)] += 1;
    // A call that was first seen after its end was never seen active.
    if (call.ended && !call.observed?.lastActiveAt) continue;
    const last = Math.min(MINUTES - 1, minute(Math.min(ended, now)));
    for (let index = Math.max(0, minute(began)); index <= last; index++) hour.active[index] += 1;
  }
  return hour;
}
