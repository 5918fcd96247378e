import { isAccount, readGuids } from './api.js';
import { DEFAULT_SORT, isFilter, isSort } from './filters.js';

/**
 * The view as the address bar has it: #account=KEY for all calls of an account, &id=GUID for calls that were chosen, &all=1 for
 * both; &show, &q and &sort for the filter, the search and the order; &call for the call that is open. A token never goes there.
 */
export function readAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const account = fragment.get('account') ?? '';
  const { valid, invalid } = readGuids(fragment.getAll('id').join(' '));
  const [show, sort] = [fragment.get('show') ?? '', fragment.get('sort') ?? ''];
  return {
    account: isAccount(account) ? account : '',
    valid,
    invalid,
    all: valid.length === 0 || fragment.has('all'),
    show: isFilter(show) ? show : 'all',
    search: fragment.get('q') ?? '',
    sort: isSort(sort) ? sort : DEFAULT_SORT,
    open: readGuids(fragment.get('call') ?? '').valid[0] ?? null,
  };
}

/** The fragment of a view. */
export function addressOf(view) {
  const { account, guids = [], all = true, show = 'all', search = '', sort = DEFAULT_SORT, open } = view;
  if (!account) return '';
  const parts = [`account=${account}`, ...guids.map(guid => `id=${guid}`)];
  if (guids.length && all) parts.push('all=1');
  if (show !== 'all') parts.push(`show=${show}`);
  if (search) parts.push(`q=${encodeURIComponent(search)}`);
  if (sort !== DEFAULT_SORT) parts.push(`sort=${sort}`);
  if (open) parts.push(`call=${open}`);
  return `#${parts.join('&')}`;
}

/** Replaces rather than pushes: going back should leave the page, not undo calls one by one. */
export function writeAddress(view) {
  const address = `${location.pathname}${location.search}${addressOf(view)}`;
  if (address !== `${location.pathname}${location.search}${location.hash}`) history.replaceState(null, '', address);
}
