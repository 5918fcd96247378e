import { el, facts, moment } from './dom.js';
import { problemElement } from './problem.js';
import { Stopwatch } from './stopwatch.js';
import {
  changesBetween, changeWords, countryWords, durationWords, gapWords, lineTypeWords, recordingWords, resultWords, stateWords,
} from './words.js';

const NOT_FOUND = 'urn:callwatch:problem:call-not-found';

/**
 * One watched call: where it stands, and a time line of what was seen while this page looked on. What is not known to be
 * current is dimmed, and the card says how old it is.
 */
export class Card {
  element;
  removeButton;
  #guid;
  #call = null;
  #lost = false;
  #problem = null;
  /** Whether the service said where the call stands since the connection was lost. */
  #confirmed = false;
  /** Since when what is shown is not known to be current; null where it is. */
  #lastCurrent = null;
  #parts;

  constructor(guid, { onRemove, onCopy }) {
    this.#guid = guid;
    this.#parts = {
      state: el('p', { class: 'state' }),
      summary: el('p', { class: 'summary' }, 'Waiting for its first status.'),
      age: el('p', { class: 'notice age', hidden: '' }),
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

  /** Whether nothing that is shown may be out of date. */
  get isCurrent() {
    return this.#lastCurrent === null;
  }

  /** Whether the service could read the call when it last said something of it: then a stream can be resumed from here. */
  get isReadable() {
    return this.#call !== null && !this.#call.stale && this.#problem === null;
  }

  /** Shows a status event; returns in words what happened, or null where it brought nothing new. */
  show({ type, changes = [type], previous, call }) {
    if (this.#isOlder(type, call)) return null;
    const entries = this.#entries({ type, changes, previous, call });
    if (call.stale) this.#takeAge(call.observed?.at);
    this.#lost = changes.includes('call.lost') || (this.#lost && call.revision === this.#call.revision);
    this.#call = call;
    this.#problem = null;
    this.#confirmed = true;
    this.#parts.problem.replaceChildren();
    this.#render();
    entries.forEach(([words, kind]) => this.#addEntry(call.observed?.at, words, kind));
    return entries.map(([words]) => words).join('; ') || null;
  }

  /** Shows that the call cannot be read now; what is known of it stays. Returns it in words, or null where it was known. */
  showProblem(problem) {
    const at = new Date().toISOString();
    const words = `Could not be read: ${problem.title ?? problem.type}`;
    const repeated = this.#problem?.type === problem.type;
    this.#problem = problem;
    this.#parts.problem.replaceChildren(problemElement(problem, at));
    if (!this.#call) {
      this.#setState('unavailable');
      this.#parts.summary.textContent = 'Nothing is known of this call.';
    }
    if (repeated) return null;
    this.#addEntry(at, words, 'problem');
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

  /** Dims the card where what it shows is not known to be current, and says how old that is. Once a second, as it counts. */
  refresh(connection) {
    if (this.#isKnownToBeCurrent(connection)) this.#lastCurrent = null;
    else this.#lastCurrent ??= connection.lastReceived ?? new Stopwatch();
    const { age, state } = this.#parts;
    this.element.dataset.current = this.isCurrent;
    state.querySelector('.last-known').hidden = this.isCurrent;
    age.hidden = this.isCurrent;
    const text = this.isCurrent ? '' : `Not current: last read ${durationWords(this.#lastCurrent.elapsed)} ago.`;
    if (age.textContent !== text) age.textContent = text;
  }

  #isKnownToBeCurrent(connection) {
    if (!this.#call) return true;
    const { ended, disposition, stale } = this.#call;
    // Nothing more is to come of it, but only an end is a status that lasts.
    if (this.#lost || this.#problem?.type === NOT_FOUND) return ended === true;
    if (this.#problem || stale) return false;
    const settled = ended === true && (disposition !== null || connection.state === 'finished');
    return settled || (this.#confirmed && connection.isLive);
  }

  /**
   * Events may come again after a reconnection, and a replica that cannot read the call may know less than this page does.
   * What was just read is current, even where that replica had no reason to give it a new revision.
   */
  #isOlder(type, call) {
    return call.revision < this.#call?.revision && (call.stale || type !== 'call.observed');
  }

  /** A stale status says itself when it was read; where the card was current until now, that is known better. */
  #takeAge(at) {
    const read = Stopwatch.since(at);
    const better = this.#lastCurrent === null ? this.#call === null : read.elapsed < this.#lastCurrent.elapsed;
    if (better) this.#lastCurrent = read;
  }

  #build(copyButton) {
    const { state, summary, age, notices, problem, body, history, timeline, original, raw } = this.#parts;
    history.append(el('h4', { id: `timeline-${this.#guid}` }, 'Time line'), timeline);
    original.append(el('summary', {}, 'Vonage’s document'), raw);
    return el('li', { class: 'card', 'data-call': this.#guid, 'data-current': 'true' },
      el('article', { 'aria-labelledby': `call-${this.#guid}` },
        el('header', {}, state, el('h3', { id: `call-${this.#guid}` }, this.#guid)),
        summary, age, notices, problem, body, history, original,
        el('footer', {}, copyButton, this.removeButton)));
  }

  /** What a status event adds to the time line: [words, kind] of each entry. */
  #entries({ type, changes, previous, call }) {
    const before = this.#call;
    if (before?.revision === call.revision) {
      const newlyLost = changes.includes('call.lost') && !this.#lost;
      return newlyLost ? [[changeWords('call.lost', call), call.state]] : [];
    }
    const gap = before ? gapWords(before.revision, previous) : null;
    const known = before && type === 'call.observed' ? changesBetween(before, call) : changes;
    const words = known.map(change => changeWords(change, call)).join('; ');
    return [[gap, 'gap'], [words, call.state]].filter(([text]) => text);
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
    if (this.#lost) return ['Vonage no longer knows this call. This is how it was last seen.'];
    return this.#call.stale ? ['Vonage cannot be read now. This is the last known status.'] : [];
  }

  #setState(state) {
    const [glyph, word] = stateWords(state);
    this.element.dataset.state = state;
    this.#parts.state.replaceChildren(
      el('span', { 'aria-hidden': 'true' }, glyph), ' ',
      el('span', { class: 'last-known', hidden: this.isCurrent ? '' : null }, 'Last known: '), word);
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
