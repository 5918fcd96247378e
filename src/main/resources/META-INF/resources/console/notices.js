import { announce } from './announcer.js';
import { button, el } from './dom.js';
import { problemElement } from './problem.js';
import { problemName, problemWords } from './words.js';

/** What concerns the account and not one call: it is said once above the board, however many calls it keeps from being read. */
const ACCOUNT_WIDE = ['upstream-throttled', 'upstream-unavailable', 'upstream-unreachable', 'upstream-forbidden',
  'upstream-rejected-credentials', 'budget-exhausted', 'rate-limited', 'store-unavailable'];

export const isAccountWide = problem => ACCOUNT_WIDE.includes(problemName(problem));

/** The place above the board for what is wrong with the whole of it. */
export class Notices {
  #page;
  #shared;
  #drawn = '';

  constructor(page, shared) {
    this.#page = page;
    this.#shared = shared;
  }

  /** The service refused what the page asked for. */
  show(problem, retry) {
    this.#page.replaceChildren(problemElement(problem), button('Try again', { class: 'retry-now' }, retry));
    announce(problem.title ?? 'Problem');
  }

  clear() {
    this.#page.replaceChildren();
  }

  /** Says once what keeps calls from being read. */
  showShared(calls) {
    const byType = Map.groupBy(calls.filter(call => isAccountWide(call.problem)), call => call.problem.type);
    const stale = calls.filter(call => call.call?.stale && !call.lost && !call.problem).length;
    const key = JSON.stringify([[...byType].map(([type, each]) => [type, each.length]), stale]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#shared.replaceChildren(
      ...[...byType.values()].map(each => notice(problemWords(each[0].problem) ?? each[0].problem.title, each.length)),
      ...(stale ? [notice('Vonage cannot be read now.', stale)] : []));
  }
}

function notice(text, count) {
  const calls = count === 1 ? '1 call shows its last known status.' : `${count} calls show their last known status.`;
  return el('p', { class: 'notice' }, el('strong', {}, text), ' ', calls);
}
