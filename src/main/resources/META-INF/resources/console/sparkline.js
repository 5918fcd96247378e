import { svg } from './dom.js';

const WIDTH = 120;
const HEIGHT = 28;

/** A line over its area, or bars, as wide as its place. For the eye only: what it says is written beside it. */
export class Sparkline {
  element = svg('svg', {
    class: 'sparkline', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false',
  });
  #line = svg('path', { class: 'line', 'vector-effect': 'non-scaling-stroke' });
  #area = svg('path', { class: 'area' });
  #drawn = '';
  #bars;

  constructor({ bars = false } = {}) {
    this.#bars = bars;
    this.element.append(this.#area, this.#line);
  }

  /** Draws the values from left to right; the highest touches the upper edge. */
  show(values) {
    const key = values.join();
    if (key === this.#drawn) return;
    this.#drawn = key;
    const highest = Math.max(...values, 1);
    const y = value => (HEIGHT - 1 - value / highest * (HEIGHT - 3)).toFixed(1);
    if (this.#bars) this.#area.setAttribute('d', bars(values, y));
    else this.#drawLine(values, y);
  }

  #drawLine(values, y) {
    const step = WIDTH / (values.length - 1);
    const points = values.map((value, index) => `${(index * step).toFixed(1)} ${y(value)}`).join('L');
    this.#line.setAttribute('d', `M${points}`);
    this.#area.setAttribute('d', `M${points}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`);
  }
}

function bars(values, y) {
  const step = WIDTH / values.length;
  return values.map((value, index) => value === 0 ? '' :
    `M${(index * step).toFixed(1)} ${HEIGHT}V${y(value)}h${(step * 0.75).toFixed(1)}V${HEIGHT}Z`).join('');
}

/** A bar of a part of the whole, 0 to 1. */
export function barElement(part) {
  const frame = { class: 'bar', viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' };
  return svg('svg', frame,
    svg('rect', { width: '100', height: '4', class: 'bar-ground' }),
    svg('rect', { width: (part * 100).toFixed(1), height: '4', class: 'bar-part' }));
}
