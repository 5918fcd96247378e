import { readBudget } from './read.js';

const READ_MS = 10_000;
const PAUSED_MS = 2_000;

/**
 * Reads the budget of an account now and then, as long as somebody looks at the page. `onRead(budget)` gets null where it is not
 * known.
 */
export class BudgetReader {
  #token;
  #onRead;
  #account = '';
  #due = 0;

  constructor(token, onRead) {
    this.#token = token;
    this.#onRead = onRead;
  }

  /** Another account is shown. */
  use(account) {
    if (account === this.#account) return;
    this.#account = account;
    this.#due = 0;
    this.#onRead(null);
    this.tick();
  }

  /** Once a second. */
  tick() {
    if (!this.#account || document.hidden || Date.now() < this.#due) return;
    this.#due = Date.now() + READ_MS;
    this.#read(this.#account);
  }

  async #read(account) {
    let budget = null;
    try {
      budget = await readBudget(account, this.#token());
    } catch {
      // The board says what is wrong with the service; a number that is not known is not shown.
    }
    if (account !== this.#account) return;
    if (budget?.pausedFor) this.#due = Date.now() + PAUSED_MS;
    this.#onRead(budget);
  }
}
