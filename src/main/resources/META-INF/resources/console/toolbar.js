import { Chips } from './chips.js';
import { el, setText } from './dom.js';
import { FILTERS, SORTS } from './filters.js';

const SEARCH_MS = 150;

/** What chooses which calls are shown and how: chips, search, order, and whether all calls or only those that were chosen. */
export class Toolbar {
  #parts;
  #chips;
  #onChange;
  #timer;

  /** Parts: chips, search, sort, headers (buttons with data-sort in a table's head), all, chosen. `onChange(part of a view)`. */
  constructor(parts, onChange) {
    this.#parts = parts;
    this.#onChange = onChange;
    this.#chips = new Chips(parts.chips, FILTERS, show => onChange({ show }));
    parts.search.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => onChange({ search: parts.search.value.trim() }), SEARCH_MS);
    });
    parts.search.addEventListener('keydown', event => event.key === 'Escape' && this.#leaveSearch());
    parts.sort.append(...Object.entries(SORTS).map(([name, [label]]) => el('option', { value: name }, label)));
    parts.sort.addEventListener('change', () => onChange({ sort: parts.sort.value }));
    for (const header of parts.headers) header.addEventListener('click', () => this.#sortBy(header));
    parts.all.addEventListener('click', () => onChange({ all: true }));
    parts.chosen.addEventListener('click', () => onChange({ all: false }));
  }

  search() {
    this.#parts.search.focus();
    this.#parts.search.select();
  }

  /** Shows a view as it is, with how many calls each filter has, and how many are followed. */
  show(view, counts, followed) {
    const { search, sort, headers, all, chosen } = this.#parts;
    this.#chips.show(counts, view.show);
    if (document.activeElement !== search && search.value !== view.search) search.value = view.search;
    sort.value = view.sort.replace(/^-/, '');
    for (const header of headers) {
      header.closest('th').setAttribute('aria-sort', direction(header.dataset.sort, view.sort));
    }
    all.parentElement.hidden = followed === 0;
    all.setAttribute('aria-pressed', String(view.all));
    chosen.setAttribute('aria-pressed', String(!view.all));
    setText(chosen.querySelector('.count'), String(followed));
  }

  #sortBy(header) {
    const { sort } = header.dataset;
    const isChosen = header.closest('th').getAttribute('aria-sort') === 'ascending';
    this.#onChange({ sort: isChosen ? `-${sort}` : sort });
  }

  #leaveSearch() {
    this.#parts.search.value = '';
    this.#parts.search.blur();
    this.#onChange({ search: '' });
  }
}

function direction(column, sort) {
  if (column === sort) return 'ascending';
  return `-${column}` === sort ? 'descending' : 'none';
}
