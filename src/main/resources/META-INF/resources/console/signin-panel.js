import { announce } from './announcer.js';
import { button, el, facts, moment, setText } from './dom.js';
import { cleaned, claimsOf, endOf, issuerOf, ownerOf } from './token.js';
import { durationWords } from './words.js';

const TICK_MS = 1_000;
/** So long before its end a token that is not renewed by itself is spoken of. */
const WARN_MS = 5 * 60_000;
const ANOTHER = 'Enter another token of yours to go on with what is shown, or that of somebody else to start over.';

/** Shows who uses the page, and asks for a sign-in or a token where there is none that serves. Nothing where none is needed. */
export class SigninPanel {
  #session;
  #who;
  #panel;
  #parts = {};
  #spoken = null;
  #warned = false;

  constructor(session, { who, panel }) {
    this.#session = session;
    this.#who = who;
    this.#panel = panel;
    session.addEventListener('change', () => this.#show());
    setInterval(() => this.#tick(), TICK_MS);
    this.#show();
  }

  #show() {
    const { state } = this.#session;
    document.documentElement.dataset.session = state;
    this.#showWho(state === 'in' || state === 'ended');
    this.#ask(state === 'out' || state === 'ended');
    this.#tick();
  }

  // --- who

  #showWho(known) {
    if (!known) return this.#who.replaceChildren();
    const { token, owner, accounts, isSignedIn } = this.#session;
    const open = this.#who.querySelector('details')?.open ? '' : null;
    this.#parts.left = el('span', { class: 'left' });
    this.#parts.warning = el('span', { class: 'warning', hidden: '' });
    this.#who.replaceChildren(
      el('details', { class: 'who', open },
        el('summary', {}, el('span', { class: 'visually-hidden' }, 'You are '), owner, ' ', this.#parts.warning),
        el('div', { class: 'who-menu' },
          facts([
            ['You are', owner],
            ['From', issuerOf(token)],
            ['Serves', this.#parts.left],
            ['May read', accounts && (accounts.map(({ key }) => key).join(', ') || 'no account')],
          ]),
          el('div', { class: 'who-actions' },
            isSignedIn ? null : button('Use another token', {}, () => this.#ask(true)),
            button(isSignedIn ? 'Sign out' : 'Forget the token', {}, () => this.#session.signOut())))));
    return undefined;
  }

  #tick() {
    this.#preview();
    const { state, token, isSignedIn } = this.#session;
    if (state !== 'in' && state !== 'ended') return;
    const left = endOf(token) - Date.now();
    setText(this.#parts.left, leftWords(left, endOf(token)));
    const warns = !isSignedIn && left < WARN_MS;
    this.#parts.warning.hidden = !warns;
    setText(this.#parts.warning, left > 0 ? `· token ends in ${durationWords(left)}` : '· token has ended');
    if (warns && left > 0 && !this.#warned) {
      announce(`Your token ends in ${durationWords(left)}. Enter another one to go on without a pause`);
    }
    this.#warned = warns;
  }

  // --- the panel

  #ask(asked) {
    if (!asked) {
      this.#panel.replaceChildren();
      this.#spoken = null;
      return;
    }
    if (!this.#panel.firstChild) this.#panel.append(this.#build());
    const { reason, state, canSignIn } = this.#session;
    const calm = canSignIn
      ? 'Sign in to see the calls of your accounts.'
      : 'Callwatch shows calls to those who have a token. Paste yours to begin.';
    const next = canSignIn ? 'Sign in again to go on.' : 'Enter another one to go on: what is shown is kept.';
    const words = reason ? `${reason} ${state === 'ended' ? next : ''}`.trim() : state === 'in' ? ANOTHER : calm;
    setText(this.#parts.words, words);
    this.#parts.words.className = reason ? 'notice' : '';
    if (reason && this.#spoken !== reason) announce(words);
    this.#spoken = reason;
  }

  #build() {
    const { canSignIn } = this.#session;
    this.#parts.words = el('p');
    const form = this.#tokenForm();
    return el('section', { class: 'panel signin', 'aria-labelledby': 'signin-title' },
      el('h2', { id: 'signin-title' }, canSignIn ? 'Sign in' : 'Your token'),
      this.#parts.words,
      canSignIn ? button('Sign in', { class: 'primary' }, () => this.#session.signIn()) : null,
      canSignIn ? el('details', {}, el('summary', {}, 'Use a token instead'), form) : form);
  }

  #tokenForm() {
    this.#parts.input = el('input', {
      id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'token-hint token-note',
    });
    this.#parts.note = el('p', { id: 'token-note', class: 'token-note', role: 'status' });
    const form = el('form', { class: 'token-form', novalidate: '' },
      el('label', { for: 'token' }, 'Bearer token'),
      this.#parts.input,
      el('p', { id: 'token-hint', class: 'hint' },
        'It is kept for this tab and forgotten when you close it. ',
        el('a', { href: 'reference/access.md' }, 'How to get one')),
      this.#parts.note,
      el('button', { type: 'submit', class: 'primary' }, 'Use token'));
    this.#parts.input.addEventListener('input', () => this.#preview());
    form.addEventListener('submit', event => {
      event.preventDefault();
      const refusal = this.#session.use(this.#parts.input.value);
      if (refusal) this.#refuse(refusal);
    });
    return form;
  }

  #refuse(words) {
    this.#parts.note.dataset.kind = 'refusal';
    this.#parts.refused = this.#parts.input.value;
    setText(this.#parts.note, words);
    this.#parts.input.setAttribute('aria-invalid', 'true');
    this.#parts.input.focus();
  }

  /** Whose the token is that was pasted, and how long it serves; as it says itself. */
  #preview() {
    const { input, note } = this.#parts;
    if (!input?.isConnected || (note.dataset.kind === 'refusal' && input.value === this.#parts.refused)) return;
    const token = cleaned(input.value);
    delete note.dataset.kind;
    setText(note, token ? previewWords(token) : '');
  }
}

function previewWords(token) {
  if (!claimsOf(token)) return 'This does not look like a token: it should have three parts with dots between them.';
  const from = issuerOf(token);
  const left = endOf(token) - Date.now();
  return `A token of ${ownerOf(token) ?? 'an unknown owner'}${from ? ` from ${from}` : ''}. It ${left > 0 ? 'serves' : 'served'} ${leftWords(left, endOf(token))}.`;
}

function leftWords(left, end) {
  if (!Number.isFinite(end)) return 'without an end';
  return left > 0 ? `${durationWords(left)} more` : `until ${moment(new Date(end).toISOString()).textContent}`;
}
