import { announce } from './announcer.js';
import { button, copy, el, facts, moment, setText } from './dom.js';
import { partyNumber, readableNumber } from './phone.js';
import { problemElement } from './problem.js';
import { absoluteWords, agoWords, clockWords, elapsedSince } from './time.js';
import { countryWords, durationWords, lineTypeWords, recordingWords, resultWords, retrySentence, stateWords } from './words.js';

const COPIED_MS = 2_000;

/**
 * Everything about one call, beside the board. A modal dialog: the focus stays inside, Escape closes it, and the focus goes back.
 *
 * Options: dialog, onClose(guid), onMove(guid, by), onFollow(call, on), onChoose(call, on), link(guid), curl(guid).
 */
export class Drawer {
  #dialog;
  #options;
  #watched = null;
  #parts;
  #drawnHistory = '';
  #drawnProblem = null;

  constructor(options) {
    this.#options = options;
    this.#dialog = options.dialog;
    this.#parts = this.#build();
    this.#dialog.addEventListener('close', () => {
      const guid = this.guid;
      this.#watched = null;
      if (guid) this.#options.onClose(guid);
    });
    // A press beside the drawer closes it.
    this.#dialog.addEventListener('click', event => event.target === this.#dialog && this.close());
  }

  /** The call that is open; null for none. */
  get guid() {
    return this.#watched?.guid ?? null;
  }

  open(watched) {
    this.#watched = watched;
    this.#drawnHistory = '';
    this.#parts.original.open = this.#parts.ours.open = false;
    this.update();
    this.#parts.body.scrollTop = 0;
    if (!this.#dialog.open) this.#dialog.showModal();
    announce(`Call ${this.#parts.title.textContent}`);
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  /** Writes where the call stands. */
  update() {
    const watched = this.#watched;
    if (!watched) return;
    const { call, guid, problem, state, lost, chosen, followed } = watched;
    const parts = this.#parts;
    const [glyph, word] = stateWords(state);
    this.#dialog.dataset.state = state;
    setText(parts.glyph, glyph);
    setText(parts.word, word);
    setText(parts.title, call ? `${partyTitle(call.from)} → ${partyTitle(call.to)}` : guid);
    setText(parts.guid, guid);
    setText(parts.summary, call?.summary ?? (problem ? 'Nothing is known of this call.' : 'Waiting for its first status.'));
    parts.notices.replaceChildren(...notices(call, lost).map(text => el('p', { class: 'notice' }, text)));
    this.#showProblem(problem);
    parts.parties.replaceChildren(...(call ? [party('From', call.from), party('To', call.to)] : []));
    parts.facts.replaceChildren(facts(call ? [
      ['Result', call.result && resultWords({ ...call.result, retry: undefined })],
      ['Calling again', call.result && retrySentence(call.result.retry)],
      ['Disposition', call.disposition ?? (watched.awaitsDisposition ? 'Not set yet' : null)],
      ['Recording', recordingWords(call.recording)],
      ['First seen', moment(call.observed?.firstAt)],
      ['Last seen active', moment(call.observed?.lastActiveAt)],
      ['Seen ended', moment(call.observed?.firstEndedAt)],
      ['At Vonage until', moment(call.observed?.availableUntil)],
      ['Revision', `${call.revision}`],
    ] : []));
    this.#showHistory();
    this.#showDocuments(call);
    setText(parts.curl, this.#options.curl(guid));
    parts.follow.setAttribute('aria-pressed', String(followed));
    setText(parts.follow, followed ? 'Followed' : 'Follow');
    parts.choose.setAttribute('aria-pressed', String(chosen));
    setText(parts.choose, chosen ? 'Notifying' : 'Notify me');
    this.tick();
  }

  /** Writes what depends on the passing of time. */
  tick() {
    const watched = this.#watched;
    if (!watched) return;
    const { age, lastKnown, since } = this.#parts;
    this.#dialog.dataset.current = String(watched.isCurrent);
    lastKnown.hidden = watched.isCurrent;
    age.hidden = watched.isCurrent;
    setText(age, watched.isCurrent ? '' : `Not current: last update ${agoWords(watched.age)}.`);
    const elapsed = elapsedSince(watched.since);
    since.title = absoluteWords(watched.since) ?? '';
    setText(since, elapsed === null ? '' : watched.call?.ended ? `ended ${agoWords(elapsed)}` : `for ${clockWords(elapsed)}`);
  }

  /** Written anew only where it is another one: somebody may have opened its details. */
  #showProblem(problem) {
    if (problem === this.#drawnProblem) return;
    this.#drawnProblem = problem;
    this.#parts.problem.replaceChildren(...(problem ? [problemElement(problem)] : []));
  }

  #showHistory() {
    const entries = this.#watched.timeline.entries();
    const key = JSON.stringify(entries);
    if (key === this.#drawnHistory) return;
    this.#drawnHistory = key;
    this.#parts.timeline.replaceChildren(...entries.map(({ at, words, kind }, index) => {
      const passed = Date.parse(at) - Date.parse(entries[index - 1]?.at);
      return el('li', { 'data-kind': kind }, moment(at) ?? '', ' ', el('span', {}, words),
        passed >= 1000 ? el('small', { class: 'passed' }, ` +${durationWords(passed)}`) : null);
    }));
    this.#parts.history.hidden = !entries.length;
  }

  #showDocuments(call) {
    const { original, ours, originalText, oursText } = this.#parts;
    original.hidden = ours.hidden = !call;
    if (!call) return;
    const { vonage, ...rest } = call;
    setText(originalText, JSON.stringify(vonage ?? null, null, 2));
    setText(oursText, JSON.stringify(rest, null, 2));
  }

  #build() {
    const parts = {
      glyph: el('span', { 'aria-hidden': 'true' }),
      lastKnown: el('span', { class: 'last-known', hidden: '' }, 'Last known: '),
      word: el('span'),
      since: el('time', { class: 'since' }),
      title: el('h2', { id: 'drawer-title' }),
      guid: el('code', { class: 'guid' }),
      summary: el('p', { class: 'summary' }),
      age: el('p', { class: 'notice age', hidden: '' }),
      notices: el('div', { class: 'notices' }),
      problem: el('div'),
      parties: el('div', { class: 'parties' }),
      facts: el('div'),
      history: el('section', { class: 'history', 'aria-labelledby': 'timeline-title', hidden: '' }),
      timeline: el('ol', { class: 'timeline' }),
      originalText: el('pre', { tabindex: '0', role: 'region', 'aria-label': 'Vonage’s document' }),
      oursText: el('pre', { tabindex: '0', role: 'region', 'aria-label': 'Callwatch’s document' }),
      curl: el('pre', { class: 'curl', tabindex: '0', role: 'region', 'aria-label': 'curl command' }),
    };
    const toggle = (on, label) => button('', { class: 'toggle', 'aria-pressed': 'false', 'aria-label': label }, () => on());
    parts.follow = toggle(() => this.#options.onFollow(this.#watched, !this.#watched.followed), null);
    parts.follow.title = 'The service asks Vonage again and again while this page is open';
    parts.choose = toggle(() => this.#options.onChoose(this.#watched, !this.#watched.chosen), null);
    parts.choose.title = 'A notification for whatever happens to this call';
    parts.original = el('details', {}, el('summary', {}, 'Vonage’s document'), parts.originalText);
    parts.ours = el('details', {}, el('summary', {}, 'Callwatch’s document'), parts.oursText);
    parts.history.append(el('h3', { id: 'timeline-title' }, 'Time line'), parts.timeline);
    parts.body = el('div', { class: 'drawer-body' },
      parts.summary, parts.age, parts.notices, parts.problem,
      el('div', { class: 'actions' }, parts.follow, parts.choose,
        this.#copyButton('Copy link', () => this.#options.link(this.guid)),
        this.#copyButton('Copy GUID', () => this.guid),
        this.#copyButton('Copy JSON', () => JSON.stringify(this.#watched.call, null, 2)),
        this.#copyButton('Copy curl', () => this.#options.curl(this.guid))),
      parts.parties, parts.facts, parts.history, parts.original, parts.ours,
      el('details', {}, el('summary', {}, 'curl'), parts.curl));
    const move = (by, label, text) => button(text, { class: 'icon', 'aria-label': label, title: label },
      () => this.#options.onMove(this.guid, by));
    this.#dialog.append(el('div', { class: 'drawer-frame' },
      el('header', { class: 'drawer-head' },
        el('p', { class: 'drawer-state' },
          el('span', { class: 'state' }, parts.glyph, ' ', parts.lastKnown, parts.word), ' ', parts.since),
        el('div', { class: 'drawer-tools' },
          move(-1, 'Previous call (k)', '↑'), move(1, 'Next call (j)', '↓'),
          button('✕', { class: 'icon', 'aria-label': 'Close (Escape)', title: 'Close (Escape)', autofocus: '' }, () => this.close())),
        parts.title, parts.guid),
      parts.body));
    return parts;
  }

  #copyButton(label, text) {
    return button(label, { class: 'copy' }, async node => {
      const words = await copy(text()) ? 'Copied' : 'Copying failed';
      setText(node, words);
      announce(words);
      setTimeout(() => setText(node, label), COPIED_MS);
    });
  }
}

function notices(call, lost) {
  if (lost) return ['Vonage no longer knows this call. This is how it was last seen.'];
  return call?.stale ? ['Vonage cannot be read now. This is the last known status.'] : [];
}

const partyTitle = party => partyNumber(party) ?? (party?.agentId ? `Agent ${party.agentId}` : '–');

function party(title, details) {
  const { telephoneNumber, presentedClid, e164, country, lineType, agentId } = details ?? {};
  const known = facts([
    ['Number', telephoneNumber],
    ['Presented', presentedClid],
    ['E.164', e164 && readableNumber(e164)],
    ['Country', countryWords(country)],
    ['Line', lineTypeWords(lineType)],
    ['Agent', agentId],
  ]);
  return el('section', {},
    el('h3', {}, title), known.children.length ? known : el('p', { class: 'hint' }, 'Nothing known'));
}
