import { el, setText } from './dom.js';
import { isAccountWide } from './notices.js';
import { partyNumber } from './phone.js';
import { absoluteWords, agoWords, clockWords, elapsedSince } from './time.js';
import { countryWords, problemTitle, recordingShort, resultShort, retryShort, stateWords } from './words.js';

/** One line of the board. It is built once; afterwards only what differs is written. */
export class Row {
  element;
  open;
  #watched;
  #parts;
  #state;
  #since;

  constructor(watched, onOpen) {
    this.#watched = watched;
    const parts = {
      glyph: el('span', { 'aria-hidden': 'true' }),
      lastKnown: el('span', { class: 'last-known visually-hidden', hidden: '' }, 'Last known: '),
      word: el('span'),
      from: party(),
      to: party(),
      guid: el('code', { class: 'guid' }),
      mark: el('span', { class: 'bell', hidden: '', title: 'You are notified of its changes' }, '♪'),
      agent: cell('agent', 'Agent'),
      recording: cell('recording', 'Recording'),
      time: el('time'),
      age: el('span', { class: 'age', hidden: '' }),
      result: cell('result', 'Result'),
      retry: cell('retry', 'Retry'),
      disposition: cell('disposition', 'Disposition'),
      id: cell('id', 'GUID'),
    };
    this.#parts = parts;
    parts.numbers = el('span', { class: 'numbers' },
      parts.from.element, el('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'),
      el('span', { class: 'visually-hidden' }, ' to '), parts.to.element);
    this.open = el('button', { type: 'button', class: 'open', tabindex: '-1' }, parts.numbers, parts.guid);
    this.open.addEventListener('click', event => {
      event.stopPropagation();
      onOpen();
    });
    this.element = el('tr', { class: 'call', role: 'row', 'data-call': watched.guid },
      el('td', { role: 'cell', class: 'state-cell' }, el('span', { class: 'state' }, parts.glyph, ' ', parts.lastKnown, parts.word)),
      el('th', { role: 'rowheader', scope: 'row', class: 'parties-cell' }, this.open, parts.mark),
      parts.agent.element, parts.recording.element,
      el('td', { role: 'cell', class: 'since-cell' }, parts.time, ' ', parts.age),
      parts.result.element, parts.retry.element, parts.disposition.element, parts.id.element);
    this.element.addEventListener('click', () => {
      if (getSelection()?.isCollapsed !== false) onOpen();
    });
    setText(parts.id.value, watched.guid.slice(0, 8));
    parts.id.element.title = watched.guid;
  }

  /** Writes where the call stands. */
  update() {
    const { call, state, guid, chosen } = this.#watched;
    const parts = this.#parts;
    if (this.#state !== state) {
      this.#state = state;
      const [glyph, word] = stateWords(state);
      this.element.dataset.state = state;
      setText(parts.glyph, glyph);
      setText(parts.word, word);
    }
    const hasNumbers = this.#showParty(parts.from, call?.from) | this.#showParty(parts.to, call?.to);
    parts.numbers.hidden = !hasNumbers;
    setText(parts.guid, hasNumbers ? '' : guid);
    parts.mark.hidden = !chosen;
    parts.agent.show([call?.from?.agentId, call?.to?.agentId].filter(Boolean).join(' → '));
    parts.recording.show(recordingShort(call?.recording));
    parts.recording.element.dataset.recording = call?.recording ?? '';
    parts.result.show(this.#result());
    parts.retry.show(retryShort(call?.result?.retry));
    parts.retry.element.dataset.retry = call?.result?.retry ?? '';
    parts.disposition.show(call?.disposition ?? (this.#watched.awaitsDisposition ? 'Not yet' : null));
    parts.disposition.element.dataset.waiting = String(this.#watched.awaitsDisposition);
    this.tick();
  }

  /** Writes what depends on the passing of time. */
  tick() {
    const { time, age, lastKnown } = this.#parts;
    const watched = this.#watched;
    const since = watched.since;
    if (this.#since !== since) {
      this.#since = since;
      time.dateTime = since ?? '';
      time.title = since ? `since ${absoluteWords(since)}` : '';
    }
    const elapsed = elapsedSince(since);
    setText(time, elapsed === null ? '' : watched.call?.ended ? agoWords(elapsed) : clockWords(elapsed));
    const current = watched.isCurrent;
    if (this.element.dataset.current !== String(current)) {
      this.element.dataset.current = String(current);
      lastKnown.hidden = current;
      age.hidden = current;
    }
    setText(age, current ? '' : `last update ${agoWords(watched.age)}`);
  }

  /** What concerns the whole account is said above the board. */
  #result() {
    const { call, problem, lost } = this.#watched;
    if (problem && !(call && isAccountWide(problem))) return problemTitle(problem);
    return lost ? 'Vonage no longer knows it' : resultShort(call?.result);
  }

  #showParty(parts, party) {
    const number = partyNumber(party) ?? (party?.agentId ? `Agent ${party.agentId}` : null);
    setText(parts.number, number ?? '–');
    setText(parts.country, party?.country ?? '');
    const country = countryWords(party?.country) ?? '';
    if (parts.country.title !== country) parts.country.title = country;
    return number ? 1 : 0;
  }
}

/** The label is shown on phones, where there are no columns. */
function cell(name, label) {
  const value = el('span', { class: 'value' });
  const element = el('td', { role: 'cell', class: `${name}-cell`, 'data-label': label }, value);
  return {
    element,
    value,
    show(text) {
      setText(value, text ?? '');
      element.title = text ?? '';
      element.classList.toggle('blank', !text);
    },
  };
}

function party() {
  const number = el('span', { class: 'number' });
  const country = el('small', { class: 'country' });
  return { element: el('span', { class: 'party' }, number, ' ', country), number, country };
}
