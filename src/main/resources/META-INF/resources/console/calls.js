import { WatchedCall } from './watched.js';

/** The calls that the page knows, by GUID. Of an account's feed only the last ones stay: settled calls go first. */
export class Calls {
  #calls = new Map();
  #most;

  constructor(most) {
    this.#most = most;
  }

  get size() {
    return this.#calls.size;
  }

  get all() {
    return [...this.#calls.values()];
  }

  get followed() {
    return this.all.filter(call => call.followed);
  }

  get(guid) {
    return this.#calls.get(guid);
  }

  /** The call of this GUID; made where there is none. A call that is followed once stays so. */
  ensure(guid, followed = false) {
    let call = this.#calls.get(guid);
    if (!call) {
      call = new WatchedCall(guid, followed);
      this.#calls.set(guid, call);
    }
    call.followed ||= followed;
    return call;
  }

  delete(guid) {
    this.#calls.delete(guid);
  }

  clear() {
    this.#calls.clear();
  }

  /** Forgets what is beyond the limit, except what `isKept` names. Returns the GUIDs. */
  trim(isKept) {
    const excess = this.size - this.#most;
    if (excess <= 0) return [];
    const oldest = this.all.filter(call => !call.followed && !call.chosen && !isKept(call))
      .sort((one, other) => Number(other.isSettled) - Number(one.isSettled) || one.changedAt - other.changedAt)
      .slice(0, excess)
      .map(call => call.guid);
    oldest.forEach(guid => this.#calls.delete(guid));
    return oldest;
  }
}
