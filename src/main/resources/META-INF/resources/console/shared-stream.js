import { CallStream } from './stream.js';
import { StreamLog } from './stream-log.js';
import { Stopwatch } from './stopwatch.js';
import { identityOf, longerLived } from './token.js';

const SILENT_MS = 20_000;
const DEAD_MS = 45_000;
/** So much later than announced a reconnection is overdue: browsers slow down the timers of tabs that nobody looks at. */
const OVERDUE_MS = 5_000;
const CHECK_MS = 1_000;
/** How long the leading tab keeps the lock after the end, so that waiting tabs get the message about the end first. */
const HANDOVER_MS = 250;
const OVER = ['finished', 'idle'];

/**
 * The same as a CallStream, but tabs of one browser that ask for the same with the same rights share one connection. A browser
 * opens six connections to a service with HTTP/1.1, and each stream takes one.
 *
 * One tab leads: it holds a lock of the stream's name, reads the stream, and passes on what arrives. The others wait for the lock,
 * so that the next one leads as soon as the leading tab closes, and goes on after the last event that it was passed. The name is a
 * hash of the URL and of whose token it is, so that another person's tab never joins. The tab that leads uses the token that serves
 * longest of all tabs; tokens are only passed between tabs, in memory. Where a browser has no locks (plain http, other than
 * localhost), each tab has its own stream.
 */
export class SharedStream {
  #options;
  #id = `${Math.random()}`;
  #name;
  #channel;
  #log;
  #waiting = new AbortController();
  #stream = null;
  #release = null;
  #closed = false;
  #joined = false;
  #state = null;
  #delay = 0;
  #changed = new Stopwatch();
  #received = new Stopwatch();
  #silent = false;
  #token = '';
  #sentToken = null;
  #timer;

  /** Takes the options of a CallStream. */
  constructor(options) {
    this.#options = options;
    if (navigator.locks && window.BroadcastChannel && crypto.subtle) this.#share();
    else this.#stream = new CallStream(options);
  }

  close() {
    this.#closed = true;
    this.#leave();
  }

  async #share() {
    this.#report('connecting');
    this.#log = new StreamLog({ snapshots: new URL(this.#options.url).searchParams.has('id') });
    this.#token = this.#options.token();
    this.#name = await nameOf(this.#options.url, identityOf(this.#token));
    if (this.#closed) return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.addEventListener('message', ({ data }) => this.#take(data));
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    this.#join();
    this.#contend();
  }

  #leave() {
    clearInterval(this.#timer);
    this.#waiting.abort();
    this.#stream?.close();
    this.#stream = null;
    this.#channel?.close();
    this.#channel = null;
    if (this.#closed) this.#release?.();
    else setTimeout(() => this.#release?.(), HANDOVER_MS);
  }

  get #leads() {
    return this.#stream !== null;
  }

  #post(message) {
    this.#channel?.postMessage(message);
  }

  // --- leading

  #contend({ steal = false } = {}) {
    const how = steal ? { steal } : { signal: this.#waiting.signal };
    // Rejected where another tab took the lock over, or where this one stopped waiting.
    navigator.locks.request(this.#name, how, () => this.#lead()).catch(() => this.#demote());
  }

  #lead() {
    if (this.#closed || !this.#channel) return undefined;
    this.#waiting.abort();
    this.#post({ kind: 'leading' });
    this.#stream = new CallStream({
      url: this.#options.url,
      token: () => longerLived(this.#options.token(), this.#token),
      lastEventId: this.#options.lastEventId,
      onEvent: event => this.#passOn({ kind: 'event', event }),
      onState: (state, delay) => this.#passOn({ kind: 'state', state, delay }),
      onReceived: () => this.#passOn({ kind: 'received' }),
      onProblem: problem => this.#passOn({ kind: 'problem', problem }),
    });
    return new Promise(resolve => { this.#release = resolve; });
  }

  /** Another tab leads now, since this one was too slow for it. */
  #demote() {
    if (this.#closed || !this.#leads) return;
    this.#stream.close();
    this.#stream = null;
    this.#waiting = new AbortController();
    this.#joined = false;
    this.#join();
    this.#contend();
  }

  #passOn(message) {
    this.#post(message);
    this.#handle(message);
  }

  #welcome({ from, token, lastEventId }) {
    this.#takeToken(token);
    const delay = Math.max(this.#delay - this.#changed.elapsed, 0);
    this.#post({ kind: 'welcome', to: from, state: this.#state, delay, events: this.#log.after(lastEventId) });
  }

  // --- following

  #join() {
    this.#sentToken = this.#options.token();
    this.#post({ kind: 'join', from: this.#id, token: this.#sentToken, lastEventId: this.#options.lastEventId() });
  }

  #take(message) {
    if (this.#closed) return;
    if (this.#leads) {
      if (message.kind === 'join') this.#welcome(message);
      else if (message.kind === 'token') this.#takeToken(message.token);
      return;
    }
    if (message.kind === 'leading' && !this.#joined) this.#join();
    else if (message.kind === 'welcome' && message.to === this.#id) this.#begin(message);
    else if (this.#joined) this.#handle(message);
  }

  #begin({ state, delay, events }) {
    this.#joined = true;
    if (state) this.#handle({ kind: 'state', state, delay });
    events.forEach(event => this.#handle({ kind: 'event', event }));
    this.#handle({ kind: 'received' });
  }

  /** What the stream says, in the tab that leads and in those that follow. */
  #handle({ kind, event, state, delay = 0, problem }) {
    this.#received = new Stopwatch();
    if (this.#silent && kind !== 'state') this.#report('live');
    if (kind === 'event') {
      this.#log.add(event);
      this.#options.onEvent(event);
    } else if (kind === 'received') {
      this.#sendToken();
      this.#options.onReceived();
    } else if (kind === 'problem') {
      this.#options.onProblem(problem);
    } else if (kind === 'state') {
      this.#delay = delay;
      this.#report(state);
      if (OVER.includes(state)) this.#leave();
    }
  }

  #report(state) {
    this.#silent = false;
    this.#state = state;
    this.#changed = new Stopwatch();
    this.#options.onState(state, this.#delay);
  }

  #takeToken(token) {
    this.#token = longerLived(this.#token, token);
  }

  #sendToken() {
    const token = this.#options.token();
    if (this.#leads || token === this.#sentToken) return;
    this.#sentToken = token;
    this.#post({ kind: 'token', token });
  }

  /** Watches over the tab that leads: it may be frozen, or slow. */
  #check() {
    if (this.#leads || !this.#joined) return;
    const silence = this.#received.elapsed;
    if (this.#state === 'live' && silence >= SILENT_MS) {
      this.#report('silent');
      this.#silent = true;
    }
    const overdue = this.#state === 'reconnecting' && this.#changed.elapsed > this.#delay + OVERDUE_MS;
    if (document.visibilityState === 'visible' && (silence >= DEAD_MS || overdue)) this.#takeOver();
  }

  #takeOver() {
    this.#received = new Stopwatch();
    this.#changed = new Stopwatch();
    this.#waiting.abort();
    this.#contend({ steal: true });
  }
}

/** One name for tabs that ask for the same with the same rights, which says nothing of either. */
async function nameOf(url, identity) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${url}\n${identity}`));
  return `callwatch-stream-${[...new Uint8Array(hash)].map(byte => byte.toString(16).padStart(2, '0')).join('')}`;
}
