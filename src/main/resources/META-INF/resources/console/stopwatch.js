/**
 * Measures how much time has passed since it was made. The steady clock alone stops while the computer sleeps, and the time
 * of day alone may be put back: whichever shows more is right.
 */
export class Stopwatch {
  #steady;
  #timeOfDay;

  constructor(elapsed = 0) {
    this.#steady = performance.now() - elapsed;
    this.#timeOfDay = Date.now() - elapsed;
  }

  /** One that was started at a moment of the past (RFC 3339); now, where that is unreadable or in the future. */
  static since(iso) {
    const elapsed = Date.now() - Date.parse(iso);
    return new Stopwatch(elapsed > 0 ? elapsed : 0);
  }

  /** Milliseconds. */
  get elapsed() {
    return Math.max(performance.now() - this.#steady, Date.now() - this.#timeOfDay);
  }
}
