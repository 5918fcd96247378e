import { partyNumber } from './phone.js';
import { Stopwatch } from './stopwatch.js';
import { elapsedSince } from './time.js';
import { Timeline } from './timeline.js';
import { changeWords } from './words.js';

const NOT_FOUND = 'urn:callwatch:problem:call-not-found';

/** The service's default for how long after its end a call may get its disposition. */
const DISPOSITION_WINDOW_MS = 30 * 60_000;

/** The feed does not say that nothing has changed. While somebody follows a call, it is read at least so often. */
const ACTIVE_READ_MS = 60_000;
const ENDED_READ_MS = 6 * 60_000;

/** One call: where it stands, what happened to it, and whether that is known to be current. */
export class WatchedCall {
  guid;
  /** Whether a stream of this page follows it; otherwise it is known from the account's feed only. */
  followed;
  /** Whether somebody wants to be notified of whatever happens to it. */
  chosen = false;
  call = null;
  problem = null;
  lost = false;
  timeline = new Timeline();
  /** When anything changed last, in milliseconds since the epoch. */
  changedAt = Date.now();
  searchText;
  /** Whether the service said where the call stands since the connection was lost. */
  #confirmed = false;
  /** Since when what is shown is not known to be current; null where it is. */
  #lastCurrent = null;

  constructor(guid, followed) {
    this.guid = guid;
    this.followed = followed;
    this.searchText = guid;
  }

  get state() {
    return this.call?.state ?? (this.problem ? 'unavailable' : 'pending');
  }

  /** Whether nothing that is shown may be out of date. */
  get isCurrent() {
    return this.#lastCurrent === null;
  }

  /** Milliseconds since it was known to be current. */
  get age() {
    return this.#lastCurrent?.elapsed ?? 0;
  }

  /** Whether the service could read the call when it last said something of it: then a stream can be resumed from here. */
  get isReadable() {
    return this.call !== null && !this.call.stale && this.problem === null;
  }

  /** Since when it is in its state, as far as the service saw it (RFC 3339). */
  get since() {
    const { ended, observed } = this.call ?? {};
    return (ended ? observed?.firstEndedAt : null) ?? observed?.firstAt ?? null;
  }

  /** Whether it has ended, and its disposition may still come. */
  get awaitsDisposition() {
    return this.call?.ended === true && this.call.disposition === null && !this.lost
      && elapsedSince(this.since) < DISPOSITION_WINDOW_MS;
  }

  /** Whether nothing more is expected of it. */
  get isSettled() {
    return this.lost || this.problem?.type === NOT_FOUND || (this.call?.ended === true && !this.awaitsDisposition);
  }

  /**
   * Takes a status event; returns in words what happened, or null where nothing is new. `listed`: it is what the service
   * remembers, and was not just read.
   */
  take(event, { listed = false } = {}) {
    const { type, changes = [type], call } = event;
    if (this.#isOlder(type, call, listed)) return null;
    const same = call.revision === this.call?.revision;
    const newlyLost = same && changes.includes('call.lost') && !this.lost;
    if (newlyLost) this.timeline.note(call.observed?.at, changeWords('call.lost', call), call.state, call.revision + 0.5);
    const words = newlyLost ? changeWords('call.lost', call) : same ? null : this.timeline.add(event, this.call);
    if (call.stale) this.#takeAge(call.observed?.at);
    this.lost = changes.includes('call.lost') || (this.lost && same);
    this.call = call;
    this.problem = null;
    this.#confirmed = true;
    if (!same) this.changedAt = Math.min(call.revision, Date.now());
    this.searchText = searchText(call);
    return words;
  }

  /** Takes that the call cannot be read now; what is known of it stays. Returns it in words, or null where it was known. */
  takeProblem(problem) {
    const repeated = this.problem?.type === problem.type;
    this.problem = problem;
    if (repeated) return null;
    const words = `Could not be read: ${problem.title ?? problem.type}`;
    this.timeline.note(new Date().toISOString(), words, 'problem');
    this.changedAt = Date.now();
    return words;
  }

  /** What is shown is not current until the service says again where the call stands. */
  connectionLost() {
    this.#confirmed = false;
  }

  /** A stream goes on from what is shown: that is current as long as the service does not say otherwise. */
  resumed() {
    this.#confirmed = true;
  }

  /** Finds out anew whether what is shown is known to be current. Returns whether that has changed. */
  refresh(connection) {
    const before = this.isCurrent;
    if (this.#isKnownToBeCurrent(connection)) this.#lastCurrent = null;
    else this.#lastCurrent ??= this.#lastKnown(connection);
    return before !== this.isCurrent;
  }

  #lastKnown(connection) {
    if (this.followed || !this.#confirmed || !connection.isLive) return connection.lastReceived ?? new Stopwatch();
    return Stopwatch.since(this.call.observed?.at);
  }

  #isKnownToBeCurrent(connection) {
    if (!this.call) return true;
    const { ended, disposition, stale } = this.call;
    // Nothing more is to come of it, but only an end is a status that lasts.
    if (this.lost || this.problem?.type === NOT_FOUND) return ended === true;
    if (this.problem || stale) return false;
    const over = ended === true && (disposition !== null || connection.state === 'finished');
    if (over) return true;
    if (!this.#confirmed || !connection.isLive) return false;
    return this.followed || this.#wasReadLately(ended === true);
  }

  #wasReadLately(ended) {
    // What comes after the window is not looked for by anybody.
    if (ended && !this.awaitsDisposition) return true;
    return elapsedSince(this.call.observed?.at) < (ended ? ENDED_READ_MS : ACTIVE_READ_MS);
  }

  /**
   * Events may come again after a reconnection, and a replica that cannot read the call may know less than this page does.
   * What was just read is current, even where that replica had no reason to give it a new revision.
   */
  #isOlder(type, call, listed) {
    return call.revision < this.call?.revision && (call.stale || listed || type !== 'call.observed');
  }

  /** A stale status says itself when it was read; where the call was current until now, that is known better. */
  #takeAge(at) {
    const read = Stopwatch.since(at);
    const better = this.#lastCurrent === null ? this.call === null : read.elapsed < this.#lastCurrent.elapsed;
    if (better) this.#lastCurrent = read;
  }
}

/** What a search looks at: numbers with and without their groups, agents, disposition and reason. */
function searchText({ id, state, from, to, result, disposition, recording }) {
  const parties = [from, to].flatMap(party => [
    partyNumber(party), party?.e164, party?.telephoneNumber, party?.presentedClid, party?.agentId && `agent ${party.agentId}`,
    party?.country,
  ]);
  return [id, state, ...parties, result?.reason?.replaceAll('-', ' '), disposition, recording]
    .filter(Boolean).join(' ').toLowerCase();
}
