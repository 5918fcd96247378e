const region = document.getElementById('announcer');
const GATHER_MS = 400;
const MOST_AT_ONCE = 4;
let waiting = [];

/** Announces changes to screen readers, politely. Those of the same time are announced together, and a flood only as a number. */
export function announce(text) {
  waiting.push(text);
  if (waiting.length === 1) setTimeout(tell, GATHER_MS);
}

function tell() {
  region.textContent = waiting.length > MOST_AT_ONCE ? `${waiting.length} changes.` : `${waiting.join('. ')}.`;
  waiting = [];
}
