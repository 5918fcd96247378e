import { changesBetween, changeWords, gapWords } from './words.js';

const MOST = 64;

/** What happened to a call, in the order in which it happened: what this page saw, and what the service kept. */
export class Timeline {
  /** By revision. A revision is a time in milliseconds, so that what has only a time can be sorted among them. */
  #revisions = new Map();
  #notes = [];
  #complete = false;

  /** Adds a status event that comes after the status `before`, or after none. Returns in words what it says, or null. */
  add({ type, changes = [type], previous, call }, before) {
    if (this.#revisions.has(call.revision)) return null;
    const known = before && type === 'call.observed' ? changesBetween(before, call) : changes;
    const words = known.map(change => changeWords(change, call)).join('; ');
    const gap = before ? gapWords(before.revision, previous) : null;
    this.#put(call, previous, words, !before);
    return [gap, words].filter(Boolean).join('; ') || null;
  }

  /** Adds what has no revision, such as a failure to read the call. */
  note(at, words, kind, order = Date.parse(at)) {
    this.#notes.push({ at, words, kind, order });
    if (this.#notes.length > MOST) this.#notes.shift();
  }

  /** Adds what the service kept: the events of `…/revisions`, the oldest first. */
  merge(events) {
    for (const { changes, previous, call } of events) {
      // What the page saw first it could only see as it was.
      if (this.#revisions.get(call.revision)?.first === false) continue;
      this.#put(call, previous, changes.map(change => changeWords(change, call)).join('; '));
    }
    this.#complete ||= events.length > 0;
  }

  /** [{at, words, kind}], the oldest first, with an entry of the kind "gap" wherever changes are missing. */
  entries() {
    const revisions = [...this.#revisions.entries()].sort(([one], [other]) => one - other);
    const seen = revisions.flatMap(([revision, { at, words, kind, previous }], index) => {
      const gap = index === 0 ? this.#beginning(previous) : gapWords(revisions[index - 1][0], previous);
      return [
        gap && { at, words: gap, kind: 'gap', order: revision - 0.5 },
        words && { at, words, kind, order: revision },
      ].filter(Boolean);
    });
    return [...seen, ...this.#notes].sort((one, other) => one.order - other.order);
  }

  #beginning(previous) {
    return this.#complete && typeof previous === 'number' ? 'Earlier changes are no longer kept' : null;
  }

  #put(call, previous, words, first = false) {
    this.#revisions.set(call.revision, { at: call.observed?.at, words, kind: call.state, previous, first });
    if (this.#revisions.size > MOST) this.#revisions.delete(Math.min(...this.#revisions.keys()));
  }
}
