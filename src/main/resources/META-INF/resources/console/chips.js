import { el, setText } from './dom.js';

/** The chips that filter the board, each with its number. */
export class Chips {
  #buttons = new Map();

  constructor(parent, filters, onChoose) {
    for (const [name, label] of filters) {
      const count = el('span', { class: 'count' }, '0');
      const button = el('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', 'data-show': name }, label, ' ', count);
      button.addEventListener('click', () => onChoose(name));
      this.#buttons.set(name, { button, count });
      parent.append(button);
    }
  }

  show(counts, chosen) {
    for (const [name, { button, count }] of this.#buttons) {
      setText(count, String(counts[name]));
      button.dataset.count = String(counts[name]);
      button.setAttribute('aria-pressed', String(name === chosen));
      button.hidden = counts[name] === 0 && name !== chosen && !['all', 'failed', 'active'].includes(name);
    }
  }
}
