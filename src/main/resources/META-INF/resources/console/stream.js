import { authorization, foreignAnswer, readProblem } from './api.js';
import { EventParser } from './sse.js';

// The service sends a comment every 15 s; two missed ones and some slack mean that nobody is there any more.
const SILENCE_MS = 40_000;
const DEFAULT_HINT_MS = 2_000;
const SHORTEST_HINT_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * Follows a stream of events until it ends, is refused or is closed; connects again whenever it breaks off.
 *
 * It reads with fetch since EventSource cannot send a token.
 * Options: url, token() (asked anew for each connection), lastEventId, onEvent({type, data, id}),
 * onState('connecting' | 'live' | 'reconnecting' | 'finished' | 'idle', delay), onProblem(problem).
 */
export class CallStream {
  #options;
  #closing = new AbortController();
  #lastEventId;
  #hint = DEFAULT_HINT_MS;
  #failures = 0;

  constructor(options) {
    this.#options = options;
    this.#lastEventId = options.lastEventId ?? '';
    this.#follow();
  }

  close() {
    this.#closing.abort();
  }

  get #closed() {
    return this.#closing.signal.aborted;
  }

  async #follow() {
    const { onState, onProblem } = this.#options;
    onState('connecting');
    while (!this.#closed) {
      const outcome = await this.#connect();
      if (this.#closed) return;
      if (outcome.problem) onProblem(outcome.problem);
      if (outcome.finished) return onState('finished');
      if (!outcome.again) return onState('idle');
      const delay = this.#nextDelay(outcome.retryAfter);
      onState('reconnecting', delay);
      await pause(delay, this.#closing.signal);
    }
  }

  /** One connection, from request to its end: {finished}, {again, retryAfter?, problem?} or {problem}. */
  async #connect() {
    const silence = new Silence(SILENCE_MS);
    try {
      const response = await fetch(this.#options.url, {
        headers: this.#headers(),
        cache: 'no-store',
        signal: AbortSignal.any([this.#closing.signal, silence.signal]),
      });
      if (!response.ok) return await refusal(response);
      if (!isEventStream(response)) return { problem: foreignAnswer(response) };
      this.#options.onState('live');
      return await this.#read(response.body, silence);
    } catch {
      return { again: true };
    } finally {
      silence.abort();
    }
  }

  #headers() {
    return {
      Accept: 'text/event-stream',
      ...authorization(this.#options.token()),
      ...(this.#lastEventId ? { 'Last-Event-ID': this.#lastEventId } : {}),
    };
  }

  async #read(body, silence) {
    const parser = new EventParser(this.#lastEventId);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      silence.broken();
      const { value, done } = await reader.read();
      if (this.#closed || done) return { again: true };
      for (const event of parser.feed(value)) {
        if (event.type === 'end') return { finished: true };
        this.#take(event);
      }
      this.#hint = Math.max(parser.retry ?? this.#hint, SHORTEST_HINT_MS);
    }
  }

  #take(event) {
    this.#failures = 0;
    this.#lastEventId = event.id;
    try {
      this.#options.onEvent({ ...event, data: JSON.parse(event.data) });
    } catch (fault) {
      // One event that cannot be shown must not cost the others: connecting again would only bring it back.
      console.error('Event left out', event, fault);
    }
  }

  /** Grows exponentially from the hint. The random part keeps many pages from coming back in step after an outage. */
  #nextDelay(retryAfter = 0) {
    const grown = Math.min(this.#hint * 2 ** this.#failures++, LONGEST_DELAY_MS);
    return Math.max(retryAfter, this.#hint) + Math.random() * grown;
  }
}

/** Aborts when nothing was heard for a while. */
class Silence extends AbortController {
  #timer;
  #longest;

  constructor(longest) {
    super();
    this.#longest = longest;
    this.broken();
    this.signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  broken() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.abort(), this.#longest);
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
