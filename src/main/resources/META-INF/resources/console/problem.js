import { el, facts, moment } from './dom.js';
import { problemWords } from './words.js';

/** A problem (RFC 9457) in plain words first, then what the operator needs to look it up. */
export function problemElement(problem, at = null) {
  const words = problemWords(problem);
  const status = problem.status ? ` (${problem.status})` : '';
  const violations = problem.violations?.map(({ field, message }) => el('li', {}, `${field}: ${message}`));
  return el('div', { class: 'problem' },
    el('p', {}, el('strong', {}, `${problem.title ?? 'Problem'}${status}`)),
    words && el('p', {}, words),
    problem.detail && problem.detail !== words ? el('p', {}, problem.detail) : null,
    violations?.length ? el('ul', {}, ...violations) : null,
    el('details', {}, el('summary', {}, 'For the operator'), facts([
      ['Type', problem.type && code(problem.type)],
      ['Trace', problem.traceId && code(problem.traceId)],
      ['At', at && moment(at)],
    ])));
}

const code = text => el('code', {}, text);
