const MOST_EVENTS = 512;

/**
 * What a stream has said, for a tab that joins it later: the last events, and where each call stands. The oldest events are left
 * out when there are too many; a tab that knew nothing later is then shown where each call stands instead.
 */
export class StreamLog {
  #events = [];
  #calls = new Map();
  #snapshots;

  /** @param snapshots whether the stream begins with where each call stands, as the service's streams of chosen calls do */
  constructor({ snapshots }) {
    this.#snapshots = snapshots;
  }

  add(event) {
    this.#events.push(event);
    if (this.#events.length > MOST_EVENTS) this.#events.shift();
    if (this.#snapshots) this.#remember(event);
  }

  /** What follows an event; from the beginning where it names none, or one that is no longer known. */
  after(lastEventId) {
    const index = lastEventId ? this.#events.findLastIndex(({ id }) => id === lastEventId) : -1;
    return index < 0 ? this.#beginning() : this.#events.slice(index + 1);
  }

  #remember(event) {
    const { type, data } = event;
    if (type === 'status') this.#calls.set(data.call.id, { status: event, problem: null });
    else if (type === 'problem' && data.id) this.#calls.set(data.id, { ...this.#calls.get(data.id), problem: event });
  }

  #beginning() {
    return [...this.#calls.values()]
      .flatMap(({ status, problem }) => [status && observed(status), problem])
      .filter(Boolean);
  }
}

/** A call as a stream shows it at first: nothing is known of what came before. */
function observed(event) {
  const lost = event.data.changes?.includes('call.lost') ? ['call.lost'] : [];
  const data = { ...event.data, type: 'call.observed', changes: ['call.observed', ...lost], previous: null };
  return { ...event, data };
}
