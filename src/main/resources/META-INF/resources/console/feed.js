import { feedUrl, readCalls } from './read.js';

const REREAD_MS = 30_000;
const RETRY_MS = 5_000;

/**
 * All calls of an account: the list of what is kept, and the account's feed of what happens from then on.
 *
 * The feed is opened first, so that nothing falls between the two; revisions say which of both is newer. Where the feed names a
 * gap, or cannot go on from a known position, the list is read again. Calls that go on are read again every 30 s: the feed does
 * not say when somebody last looked at them.
 * Options: account, token(), openStream(options), most (calls of the list), onEvent, onState, onReceived, onProblem as those of a
 * stream, onList(calls), onResumed() before the state of a stream that goes on, and
 * hasOpenCalls(state).
 */
export class AccountFeed {
  #options;
  #stream;
  #lastEventId = '';
  #closed = false;
  #reading = null;
  #again = false;
  #read = Date.now();
  /** When the whole list has to be read, since that failed; null where it did not. */
  #retryAt = null;

  constructor(options) {
    this.#options = options;
    this.#stream = options.openStream({
      url: feedUrl(options.account),
      token: options.token,
      lastEventId: () => this.#lastEventId,
      onEvent: event => this.#take(event),
      onState: (state, delay) => this.#report(state, delay),
      onReceived: options.onReceived,
      onProblem: options.onProblem,
    });
  }

  close() {
    this.#closed = true;
    this.#stream.close();
  }

  /** Once a second. */
  tick() {
    if (this.#retryAt !== null && Date.now() >= this.#retryAt) return this.#readAll();
    if (Date.now() - this.#read < REREAD_MS) return;
    this.#read = Date.now();
    for (const state of ['active', 'unknown']) {
      if (this.#options.hasOpenCalls(state)) this.#readList({ state });
    }
  }

  #report(state, delay) {
    if (this.#closed) return;
    if (state === 'live' && this.#lastEventId) this.#options.onResumed();
    this.#options.onState(state, delay);
    if (state === 'live' && !this.#lastEventId) this.#readAll();
  }

  #take(event) {
    if (this.#closed) return;
    if (event.id) this.#lastEventId = event.id;
    if (event.type === 'gap') this.#readAll();
    else this.#options.onEvent(event);
  }

  /** One reading at a time; what becomes necessary meanwhile is done once it has ended. */
  async #readAll() {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = this.#readList({ most: this.#options.most });
    const complete = await this.#reading;
    this.#reading = null;
    this.#retryAt = complete ? null : Date.now() + RETRY_MS;
    if (this.#again && !this.#closed) {
      this.#again = false;
      this.#readAll();
    }
  }

  /** Returns whether it could be read. */
  async #readList(choice) {
    try {
      for await (const calls of readCalls(this.#options.account, this.#options.token(), choice)) {
        if (this.#closed) return true;
        this.#options.onList(calls);
      }
      return true;
    } catch (problem) {
      if (!this.#closed) this.#options.onProblem(problem);
      return false;
    }
  }
}
