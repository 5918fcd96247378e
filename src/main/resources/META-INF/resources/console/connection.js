import { announce } from './announcer.js';
import { Stopwatch } from './stopwatch.js';
import { durationWords } from './words.js';

const LABELS = {
  idle: 'Not connected',
  connecting: 'Connecting…',
  live: 'Live',
  silent: 'Not responding',
  reconnecting: 'Reconnecting…',
  finished: 'Finished',
};

const ANNOUNCEMENTS = {
  ...LABELS,
  silent: 'The service does not respond. What is shown may be out of date',
  reconnecting: 'Connection lost, reconnecting. What is shown may be out of date',
};

/** How the page is connected to the service: what is shown of it, and since when nothing has arrived. */
export class Connection {
  #label;
  #note;
  #state = 'idle';
  #interrupted = false;
  #delay = 0;
  #changed = new Stopwatch();
  #lastReceived = null;

  constructor(label, note) {
    this.#label = label;
    this.#note = note;
  }

  get state() {
    return this.#state;
  }

  /** Whether what the service says of calls reaches this page. Opening another stream on purpose does not interrupt that. */
  get isLive() {
    return !this.#interrupted && this.#state !== 'finished';
  }

  /** Since anything arrived last; null before the first time. */
  get lastReceived() {
    return this.#lastReceived;
  }

  /** Takes a state of the stream, with the milliseconds until the next attempt. */
  show(state, delay = 0) {
    const before = this.#state;
    this.#state = state;
    this.#delay = delay;
    this.#changed = new Stopwatch();
    if (state !== 'connecting') this.#interrupted = state !== 'live' && state !== 'finished';
    if (state === 'live') this.receive();
    this.#label.textContent = LABELS[state];
    this.#label.dataset.connection = state;
    this.tick();
    if (state !== before && state !== 'connecting') announce(ANNOUNCEMENTS[state]);
  }

  /** Something has arrived. */
  receive() {
    this.#lastReceived = new Stopwatch();
  }

  /** Nothing is watched any more: when something arrived last is of no interest. */
  forget() {
    this.#lastReceived = null;
  }

  /** Once a second, as the note counts. It is not announced: a screen reader would never be silent. */
  tick() {
    const texts = this.#interrupted ? [this.#age(), this.#nextAttempt()] : [];
    const text = texts.filter(Boolean).join(' ');
    if (this.#note.textContent !== text) this.#note.textContent = text;
  }

  #age() {
    return this.#lastReceived && `Last message ${durationWords(this.#lastReceived.elapsed)} ago.`;
  }

  #nextAttempt() {
    if (this.#state !== 'reconnecting') return null;
    const left = this.#delay - this.#changed.elapsed;
    return left > 0 ? `Trying again in ${durationWords(left + 999)}.` : 'Trying again now.';
  }
}
