import { button, el } from './dom.js';
import { isSandbox, playElement } from './play.js';

const DOCUMENTS = [
  ['reference/interface.md', 'Interface', 'what the service answers over HTTP'],
  ['reference/clients.md', 'Clients', 'that run, in curl, JavaScript and Java'],
  ['reference/notifications.md', 'Notifications', 'how calls arrive here by themselves'],
  ['openapi?format=json', 'OpenAPI', 'the contract, for generators'],
];

/** What is shown where there are no calls: why, and what to do. */
export class EmptyState {
  #parent;
  #actions;
  #drawn = null;

  /** Actions: onPlay(account, guids), onShowAll(). */
  constructor(parent, actions) {
    this.#parent = parent;
    this.#actions = actions;
  }

  /** `known` calls, of which so many are `shown`; `loading`: the list of the account is not read yet. */
  show(board) {
    const kind = kindOf(board);
    const key = `${kind} ${board.account?.key}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#parent.hidden = kind === 'none';
    this.#parent.replaceChildren(...this.#content(kind, board.account, board.accounts));
  }

  #content(kind, account, accounts) {
    if (kind === 'none') return [];
    if (kind === 'loading') return [el('p', { class: 'hint' }, 'Reading the calls of the account…')];
    if (kind === 'filtered') {
      return [el('h3', {}, 'No call matches.'), button('Show all calls', {}, () => this.#actions.onShowAll())];
    }
    if (kind === 'no-account') {
      return [
        el('h3', {}, 'No account is chosen.'),
        el('p', {}, 'Choose one above. If there is none, no rule of the service lets you read an account: ask its operator.'),
        documents(),
      ];
    }
    return isSandbox(account) ? this.#sandbox(accounts) : [
      el('h3', {}, 'No calls yet.'),
      el('p', {}, 'A call appears here as soon as somebody looks it up or follows it, or Vonage notifies the service of it. Paste the '
        + 'GUIDs of calls to follow them now.'),
      documents(),
    ];
  }

  #sandbox(accounts) {
    return [
      el('h3', {}, 'No calls yet. Play one.'),
      el('p', {}, 'This account belongs to the sandbox: a fake Vonage in the same process. Each button begins a call of its own.'),
      playElement(accounts, this.#actions.onPlay),
      documents(),
    ];
  }
}

function kindOf({ account, accountsAreKnown, known, shown, loading }) {
  if (shown > 0 || !accountsAreKnown) return 'none';
  if (known > 0) return 'filtered';
  if (!account) return 'no-account';
  return loading ? 'loading' : 'no-calls';
}

const documents = () => el('ul', { class: 'documents' }, ...DOCUMENTS.map(([href, title, words]) =>
  el('li', {}, el('a', { href }, title), ` ${words}`)));
