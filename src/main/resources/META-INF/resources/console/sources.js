import { AccountFeed } from './feed.js';
import { FollowedCalls } from './followed.js';

const BROKEN = ['reconnecting', 'silent', 'idle'];

/**
 * Where what is shown comes from: the account's feed, the stream of the calls that are followed, or both. To the page they are
 * one connection, which is as good as the worse of the two.
 */
export class Sources {
  #options;
  #feed = null;
  #followed = null;
  #states = new Map();
  #account = '';

  /** Options: openStream(options), token(), calls, most, onEvent, onList, onState, onReceived, onProblem. */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Begins to read an account: all of its calls, or only those that are followed. A feed that is being read goes on. Returns
   * whether anything else than the calls that are followed begins anew.
   */
  open(account, all) {
    if (account === this.#account && all === (this.#feed !== null) && this.#states.get('feed') !== 'idle') {
      this.follow();
      return false;
    }
    this.close();
    this.#account = account;
    const { openStream, token, calls, onEvent, onReceived, onProblem, onList, most } = this.#options;
    const shared = { account, token, openStream, calls, onEvent, onReceived, onProblem };
    if (all) {
      this.#feed = new AccountFeed({
        ...shared,
        most,
        onList,
        onState: (state, delay) => this.#take('feed', state, delay),
        onResumed: () => calls.all.filter(call => !call.followed).forEach(call => call.resumed()),
        hasOpenCalls: state => calls.all.some(call => !call.followed && call.state === state),
      });
    }
    this.#followed = new FollowedCalls({ ...shared, onState: (state, delay) => this.#take('followed', state, delay) });
    this.follow();
    return true;
  }

  /** Opens the stream of the calls that are followed anew, whatever was before. */
  follow() {
    this.#followed?.open();
  }

  /** The same where the calls are others than before, once for several changes. */
  followSoon() {
    this.#followed?.openSoon();
  }

  close() {
    this.#feed?.close();
    this.#followed?.close();
    this.#feed = null;
    this.#followed = null;
    this.#states.clear();
    this.#account = '';
  }

  /** Once a second. */
  tick() {
    this.#feed?.tick();
  }

  #take(source, state, delay) {
    this.#states.set(source, state);
    const lost = state === 'reconnecting' || state === 'idle';
    const isOfSource = call => call.followed === (source === 'followed');
    if (lost) this.#options.calls.all.filter(isOfSource).forEach(call => call.connectionLost());
    const shown = this.#shown(source, state);
    if (shown) this.#options.onState(shown, delay);
  }

  /** What the page shows of a change of one source; null for nothing. */
  #shown(source, state) {
    const isIdle = source === 'followed' && this.#options.calls.followed.length === 0;
    if (!this.#feed) return state;
    if (isIdle) return null;
    const feed = this.#states.get('feed');
    if (source === 'feed') return state;
    if (BROKEN.includes(state)) return state;
    // What was broken and is no more leaves the state of the feed.
    return state !== 'connecting' && feed === 'live' ? feed : null;
  }
}
