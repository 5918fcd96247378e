import { comparison, isShown } from './filters.js';
import { Row } from './row.js';

/** The table of calls: one row for each call that is shown, in the order that was chosen. Rows are moved, never built again. */
export class Board {
  #body;
  #onOpen;
  #rows = new Map();
  #shown = [];
  #current = null;

  constructor(body, onOpen) {
    this.#body = body;
    this.#onOpen = onOpen;
    body.addEventListener('focusin', event => this.#setCurrent(event.target.closest('[data-call]')?.dataset.call));
  }

  /** The GUIDs in the order in which they are shown. */
  get order() {
    return this.#shown;
  }

  /** Writes where a call stands. */
  update(watched) {
    const row = this.#rows.get(watched.guid) ?? this.#add(watched);
    row.update();
  }

  delete(guid) {
    this.#rows.get(guid)?.element.remove();
    this.#rows.delete(guid);
    this.#shown = this.#shown.filter(each => each !== guid);
    if (this.#current === guid) this.#setCurrent(this.#shown[0]);
  }

  clear() {
    this.#body.replaceChildren();
    this.#rows.clear();
    this.#shown = [];
    this.#current = null;
  }

  /** Shows the calls that match, in their order. A row that stays in its place is not touched. */
  arrange(calls, view) {
    const compare = comparison(view.sort);
    this.#shown = calls.filter(call => isShown(call, view)).sort(compare).map(call => call.guid);
    const wanted = this.#shown.map(guid => this.#rows.get(guid).element);
    const focused = this.#body.contains(document.activeElement) ? document.activeElement : null;
    place(this.#body, wanted);
    if (focused && focused !== document.activeElement && this.#body.contains(focused)) focused.focus({ preventScroll: true });
    if (!this.#shown.includes(this.#current)) this.#setCurrent(this.#shown[0]);
  }

  /** Once a second: the rows that are shown. */
  tick() {
    for (const guid of this.#shown) this.#rows.get(guid).tick();
  }

  /** Moves the focus by so many rows. */
  move(by) {
    const index = this.#shown.indexOf(this.#current);
    const inside = this.#body.contains(document.activeElement);
    const next = inside ? Math.min(Math.max(index + by, 0), this.#shown.length - 1) : Math.max(index, 0);
    this.focus(this.#shown[next]);
  }

  focus(guid) {
    const row = this.#rows.get(guid);
    if (!row?.element.isConnected) return false;
    row.open.focus();
    row.element.scrollIntoView({ block: 'nearest' });
    return true;
  }

  /** The neighbour of a call in the order that is shown; undefined beyond its ends. */
  neighbour(guid, by) {
    return this.#shown[this.#shown.indexOf(guid) + by];
  }

  #add(watched) {
    const row = new Row(watched, () => {
      row.open.focus({ preventScroll: true });
      this.#onOpen(watched.guid);
    });
    this.#rows.set(watched.guid, row);
    return row;
  }

  /** One row is reached with Tab, the others from there: nobody wants to press it a hundred times. */
  #setCurrent(guid) {
    this.#rows.get(this.#current)?.open.setAttribute('tabindex', '-1');
    this.#current = guid ?? null;
    this.#rows.get(guid)?.open.setAttribute('tabindex', '0');
  }
}

/** Gives a parent exactly these children, with as few moves as a single change of place needs. */
function place(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const element of wanted) {
    if (element !== next && next?.nextElementSibling === element) {
      // What stands here belongs further down.
      const misplaced = next;
      next = element;
      parent.append(misplaced);
    }
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
}
