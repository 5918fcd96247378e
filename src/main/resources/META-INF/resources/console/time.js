import { durationWords } from './words.js';

// An answer says its time in whole seconds, and takes some time to arrive.
const TOLERANCE_MS = 3_000;

let offset = 0;

/** Takes the time of day from an answer of the service: this computer's clock may be wrong, and times of calls are the service's. */
export function setClockBy(response) {
  const service = Date.parse(response.headers.get('Date') ?? '');
  if (Number.isNaN(service)) return;
  const difference = service - Date.now();
  offset = Math.abs(difference) > TOLERANCE_MS ? difference : 0;
}

/** The service's time of day, in milliseconds. */
export const now = () => Date.now() + offset;

/** Milliseconds since a moment (RFC 3339); 0 where it is in the future, null where there is none. */
export function elapsedSince(iso) {
  const at = Date.parse(iso ?? '');
  return Number.isNaN(at) ? null : Math.max(0, now() - at);
}

/** A running time as a clock shows it: "0:42", "12:07", "1:02:07". */
export function clockWords(ms) {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = number => String(number).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "12 s ago". */
export const agoWords = ms => `${durationWords(ms)} ago`;

/** A moment as a person says it, with the date unless it is today's; null where it is unreadable. */
export function absoluteWords(iso) {
  const at = new Date(iso ?? '');
  if (Number.isNaN(at.getTime())) return null;
  const today = at.toDateString() === new Date().toDateString();
  return today ? at.toLocaleTimeString() : at.toLocaleString();
}
