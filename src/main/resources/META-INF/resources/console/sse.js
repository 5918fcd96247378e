/**
 * Parses text/event-stream as the HTML standard has it, from text that arrives in pieces of any size.
 * One deviation: an event with a name but no data is handed on too, for the name alone may be the message.
 */
export class EventParser {
  /** The server's hint, in milliseconds, at how long to wait before connecting again; null until it gave one. */
  retry = null;
  lastEventId;
  #rest = '';
  #data = [];
  #type = '';

  constructor(lastEventId = '') {
    this.lastEventId = lastEventId;
  }

  /** Yields {type, data, id} for each event that this piece completes. */
  * feed(piece) {
    for (const line of this.#lines(piece)) {
      if (line !== '') {
        this.#field(line);
        continue;
      }
      if (this.#data.length || this.#type) {
        yield { type: this.#type || 'message', data: this.#data.join('\n'), id: this.lastEventId };
      }
      this.#data = [];
      this.#type = '';
    }
  }

  #lines(piece) {
    const text = this.#rest + piece;
    // A CR at the very end may be half of a CRLF: it waits for the next piece.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + text.slice(whole.length);
    return lines;
  }

  #field(line) {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#type = value;
    else if (name === 'id' && !value.includes('\0')) this.lastEventId = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
  }
}
