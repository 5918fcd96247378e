/** Which calls are shown, and in which order. */

const HOUR_MS = 3_600_000;

/** [name, label, whether a call belongs to it], in the order of their chips. */
export const FILTERS = [
  ['all', 'All', () => true],
  ['failed', 'Failed', call => call.state === 'failed'],
  ['active', 'Active', call => call.state === 'active'],
  ['waiting', 'No disposition yet', call => call.awaitsDisposition],
  ['completed', 'Completed', call => call.state === 'completed'],
  ['unknown', 'Unknown', call => !['failed', 'active', 'completed', 'unavailable', 'pending'].includes(call.state)],
  ['unavailable', 'No status', call => call.state === 'unavailable' || call.state === 'pending'],
];

const PREDICATES = Object.fromEntries(FILTERS.map(([name, , matches]) => [name, matches]));

/** How many calls each filter has, by its name. */
export function filterCounts(calls) {
  const counts = Object.fromEntries(FILTERS.map(([name]) => [name, 0]));
  for (const call of calls) {
    for (const [name, , matches] of FILTERS) if (matches(call)) counts[name] += 1;
  }
  return counts;
}

/** Every word has to be found. A number is found with or without its spaces. */
export function isShown(call, { show, search }) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!(PREDICATES[show] ?? PREDICATES.all)(call)) return false;
  const packed = search.replace(/\s+/g, '').toLowerCase();
  return words.every(word => call.searchText.includes(word)) || call.searchText.includes(packed);
}

const RANKS = { failed: 0, active: 1, unknown: 2, pending: 2, unavailable: 3 };

/** Failures of the last hour, then what goes on, then what still lacks something, then the rest. */
function rank(call) {
  if (call.state === 'failed' && Date.now() - since(call) > HOUR_MS) return 5;
  return RANKS[call.state] ?? (call.state === 'completed' ? (call.awaitsDisposition ? 4 : 5) : 2);
}

const since = call => Date.parse(call.since ?? '') || call.changedAt;

const newestFirst = (one, other) => since(other) - since(one) || (one.guid < other.guid ? -1 : 1);

/** By a text, with the empty ones last. */
const byText = text => (one, other) => {
  const [a, b] = [text(one), text(other)];
  if (!a || !b) return Number(!a) - Number(!b);
  return a.localeCompare(b, undefined, { numeric: true });
};

/** [label, comparison] by name. */
export const SORTS = {
  urgent: ['Failures first', (one, other) => rank(one) - rank(other)],
  changed: ['Last changed', (one, other) => other.changedAt - one.changedAt],
  since: ['Longest in its state', (one, other) => since(one) - since(other)],
  from: ['From', byText(call => call.call?.from?.e164 ?? call.call?.from?.telephoneNumber ?? call.call?.from?.presentedClid)],
  agent: ['Agent', byText(call => call.call?.from?.agentId ?? call.call?.to?.agentId)],
  result: ['Result', byText(call => call.call?.result?.reason)],
  disposition: ['Disposition', byText(call => call.call?.disposition)],
};

export const DEFAULT_SORT = 'urgent';

/** A comparison by the name of an order; with "-" before it, the other way round. What is equal comes newest first. */
export function comparison(sort) {
  const compare = (SORTS[sort.replace(/^-/, '')] ?? SORTS[DEFAULT_SORT])[1];
  const sign = sort.startsWith('-') ? -1 : 1;
  return (one, other) => sign * compare(one, other) || newestFirst(one, other);
}

export const isSort = text => Object.hasOwn(SORTS, text.replace(/^-/, ''));

export const isFilter = text => Object.hasOwn(PREDICATES, text);
