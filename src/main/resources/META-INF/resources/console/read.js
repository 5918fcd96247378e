import { accountUrl, authorization, callUrl, foreignAnswer, readProblem, resolve } from './api.js';
import { setClockBy } from './time.js';

const PAGE = 100;

export const feedUrl = account => accountUrl(account, 'events');

const revisionsUrl = (account, guid) => `${callUrl(account, guid)}/revisions`;

/** Reads JSON. Throws a problem. */
async function read(url, token) {
  let response;
  try {
    response = await fetch(url, { headers: { Accept: 'application/json', ...authorization(token) }, cache: 'no-store' });
  } catch {
    throw { title: 'Callwatch cannot be reached', detail: 'No connection to the service.' };
  }
  if (!response.ok) throw await readProblem(response);
  setClockBy(response);
  try {
    return { body: await response.json(), next: nextPage(response, url) };
  } catch {
    throw foreignAnswer(response);
  }
}

/** The URL of the page that follows (RFC 8288); null for none. */
function nextPage(response, url) {
  const link = /<([^>]*)>\s*;\s*rel="?next"?/.exec(response.headers.get('Link') ?? '');
  return link && new URL(link[1], url).href;
}

/** The accounts that the caller may read. Throws a problem. */
export const readAccounts = async token => (await read(resolve('v1/accounts'), token)).body.accounts ?? [];

/** Yields the calls that are kept of an account page by page, the last changed first, until there are `most`. Throws a problem. */
export async function* readCalls(account, token, { state = null, most = PAGE } = {}) {
  let url = accountUrl(account, `calls?limit=${Math.min(PAGE, most)}${state ? `&state=${state}` : ''}`);
  for (let count = 0; url && count < most;) {
    const { body, next } = await read(url, token);
    count += body.calls.length;
    yield body.calls;
    url = next;
  }
}

/** Reads a call, from Vonage unless the service has a fresh status. Throws a problem. */
export const readCall = async (account, guid, token) => (await read(callUrl(account, guid), token)).body;

/** What is kept of a call's history: status events, the oldest first. Throws a problem. */
export const readRevisions = async (account, guid, token) =>
  (await read(revisionsUrl(account, guid), token)).body.revisions ?? [];

/** How often an account may ask Vonage now. Throws a problem. */
export const readBudget = async (account, token) => (await read(accountUrl(account, 'budget'), token)).body;
