import { announce } from './announcer.js';
import { MOST_CALLS, readGuids } from './api.js';
import { el } from './dom.js';

/** The form into which GUIDs are pasted: a panel that one small button opens, once there is something else to see. */
export class ChooseForm {
  #form;
  #opener;
  #field;
  #note;
  #onChoose;

  /** `onChoose(guids)` returns those for which there was no room, or null where nothing could be done. */
  constructor({ form, opener, field, note }, onChoose) {
    this.#form = form;
    this.#opener = opener;
    this.#field = field;
    this.#note = note;
    this.#onChoose = onChoose;
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.#submit();
    });
    form.addEventListener('keydown', event => event.key === 'Escape' && this.hide());
    field.addEventListener('keydown', event => this.#takeKey(event));
    opener.addEventListener('click', () => (form.hidden ? this.open() : this.hide()));
    document.addEventListener('paste', event => this.#takePaste(event));
  }

  get isOpen() {
    return !this.#form.hidden;
  }

  open() {
    this.show();
    this.#field.focus();
  }

  show() {
    this.#form.hidden = false;
    this.#opener.setAttribute('aria-expanded', 'true');
  }

  hide() {
    const inside = this.#form.contains(document.activeElement);
    this.#form.hidden = true;
    this.#opener.setAttribute('aria-expanded', 'false');
    if (inside) this.#opener.focus();
  }

  /** Closes it, unless somebody is about to use it or has to read what was wrong. */
  yield() {
    if (!this.#field.value && !this.#note.childElementCount) this.hide();
  }

  /** Says what is wrong with what was pasted. */
  showProblems(texts) {
    this.#note.replaceChildren(...texts.map(text => el('p', { class: 'problem' }, text)));
    texts.forEach(announce);
  }

  #takeKey(event) {
    // An Enter that ends the input of a composed character is not meant for the form.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  /** GUIDs that are pasted anywhere on the page are as good as in the field. */
  #takePaste(event) {
    if (event.target.closest?.('input, textarea')) return;
    const { valid } = readGuids(event.clipboardData?.getData('text') ?? '');
    if (!valid.length) return;
    event.preventDefault();
    this.#field.value = valid.join('\n');
    this.#submit();
  }

  async #submit() {
    const { valid, invalid } = readGuids(this.#field.value);
    this.#field.setAttribute('aria-invalid', String(invalid.length > 0));
    const texts = invalid.length ? [invalidWords(invalid)] : [];
    if (texts.length && !valid.length) return this.showProblems(texts);
    const leftOut = await this.#onChoose(valid);
    if (leftOut === null) return this.showProblems(texts);
    if (leftOut.length) texts.push(`At most ${MOST_CALLS} calls can be watched at once: ${leftOut.length} left out.`);
    this.#field.value = [...invalid, ...leftOut].join('\n');
    this.showProblems(texts);
    if (texts.length) this.show();
    else if (valid.length) this.hide();
  }
}

export function invalidWords(invalid) {
  const shown = invalid.slice(0, 3).map(word => `“${word.length > 40 ? `${word.slice(0, 40)}…` : word}”`).join(', ');
  const more = invalid.length > 3 ? ` and ${invalid.length - 3} more` : '';
  return `Not a call GUID: ${shown}${more}. A GUID looks like 94e5928c-7f7e-4645-ad72-61010f906449.`;
}
