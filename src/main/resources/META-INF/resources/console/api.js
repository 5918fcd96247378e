const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ACCOUNT = /^[A-Za-z0-9_-]{1,64}$/;

export const MOST_CALLS = 100;

export const isAccount = key => ACCOUNT.test(key);

/** Sorts pasted text into GUIDs and the rest. Quotes and brackets are taken for what surrounds a GUID in JSON or code. */
export function readGuids(text) {
  const words = text.split(/[\s,;"'{}()[\]]+/).filter(Boolean);
  const valid = words.filter(word => GUID.test(word)).map(word => word.toLowerCase());
  const invalid = words.filter(word => !GUID.test(word));
  return { valid: [...new Set(valid)], invalid: [...new Set(invalid)] };
}

/** Relative to the page, so that it works below a path prefix too. */
export const resolve = path => new URL(path, document.baseURI).href;

export const accountUrl = (account, path) => resolve(`v1/accounts/${encodeURIComponent(account)}/${path}`);

export const callUrl = (account, guid) => accountUrl(account, `calls/${guid}`);

export function eventsUrl(account, guids) {
  const query = guids.map(guid => `id=${guid}`).join('&');
  return accountUrl(account, `calls/events?${query}`);
}

/** The same request for a shell. The token stays out of it: command lines end up in histories and tickets. */
export function curl(url, { stream = false, withToken = false } = {}) {
  return ['curl',
    stream ? `-N -H 'Accept: text/event-stream'` : '-s',
    withToken ? `-H "Authorization: Bearer $TOKEN"` : null,
    `'${url}'`].filter(Boolean).join(' ');
}

export function authorization(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** The problem of a refused request; proxies in between may answer without one. */
export async function readProblem(response) {
  const title = `The service answered ${response.status}`;
  try {
    const body = await response.json();
    return { title, status: response.status, ...body };
  } catch {
    return { title, status: response.status };
  }
}

export function foreignAnswer(response) {
  return {
    title: 'Not an answer of Callwatch',
    status: response.status,
    detail: 'Something between this page and the service answered in its place, perhaps a proxy or a sign-in page.',
  };
}
