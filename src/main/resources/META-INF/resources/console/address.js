import { isAccount, readGuids } from './api.js';

/** The view as the address bar has it: #account=KEY&id=GUID&id=GUID. A token never goes there. */
export function readAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const account = fragment.get('account') ?? '';
  return { account: isAccount(account) ? account : '', ...readGuids(fragment.getAll('id').join(' ')) };
}

/** Replaces rather than pushes: going back should leave the page, not undo calls one by one. */
export function writeAddress(account, guids) {
  const fragment = guids.length ? `#account=${account}${guids.map(guid => `&id=${guid}`).join('')}` : '';
  history.replaceState(null, '', `${location.pathname}${location.search}${fragment}`);
}
