import { readAccounts } from './read.js';
import { el } from './dom.js';
import { recall, remember } from './preferences.js';

/** The accounts that may be read, and the field in which one is chosen. */
export class Accounts {
  #select;
  #session;
  #loading = null;
  #all = [];
  #areKnown = false;

  constructor(select, session, onChoose) {
    this.#select = select;
    this.#session = session;
    select.addEventListener('change', () => {
      remember('account', select.value);
      onChoose(select.value);
    });
  }

  /** Whether it is known which accounts may be read. */
  get areKnown() {
    return this.#areKnown;
  }

  get all() {
    return this.#all;
  }

  find(key) {
    return this.#all.find(account => account.key === key);
  }

  /** The account that was chosen last, that of the sandbox, or the first; empty where none may be read. */
  get preferred() {
    const sandbox = this.#all.find(({ region }) => region === 'sandbox');
    return [recall('account', ''), sandbox?.key, this.#all[0]?.key].find(key => this.find(key)) ?? '';
  }

  /** Loads them once for each token, however many ask. Throws a problem. */
  load() {
    const token = this.#session.token();
    if (this.#loading?.token !== token) {
      this.#loading = { token, done: this.#load(token) };
      this.#loading.done.catch(() => { this.#loading = null; });
    }
    return this.#loading.done;
  }

  /** A link may name an account that is not on the list: the service then says what is wrong with it. */
  select(key) {
    const isOffered = [...this.#select.options].some(option => option.value === key);
    if (key && !isOffered) this.#select.append(el('option', { value: key }, key));
    this.#select.value = key;
  }

  async #load(token) {
    const accounts = await readAccounts(token);
    if (token !== this.#session.token()) return this.load();
    this.#all = accounts;
    this.#areKnown = true;
    this.#offer();
  }

  #offer() {
    const wanted = this.#select.value;
    const options = [...this.#all].sort((one, other) => one.key.localeCompare(other.key)).map(({ key, region, country }) => {
      const where = [region === key ? null : region, country].filter(Boolean).join(', ');
      return el('option', { value: key }, where ? `${key} (${where})` : key);
    });
    if (!options.length) options.push(el('option', { value: '' }, 'No account may be read'));
    this.#select.replaceChildren(...options);
    if (wanted) this.select(wanted);
  }
}
