import { el, facts, moment } from './dom.js';
import { problemElement } from './problem.js';
import { changesBetween, changeWords, countryWords, lineTypeWords, recordingWords, resultWords, stateWords } from './words.js';

/** One watched call: where it stands, and a time line of what was seen while this page looked on. */
export class Card {
  element;
  removeButton;
  #guid;
  #call = null;
  #lost = false;
  #seen = new Set();
  #lastProblem = null;
  #parts;

  constructor(guid, { onRemove, onCopy }) {
    this.#guid = guid;
    this.#parts = {
      state: el('p', { class: 'state' }),
      summary: el('p', { class: 'summary' }, 'Waiting for its first status.'),
      notices: el('div', { class: 'notices' }),
      problem: el('div'),
      body: el('div', { class: 'body' }),
      history: el('div', { class: 'history', hidden: '' }),
      timeline: el('ol', { class: 'timeline', 'aria-labelledby': `timeline-${guid}` }),
      original: el('details', { hidden: '' }),
      raw: el('pre', { tabindex: '0', role: 'region', 'aria-label': 'Vonage’s document' }),
    };
    this.removeButton = button('Remove', `Remove call ${guid}`, onRemove);
    const copyButton = button('Copy curl', `Copy curl for call ${guid}`, () => onCopy(copyButton));
    this.element = this.#build(copyButton);
    this.#setState('pending');
  }

  get state() {
    return this.element.dataset.state;
  }

  /** Shows a status event; returns what it changed in words, or null where it brought nothing new. */
  show({ type, changes = [type], call }) {
    const told = type === 'call.observed' ? this.#changesSinceLastSeen(call) : this.#unlessRepeated(changes, call);
    const sameAsBefore = this.#call?.revision === call.revision;
    this.#lost = changes.includes('call.lost') || (this.#lost && sameAsBefore);
    this.#call = call;
    this.#lastProblem = null;
    this.#parts.problem.replaceChildren();
    this.#render();
    if (!told.length) return null;
    const words = told.map(change => changeWords(change, call)).join('; ');
    this.#addEntry(call.observed?.at, words, call.state);
    return words;
  }

  /** Shows that the call cannot be read now; what is known of it stays. Returns it in words, or null where it was known. */
  showProblem(problem) {
    const at = new Date().toISOString();
    const words = `Could not be read: ${problem.title ?? problem.type}`;
    this.#parts.problem.replaceChildren(problemElement(problem, at));
    if (!this.#call) {
      this.#setState('unavailable');
      this.#parts.summary.textContent = 'Nothing is known of this call.';
    }
    if (this.#lastProblem === problem.type) return null;
    this.#lastProblem = problem.type;
    this.#addEntry(at, words, 'problem');
    return words;
  }

  #build(copyButton) {
    const { state, summary, notices, problem, body, history, timeline, original, raw } = this.#parts;
    history.append(el('h4', { id: `timeline-${this.#guid}` }, 'Time line'), timeline);
    original.append(el('summary', {}, 'Vonage’s document'), raw);
    return el('li', { class: 'card', 'data-call': this.#guid },
      el('article', { 'aria-labelledby': `call-${this.#guid}` },
        el('header', {}, state, el('h3', { id: `call-${this.#guid}` }, this.#guid)),
        summary, notices, problem, body, history, original,
        el('footer', {}, copyButton, this.removeButton)));
  }

  #changesSinceLastSeen(call) {
    this.#seen.add(`${call.revision}`);
    return this.#call ? changesBetween(this.#call, call) : ['call.observed'];
  }

  /** After a reconnection events may come a second time. */
  #unlessRepeated(changes, call) {
    const key = `${call.revision} ${changes}`;
    if (this.#seen.has(key)) return [];
    this.#seen.add(key);
    return changes;
  }

  #render() {
    const call = this.#call;
    const { summary, notices, body, original, raw } = this.#parts;
    this.#setState(call.state);
    summary.textContent = call.summary;
    notices.replaceChildren(...this.#notices().map(text => el('p', { class: 'notice' }, text)));
    body.replaceChildren(
      el('div', { class: 'parties' }, party('From', call.from), party('To', call.to)),
      facts([
        ['Result', call.result && resultWords(call.result)],
        ['Disposition', call.disposition],
        ['Recording', recordingWords(call.recording)],
        ['First seen', moment(call.observed?.firstAt)],
        ['Last seen active', moment(call.observed?.lastActiveAt)],
        ['Seen ended', moment(call.observed?.firstEndedAt)],
        ['At Vonage until', moment(call.observed?.availableUntil)],
        ['Revision', `${call.revision}`],
      ]));
    original.hidden = false;
    raw.textContent = JSON.stringify(call.vonage ?? null, null, 2);
  }

  #notices() {
    return [
      this.#call.stale ? 'Not fresh: Vonage cannot be read now. This is the last known status.' : null,
      this.#lost ? 'Vonage no longer knows this call. This is how it was last seen.' : null,
    ].filter(Boolean);
  }

  #setState(state) {
    const [glyph, word] = stateWords(state);
    this.element.dataset.state = state;
    this.#parts.state.replaceChildren(el('span', { 'aria-hidden': 'true' }, glyph), ` ${word}`);
  }

  #addEntry(at, words, kind) {
    this.#parts.history.hidden = false;
    this.#parts.timeline.append(el('li', { 'data-kind': kind }, moment(at) ?? '', ' ', el('span', {}, words)));
  }
}

function button(text, label, onClick) {
  const node = el('button', { type: 'button', 'aria-label': label }, text);
  node.addEventListener('click', onClick);
  return node;
}

function party(title, details) {
  const { telephoneNumber, presentedClid, e164, country, lineType, agentId } = details ?? {};
  const known = facts([
    ['Number', telephoneNumber],
    ['Presented', presentedClid],
    ['E.164', e164],
    ['Country', countryWords(country)],
    ['Line', lineTypeWords(lineType)],
    ['Agent', agentId],
  ]);
  return el('section', {}, el('h4', {}, title), known.children.length ? known : el('p', { class: 'hint' }, 'Nothing known'));
}
