/** Builds an element. Children that are strings become text, never markup; null children and attributes are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

/** Writes a text where it differs: what is written again is laid out and announced again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A drawing of SVG. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function button(text, attributes, onClick) {
  const node = el('button', { type: 'button', ...attributes }, text);
  node.addEventListener('click', () => onClick(node));
  return node;
}

/** A definition list of [term, value] pairs; a pair without a value says nothing and is left out. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return el('dl', { class: 'facts' },
    ...known.map(([term, value]) => el('div', {}, el('dt', {}, term), el('dd', {}, value))));
}

/** A moment in local time; the date is shown only where it is not today's. */
export function moment(iso) {
  const at = new Date(iso);
  if (!iso || Number.isNaN(at.getTime())) return null;
  const today = at.toDateString() === new Date().toDateString();
  const text = today ? at.toLocaleTimeString() : at.toLocaleString();
  return el('time', { datetime: iso, title: iso }, text);
}

/** Copies, and tells whether it worked. The clipboard API is missing on plain http, where the old command still works. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const before = document.activeElement;
  const field = el('textarea', { class: 'visually-hidden', 'aria-hidden': 'true', readonly: '' });
  field.value = text;
  // Whatever is outside of a modal dialog cannot be selected.
  (before?.closest('dialog') ?? document.body).append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  before?.focus();
  return copied;
}
