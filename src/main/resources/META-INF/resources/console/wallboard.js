import { Accounts } from './accounts.js';
import { addressOf, readAddress, writeAddress } from './address.js';
import { announce } from './announcer.js';
import { callUrl, curl, eventsUrl, MOST_CALLS } from './api.js';
import { Attention } from './attention.js';
import { Board } from './board.js';
import { BudgetReader } from './budget.js';
import { Calls } from './calls.js';
import { ChooseForm, invalidWords } from './choose.js';
import { Connection } from './connection.js';
import { setText } from './dom.js';
import { Drawer } from './drawer.js';
import { EmptyState } from './empty.js';
import { filterCounts } from './filters.js';
import { listenToKeys } from './keys.js';
import { Notices } from './notices.js';
import { Numbers } from './numbers.js';
import { isSandbox, playElement } from './play.js';
import { feedUrl, readCall, readRevisions } from './read.js';
import { Sources } from './sources.js';
import { Toolbar } from './toolbar.js';
import { countWords } from './words.js';

const MOST_KNOWN = 500;
const GATHER_MS = 100;
const TICK_MS = 1_000;
const RETRY_MS = 5_000;

/** What passes of itself changes the order too: a failure of the last hour becomes an older one. */
const ARRANGE_TICKS = 10;

const $ = id => document.getElementById(id);

/**
 * Starts the board of an account's calls, with all that belongs to it.
 *
 * `session` has ready(), which resolves with whether there is anything to begin with; token(), which is asked anew for each
 * request; changed(listener), for another token; accepted(accounts), for what the service lets it read; and refused(problem),
 * which returns whether it deals with a problem of access itself. `openStream(options)` opens a stream as CallStream does, and returns what closes it.
 */
export const start = ({ session, openStream }) => new Wallboard(session, openStream);

class Wallboard {
  #session;
  #view = readAddress();
  #account = '';
  #calls = new Calls(MOST_KNOWN);
  #connection = new Connection($('connection'), $('connection-note'));
  #notices = new Notices($('page-problem'), $('shared-problems'));
  #numbers = new Numbers($('numbers'), show => this.#change({ show: this.#view.show === show ? 'all' : show }));
  #board = new Board($('calls'), guid => this.#open(guid));
  #accounts;
  #sources;
  #toolbar;
  #form;
  #drawer;
  #attention;
  #empty;
  #budget;
  #gathering = null;
  #ticks = 0;
  #retrying;
  #isRead = false;
  #offersForm = false;

  constructor(session, openStream) {
    this.#session = session;
    const token = () => session.token();
    this.#accounts = new Accounts($('account'), session, key => this.#use(key, true, []));
    this.#sources = new Sources({
      openStream,
      token,
      calls: this.#calls,
      most: MOST_KNOWN,
      onEvent: event => this.#take(event),
      onList: calls => this.#takeList(calls),
      onState: (state, delay) => this.#showConnection(state, delay),
      onReceived: () => this.#connection.receive(),
      onProblem: problem => this.#showProblem(problem),
    });
    this.#toolbar = new Toolbar({
      chips: $('chips'), search: $('search'), sort: $('sort'), headers: document.querySelectorAll('th button[data-sort]'),
      all: $('scope-all'), chosen: $('scope-chosen'),
    }, change => this.#change(change));
    this.#form = new ChooseForm({ form: $('choose'), opener: $('paste'), field: $('ids'), note: $('form-note') },
      guids => this.#choose(guids));
    this.#drawer = new Drawer({
      dialog: $('drawer'),
      onClose: guid => this.#closed(guid),
      onMove: (guid, by) => this.#openNeighbour(guid, by),
      onFollow: (watched, on) => (on ? this.#follow([watched.guid]) : this.#unfollow(watched)),
      onChoose: (watched, on) => this.#chooseForNotification(watched, on),
      link: guid => location.origin + location.pathname + addressOf({ account: this.#account, open: guid }),
      curl: guid => curl(callUrl(this.#account, guid), { withToken: token() !== '' }),
    });
    this.#attention = new Attention($('icon'), {
      failures: $('notify-failures'), chosen: $('notify-chosen'), sound: $('notify-sound'), note: $('notify-note'),
    }, guid => this.#open(guid));
    this.#empty = new EmptyState($('empty'), {
      onPlay: (account, guids) => this.#play(account, guids),
      onShowAll: () => this.#change({ show: 'all', search: '' }),
    });
    this.#budget = new BudgetReader(token, budget => this.#numbers.showBudget(budget));
    this.#listen();
    this.#openAddress();
  }

  #listen() {
    $('play').addEventListener('click', () => this.#togglePlay());
    listenToKeys({
      '/': () => this.#drawer.guid === null && this.#toolbar.search(),
      j: () => this.#move(1),
      k: () => this.#move(-1),
      ArrowDown: event => this.#isInBoard(event) && this.#move(1),
      ArrowUp: event => this.#isInBoard(event) && this.#move(-1),
      '?': () => this.#toggleHelp(),
    });
    $('skip').addEventListener('click', event => {
      // The fragment is the view's.
      event.preventDefault();
      this.#board.move(0);
    });
    $('help-open').addEventListener('click', () => this.#toggleHelp());
    $('help-close').addEventListener('click', () => $('help').close());
    window.addEventListener('hashchange', () => this.#openAddress());
    this.#session.changed(() => this.#openAddress());
    setInterval(() => this.#tick(), TICK_MS);
    // Timers of a page that nobody looks at are slow.
    document.addEventListener('visibilitychange', () => this.#refresh());
  }

  // --- what is shown

  async #openAddress() {
    clearTimeout(this.#retrying);
    const address = readAddress();
    this.#view = address;
    if (address.invalid.length) {
      this.#form.showProblems([invalidWords(address.invalid)]);
      this.#form.show();
    }
    if (address.account) this.#accounts.select(address.account);
    this.#arrange();
    if (!await this.#session.ready()) return;
    try {
      await this.#accounts.load();
    } catch (problem) {
      this.#showProblem(problem);
      // Nobody stands before a wallboard to press a button.
      if (!(problem.status < 500)) this.#retrying = setTimeout(() => this.#openAddress(), RETRY_MS);
      return;
    }
    this.#session.accepted(this.#accounts.all);
    this.#notices.clear();
    const key = address.account || this.#accounts.preferred;
    if (!key) return this.#arrange();
    this.#use(key, address.all, address.valid);
    if (address.open) this.#open(address.open);
  }

  /** Shows an account: all of its calls, or those that are followed, or both. */
  #use(key, all, guids) {
    if (key !== this.#account) {
      this.#drawer.close();
      this.#calls.clear();
      this.#board.clear();
      this.#connection.forget();
    }
    this.#account = key;
    this.#accounts.select(key);
    this.#view.all = all;
    for (const call of this.#calls.all) {
      if (guids.includes(call.guid)) continue;
      call.followed = false;
      if (!all) this.#delete(call.guid);
    }
    for (const guid of guids.slice(0, MOST_CALLS)) this.#board.update(this.#calls.ensure(guid, true));
    $('play').hidden = !isSandbox(this.#accounts.find(key));
    this.#notices.clear();
    this.#budget.use(key);
    if (this.#sources.open(key, all)) this.#isRead = !all;
    this.#arrange();
  }

  /** Takes a change of the view. */
  #change(change) {
    Object.assign(this.#view, change);
    if ('all' in change) this.#use(this.#account, change.all, this.#calls.followed.map(call => call.guid));
    else this.#arrange();
  }

  #writeAddress() {
    if (!this.#account) return;
    writeAddress({
      ...this.#view, account: this.#account, guids: this.#calls.followed.map(call => call.guid), open: this.#drawer.guid,
    });
  }

  // --- calls that somebody chose

  /** Follows what was pasted, and shows only that. Returns those for which there is no room, or null where nothing can be done. */
  async #choose(guids) {
    try {
      await this.#accounts.load();
    } catch (problem) {
      this.#showProblem(problem);
      return null;
    }
    const key = this.#account || $('account').value || this.#accounts.preferred;
    if (!key) return null;
    const followed = this.#calls.followed.map(call => call.guid);
    if (!guids.length && !followed.length) {
      this.#form.showProblems(['Paste the GUID of at least one call.']);
      return null;
    }
    const all = [...new Set([...followed, ...guids])];
    this.#use(key, guids.length ? false : this.#view.all, all.slice(0, MOST_CALLS));
    return all.slice(MOST_CALLS);
  }

  /** Follows calls beside what is shown. */
  #follow(guids) {
    const room = MOST_CALLS - this.#calls.followed.length;
    for (const guid of guids.slice(0, room)) this.#board.update(this.#calls.ensure(guid, true));
    if (guids.length > room) announce(`At most ${MOST_CALLS} calls can be followed at once`);
    this.#sources.followSoon();
    this.#drawer.update();
    this.#arrange();
  }

  #unfollow(watched) {
    watched.followed = false;
    if (!this.#view.all) {
      this.#drawer.close();
      this.#delete(watched.guid);
      announce('Call removed');
    }
    if (!this.#view.all && !this.#calls.size) this.#use(this.#account, true, []);
    else this.#sources.followSoon();
    this.#drawer.update();
    this.#arrange();
  }

  #chooseForNotification(watched, on) {
    watched.chosen = on;
    if (on) this.#attention.chosen();
    this.#board.update(watched);
    this.#drawer.update();
  }

  #delete(guid) {
    this.#calls.delete(guid);
    this.#board.delete(guid);
  }

  #play(account, guids) {
    $('play-panel').hidden = true;
    $('play').setAttribute('aria-expanded', 'false');
    if (account !== this.#account) this.#use(account, true, guids);
    else this.#follow(guids);
  }

  #togglePlay() {
    const panel = $('play-panel');
    panel.hidden = !panel.hidden;
    $('play').setAttribute('aria-expanded', String(!panel.hidden));
    if (panel.hidden) return;
    panel.replaceChildren(playElement(this.#accounts.all, (account, guids) => this.#play(account, guids)));
    panel.querySelector('button').focus();
  }

  // --- what arrives

  #take({ type, data }) {
    const guid = type === 'status' ? data.call.id : data.id;
    const watched = type === 'status' && this.#view.all ? this.#calls.ensure(guid) : this.#calls.get(guid);
    if (!watched) return;
    const words = type === 'status' ? watched.take(data) : type === 'problem' ? watched.takeProblem(data.problem) : null;
    if (words && type === 'status') this.#attention.take(watched, data, words);
    if (words && this.#isWorthAnnouncing(watched, data)) announce(`Call ending in ${guid.slice(-4)}: ${words}`);
    this.#show(watched);
  }

  #takeList(calls) {
    this.#isRead = true;
    this.#notices.clear();
    for (const call of calls) {
      const watched = this.#calls.ensure(call.id);
      watched.take({ type: 'call.observed', call }, { listed: true });
      this.#show(watched);
    }
    this.#gather();
  }

  /** A screen reader should not speak of each of a hundred calls. */
  #isWorthAnnouncing(watched, { changes = [] }) {
    return watched.chosen || changes.includes('call.failed') || (watched.followed && !this.#view.all);
  }

  #show(watched) {
    watched.refresh(this.#connection);
    this.#board.update(watched);
    if (this.#drawer.guid === watched.guid) this.#drawer.update();
    this.#gather();
  }

  #showProblem(problem) {
    if (problem.status === 401 && this.#session.refused(problem)) return;
    this.#isRead = true;
    this.#notices.show(problem, () => this.#openAddress());
    this.#gather();
  }

  #showConnection(state, delay) {
    this.#connection.show(state, delay);
    if (state === 'live') this.#notices.clear();
    this.#refresh();
  }

  // --- what passes

  #tick() {
    this.#sources.tick();
    this.#budget.tick();
    this.#connection.tick();
    this.#ticks += 1;
    const changed = this.#calls.all.filter(call => call.refresh(this.#connection));
    this.#board.tick();
    this.#drawer.tick();
    if (changed.length) this.#gather();
    if (this.#ticks % ARRANGE_TICKS === 0) this.#arrange();
  }

  #refresh() {
    for (const call of this.#calls.all) call.refresh(this.#connection);
    this.#connection.tick();
    this.#board.tick();
    this.#drawer.tick();
    this.#gather();
  }

  /** What concerns all calls is done once for all that arrives at the same time. */
  #gather() {
    this.#gathering ??= setTimeout(() => this.#arrange(), GATHER_MS);
  }

  #arrange() {
    clearTimeout(this.#gathering);
    this.#gathering = null;
    this.#calls.trim(call => call.guid === this.#drawer.guid).forEach(guid => this.#board.delete(guid));
    const all = this.#calls.all;
    const counts = filterCounts(all);
    const notCurrent = all.filter(call => !call.isCurrent).length;
    this.#board.arrange(all, this.#view);
    this.#toolbar.show(this.#view, counts, this.#calls.followed.length);
    this.#numbers.show(all);
    this.#notices.showShared(all);
    this.#attention.count(counts);
    setText($('counts'), all.length ? countWords(all.map(call => call.state), notCurrent) : 'No calls');
    setText($('not-current'), notCurrent ? `${notCurrent} not current` : '');
    $('board').hidden = this.#board.order.length === 0;
    this.#empty.show({
      account: this.#accounts.find(this.#account) ?? (this.#account ? { key: this.#account } : null),
      accounts: this.#accounts.all,
      known: all.length,
      shown: this.#board.order.length,
      accountsAreKnown: this.#accounts.areKnown,
      loading: this.#account !== '' && !this.#isRead,
    });
    this.#offerForm(all.length === 0 && this.#isRead && !isSandbox(this.#accounts.find(this.#account)));
    setText($('curl'), this.#account ? this.#viewCurl() : '');
    this.#writeAddress();
  }

  /** Where there is nothing to see, the form is open; once there is, it gives way. */
  #offerForm(offer) {
    if (offer === this.#offersForm) return;
    this.#offersForm = offer;
    if (offer) this.#form.show();
    else this.#form.yield();
  }

  #viewCurl() {
    const followed = this.#calls.followed.map(call => call.guid);
    const url = this.#view.all ? feedUrl(this.#account) : eventsUrl(this.#account, followed);
    return curl(url, { stream: true, withToken: this.#session.token() !== '' });
  }

  // --- one call

  async #open(guid) {
    const watched = this.#calls.ensure(guid);
    this.#board.update(watched);
    this.#drawer.open(watched);
    this.#arrange();
    const account = this.#account;
    const [revisions, call] = await Promise.allSettled([
      readRevisions(account, guid, this.#session.token()),
      watched.followed ? null : readCall(account, guid, this.#session.token()),
    ]);
    if (account !== this.#account || this.#calls.get(guid) !== watched) return;
    if (revisions.status === 'fulfilled') watched.timeline.merge(revisions.value);
    if (call.value) watched.take({ type: 'call.observed', call: call.value }, { listed: true });
    else if (call.status === 'rejected') watched.takeProblem(call.reason);
    this.#show(watched);
  }

  #closed(guid) {
    if (!this.#board.focus(guid)) this.#board.move(0);
    this.#arrange();
  }

  #openNeighbour(guid, by) {
    const next = this.#board.neighbour(guid, by);
    if (next) this.#open(next);
  }

  // --- keys

  #move(by) {
    if ($('help').open) return false;
    if (this.#drawer.guid) this.#openNeighbour(this.#drawer.guid, by);
    else this.#board.move(by);
    return true;
  }

  #isInBoard(event) {
    return this.#drawer.guid === null && event.target.closest('#calls') !== null;
  }

  #toggleHelp() {
    if ($('help').open) $('help').close();
    else if (!this.#drawer.guid) $('help').showModal();
  }
}
