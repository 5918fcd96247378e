import { eventsUrl } from './api.js';

const GATHER_MS = 300;

/**
 * The stream of the calls that are followed one by one.
 *
 * Options: account, token(), openStream(options), calls, onEvent, onState, onReceived, onProblem as those of a stream.
 */
export class FollowedCalls {
  #options;
  #stream = null;
  #lastEventId = '';
  #timer;
  #guids = '';

  constructor(options) {
    this.#options = options;
  }

  /** Opens the stream of the calls that are followed now, or closes it where there is none. */
  open() {
    clearTimeout(this.#timer);
    const { account, token, openStream, calls } = this.#options;
    const guids = calls.followed.map(call => call.guid);
    this.#guids = guids.join();
    this.#stream?.close();
    this.#stream = guids.length === 0 ? null : openStream({
      url: eventsUrl(account, guids),
      token,
      lastEventId: () => this.#resumeFrom(),
      onEvent: event => this.#take(event),
      onState: (state, delay) => this.#report(state, delay),
      onReceived: this.#options.onReceived,
      onProblem: this.#options.onProblem,
    });
    if (!this.#stream) this.#options.onState('idle');
  }

  /** Opens it where the calls are others than before. Several of them at once should open one stream and not several. */
  openSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#options.calls.followed.map(call => call.guid).join() !== this.#guids) this.open();
    }, GATHER_MS);
  }

  close() {
    clearTimeout(this.#timer);
    this.#stream?.close();
    this.#stream = null;
    this.#guids = '';
  }

  /**
   * The last event, where its call was readable. Otherwise the stream starts with where every call stands: the service does not
   * send a client that reconnects what has not changed, so that such a call would never be seen to be readable again.
   */
  #resumeFrom() {
    return this.#resumedCall()?.isReadable ? this.#lastEventId : '';
  }

  #resumedCall() {
    const call = this.#options.calls.get(this.#lastEventId.split(':')[0]);
    return call?.followed ? call : null;
  }

  #take(event) {
    this.#lastEventId = event.id;
    this.#options.onEvent(event);
  }

  #report(state, delay) {
    if (state === 'live' && this.#resumeFrom()) this.#resumedCall().resumed();
    this.#options.onState(state, delay);
  }
}
