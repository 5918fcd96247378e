import { authorization, foreignAnswer, readProblem } from './api.js';
import { EventParser } from './sse.js';
import { Stopwatch } from './stopwatch.js';

// The service sends a comment every 15 s: one is late, or two are missing and nobody is there any more.
const SILENT_MS = 20_000;
const DEAD_MS = 40_000;
const CHECK_MS = 1_000;
const DEFAULT_HINT_MS = 2_000;
const SHORTEST_HINT_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const UNAUTHENTICATED = 'urn:callwatch:problem:unauthenticated';

/**
 * Follows a stream of events until it ends, is refused or is closed; connects again whenever it breaks off.
 *
 * It reads with fetch since EventSource cannot send a token.
 * Options: url, token() and lastEventId() (asked anew for each connection), onEvent({type, data, id}),
 * onState('connecting' | 'live' | 'silent' | 'reconnecting' | 'finished' | 'idle', delay), where silent means that nothing
 * arrived for longer than the service is ever silent, onReceived() after what arrived was handled, comments included, and
 * onProblem(problem).
 */
export class CallStream {
  #options;
  #closing = new AbortController();
  #state;
  #hint = DEFAULT_HINT_MS;
  #failures = 0;

  constructor(options) {
    this.#options = options;
    this.#follow();
  }

  close() {
    this.#closing.abort();
  }

  get #closed() {
    return this.#closing.signal.aborted;
  }

  async #follow() {
    this.#report('connecting');
    while (!this.#closed) {
      const outcome = await this.#connect();
      if (this.#closed) return;
      if (outcome.problem) this.#options.onProblem(outcome.problem);
      if (outcome.finished) return this.#report('finished');
      if (outcome.atOnce) continue;
      if (!outcome.again) return this.#report('idle');
      const delay = this.#nextDelay(outcome.retryAfter);
      this.#report('reconnecting', delay);
      await pause(delay, this.#closing.signal);
    }
  }

  #report(state, delay) {
    this.#state = state;
    this.#options.onState(state, delay);
  }

  /** One connection, from request to its end: {finished}, {again, retryAfter?, problem?} or {problem}. */
  async #connect() {
    const watchdog = new Watchdog(() => this.#fallSilent());
    const lastEventId = this.#options.lastEventId();
    const token = this.#options.token();
    try {
      const response = await fetch(this.#options.url, {
        headers: headers(lastEventId, token),
        cache: 'no-store',
        signal: AbortSignal.any([this.#closing.signal, watchdog.signal]),
      });
      // Nothing more is to come, and this page has it all.
      if (response.status === 204) return { finished: true };
      if (response.status === 401) return this.#refused(await readProblem(response), token);
      if (!response.ok) return await refusal(response);
      if (!isEventStream(response)) return { problem: foreignAnswer(response) };
      this.#report('live');
      return await this.#read(response.body, new EventParser(lastEventId), watchdog, token);
    } catch {
      return { again: true };
    } finally {
      watchdog.stop();
    }
  }

  /** A token that expires while it is renewed is not the end: the next connection has the new one. */
  #refused(problem, token) {
    return this.#options.token() === token ? { problem: { ...problem, status: 401 } } : { atOnce: true };
  }

  async #read(body, parser, watchdog, token) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      watchdog.restart();
      const { value, done } = await reader.read();
      if (this.#closed || done) return { again: true };
      for (const event of parser.feed(value)) {
        if (event.type === 'end') return { finished: true };
        const expired = event.type === 'problem' && problemOfStream(event.data);
        if (expired) return this.#refused(expired, token);
        this.#take(event);
      }
      this.#hint = Math.max(parser.retry ?? this.#hint, SHORTEST_HINT_MS);
      if (this.#state === 'silent') this.#report('live');
      this.#options.onReceived();
    }
  }

  #take(event) {
    this.#failures = 0;
    try {
      this.#options.onEvent({ ...event, data: JSON.parse(event.data) });
    } catch (fault) {
      // One event that cannot be shown must not cost the others: connecting again would only bring it back.
      console.error('Event left out', event, fault);
    }
  }

  #fallSilent() {
    const waiting = this.#state === 'live' || this.#state === 'connecting';
    if (waiting && !this.#closed) this.#report('silent');
  }

  /** Grows exponentially from the hint. The random part keeps many pages from coming back in step after an outage. */
  #nextDelay(retryAfter = 0) {
    const grown = Math.min(this.#hint * 2 ** this.#failures++, LONGEST_DELAY_MS);
    return Math.max(retryAfter, this.#hint) + Math.random() * grown;
  }
}

/** Watches over one connection: says when it has fallen silent, and aborts it when it seems dead. */
class Watchdog {
  #controller = new AbortController();
  #onSilence;
  #silence = new Stopwatch();
  #timer = setInterval(() => this.#check(), CHECK_MS);

  constructor(onSilence) {
    this.#onSilence = onSilence;
  }

  get signal() {
    return this.#controller.signal;
  }

  restart() {
    this.#silence = new Stopwatch();
  }

  stop() {
    clearInterval(this.#timer);
    this.#controller.abort();
  }

  /** Often rather than once: a timer that was set before the computer fell asleep would come late. */
  #check() {
    if (this.#silence.elapsed >= DEAD_MS) this.stop();
    else if (this.#silence.elapsed >= SILENT_MS) this.#onSilence();
  }
}

function headers(lastEventId, token) {
  return {
    Accept: 'text/event-stream',
    ...authorization(token),
    ...(lastEventId ? { 'Last-Event-ID': lastEventId } : {}),
  };
}

/** The problem where it is about the whole stream because its token has expired; null otherwise. */
function problemOfStream(data) {
  try {
    const { id, problem } = JSON.parse(data);
    return !id && problem.type === UNAUTHENTICATED ? problem : null;
  } catch {
    return null;
  }
}

async function refusal(response) {
  const problem = await readProblem(response);
  const again = response.status === 429 || response.status >= 500;
  const seconds = Number(response.headers.get('Retry-After'));
  return { problem, again, retryAfter: seconds > 0 ? seconds * 1000 : 0 };
}

function isEventStream(response) {
  return (response.headers.get('Content-Type') ?? '').startsWith('text/event-stream');
}

function pause(ms, signal) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
