import { el, setText } from './dom.js';
import { filterCounts } from './filters.js';
import { lastHour } from './lasthour.js';
import { barElement, Sparkline } from './sparkline.js';
import { clockWords, elapsedSince, now } from './time.js';
import { durationWords, reasonShort } from './words.js';

const MOST_REASONS = 3;

/** The numbers above the board. Each is a button that shows the calls it counts. */
export class Numbers {
  #tiles;
  #reasons = el('ul', { class: 'reasons' });
  #budget = budgetTile();
  #drawn = '';

  constructor(parent, onChoose) {
    this.#tiles = {
      active: tile('active', 'Active', new Sparkline(), onChoose),
      failed: tile('failed', 'Failed', new Sparkline({ bars: true }), onChoose),
      waiting: tile('waiting', 'No disposition yet', null, onChoose),
      completed: tile('completed', 'Completed', new Sparkline({ bars: true }), onChoose),
    };
    this.#tiles.failed.element.append(this.#reasons);
    parent.append(...Object.values(this.#tiles).map(each => each.element), this.#budget.element);
  }

  /** Shows how often Vonage may be asked; nothing where that is not known. */
  showBudget(budget) {
    this.#budget.show(budget);
  }

  show(calls) {
    const counts = filterCounts(calls);
    const hour = lastHour(calls, now());
    const { active, failed, waiting, completed } = this.#tiles;
    active.show(counts.active, longest(calls, call => call.state === 'active', 'longest', clockWords), hour.active);
    failed.show(counts.failed, inLastHour(hour.failed), hour.failed);
    waiting.show(counts.waiting, longest(calls, call => call.awaitsDisposition, 'for up to', durationWords));
    completed.show(counts.completed, share(counts), hour.completed);
    this.#showReasons(calls.filter(call => call.state === 'failed'));
  }

  #showReasons(failed) {
    const reasons = [...Map.groupBy(failed, call => call.call.result?.reason ?? 'unknown')]
      .map(([reason, calls]) => [reasonShort(reason), calls.length])
      .sort(([a, one], [b, other]) => other - one || a.localeCompare(b))
      .slice(0, MOST_REASONS);
    const key = JSON.stringify([reasons, failed.length]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#reasons.replaceChildren(...reasons.map(([reason, count]) => el('li', {},
      el('span', { class: 'reason' }, reason),
      barElement(count / reasons[0][1]),
      el('span', { class: 'count' }, `${count}`))));
  }
}

function tile(show, label, sparkline, onChoose) {
  const number = el('span', { class: 'big' }, '0');
  const note = el('span', { class: 'note' });
  const button = el('button', { type: 'button', class: 'tile-button' },
    el('span', { class: 'tile-label' }, label), number, note);
  button.addEventListener('click', () => onChoose(show));
  const element = el('div', { class: 'tile', 'data-tile': show, 'data-count': '0' }, button, sparkline?.element);
  return {
    element,
    show(count, text, values) {
      element.dataset.count = String(count);
      setText(number, String(count));
      setText(note, text ?? '');
      if (values) sparkline.show(values);
    },
  };
}

function budgetTile() {
  const number = el('span', { class: 'big' });
  const note = el('span', { class: 'note' });
  const bar = el('div', { class: 'budget-bar' });
  const element = el('div', { class: 'tile', 'data-tile': 'budget', hidden: '' },
    el('div', { class: 'tile-text' }, el('span', { class: 'tile-label' }, 'Requests left'), number, note), bar);
  return {
    element,
    show(budget) {
      element.hidden = budget === null;
      if (!budget) return;
      const { requestsPerMinute, available, burst, pausedFor } = budget;
      element.dataset.paused = String(pausedFor > 0);
      setText(number, pausedFor ? 'Throttled' : String(available));
      setText(note, pausedFor ? `Vonage is asked again in ${durationWords(pausedFor * 1000)}`
        : `${Math.max(0, burst - available)} used of ${burst}; ${requestsPerMinute} a minute`);
      bar.replaceChildren(barElement(pausedFor ? 0 : Math.min(1, available / burst)));
    },
  };
}

function longest(calls, belongs, words, write) {
  const times = calls.filter(belongs).map(call => elapsedSince(call.since) ?? 0);
  return times.length ? `${words} ${write(Math.max(...times))}` : '';
}

function inLastHour(values) {
  const count = values.reduce((sum, each) => sum + each, 0);
  return count ? `${count} in the last hour` : 'none in the last hour';
}

function share({ completed, failed }) {
  const ended = completed + failed;
  return ended ? `${Math.round(completed / ended * 100)} % of those that ended` : '';
}
