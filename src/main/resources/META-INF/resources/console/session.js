import { cleaned, endOf, identityOf, nameIn, ownerOf } from './token.js';

const STORED = 'callwatch.token';
const FAILED = 'callwatch.sign-in-failed';
const LIBRARY = new URL('oidc-client-ts/oidc-client-ts.min.js', import.meta.url).href;
const CONFIG = new URL('config.json', import.meta.url).href;
const CALLBACK = new URL('callback.html', import.meta.url).href;
const PAGE = new URL('..', import.meta.url).href;
const RENEW_BEFORE_S = 60;
const RENEWAL_TIMEOUT_S = 10;
const EXPIRED = 'Your token has expired.';
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Who uses the page, by a token: signed in at an issuer, or given by hand. A token is kept in the storage of the tab only, until
 * the tab is closed.
 *
 * `state` is 'starting'; 'open' where no token is needed; 'out' without a token; 'in' with one; 'ended' where it is refused or
 * has expired.
 *
 * Events: 'change' after anything that is shown of it has changed, and 'token' where requests that could not be made before can
 * be made now.
 */
export class Session extends EventTarget {
  state = 'starting';
  /** Why there is no token that serves, as a sentence to act on; null where there is nothing to say. */
  reason = null;
  /** The accounts that may be read; null before they are known. */
  accounts = null;
  #config = { access: null, issuer: null };
  #token = '';
  #manager = null;
  #signedIn = false;
  #profile = null;
  #renewable = true;
  #started;
  #endTimer;
  #tabs = new BroadcastChannel('callwatch-session');

  constructor() {
    super();
    this.#tabs.addEventListener('message', ({ data }) => this.#take(data));
  }

  /** Reads the settings of the page, and the token of this tab. Returns whether requests can be made. */
  async start() {
    this.#started ??= this.#start();
    await this.#started;
    return this.state === 'open' || this.state === 'in';
  }

  get token() {
    return this.#token;
  }

  /** Whose token it is, in words. */
  get owner() {
    return (this.#signedIn && nameIn(this.#profile)) || ownerOf(this.#token) || 'unknown';
  }

  /** Whether people can sign in at an issuer. */
  get canSignIn() {
    return Boolean(this.#config.issuer);
  }

  /** Whether the token comes from signing in, so that it is renewed and can be signed out. */
  get isSignedIn() {
    return this.#signedIn;
  }

  /** Takes a token that was given by hand. Returns why not, in words, or null. */
  use(text) {
    const token = cleaned(text);
    if (!token) return 'Paste a token.';
    if (!TOKEN.test(token)) return 'The token holds a character that no token has: was it copied whole?';
    if (endOf(token) <= Date.now()) return 'This token has expired. Get a newer one.';
    this.#signedIn = false;
    this.#manager?.removeUser();
    if (this.#token && identityOf(token) !== identityOf(this.#token)) return this.#startAnew(token);
    this.#keep(token);
    this.#tabs.postMessage({ token });
    return null;
  }

  /** Leaves the page for the issuer; coming back opens what is shown now. */
  async signIn() {
    // Browsers offer the cryptography of PKCE nowhere else.
    if (!window.isSecureContext) return this.#end('Signing in needs https: open the page at its https address, or use a token.');
    try {
      return await (await this.#userManager()).signinRedirect({ state: { page: location.href } });
    } catch (failure) {
      console.error('Sign-in', failure);
      return this.#end(`The sign-in at ${new URL(this.#config.issuer).host} cannot be reached. Try again.`);
    }
  }

  /** Forgets the token in every tab that uses it, and ends the session at the issuer where it offers that. */
  async signOut() {
    this.#tabs.postMessage({ signedOut: identityOf(this.#token) });
    sessionStorage.removeItem(STORED);
    if (!this.#signedIn) return location.reload();
    const manager = await this.#userManager();
    try {
      if (await manager.metadataService.getEndSessionEndpoint()) return await manager.signoutRedirect();
    } catch (failure) {
      console.error('Sign-out', failure);
    }
    await manager.removeUser();
    return location.reload();
  }

  /** The service accepted the token. */
  accept(accounts) {
    this.accounts = accounts;
    this.#renewable = true;
    this.#changed();
  }

  /** The service refused the token, or wants one: renews it once, and otherwise asks for another. */
  async refuse() {
    if (this.#signedIn && this.#renewable && await this.#renew()) return;
    this.#end(this.#token ? this.#refusal() : null);
  }

  #refusal() {
    return endOf(this.#token) <= Date.now() ? EXPIRED : 'The service no longer accepts your token: is it for this service?';
  }

  async #start() {
    try {
      const response = await fetchConfig();
      if (response.ok) this.#config = await response.json();
    } catch {
      // The first request to the service says that it cannot be reached, or that it wants a token.
    }
    if (this.#config.access === 'none') return this.#become('open');
    const known = sessionStorage.getItem(STORED) ?? await this.#tokenOfUser();
    this.reason = sessionStorage.getItem(FAILED);
    sessionStorage.removeItem(FAILED);
    if (known && endOf(known) > Date.now()) return this.#keep(known);
    if (known && this.#signedIn && await this.#renew()) return undefined;
    if (known) return this.#end(EXPIRED);
    return this.#become(this.#config.access === 'oidc' ? 'out' : 'open');
  }

  async #tokenOfUser() {
    if (!this.canSignIn) return null;
    const user = await (await this.#userManager()).getUser();
    this.#signedIn = user !== null;
    this.#profile = user?.profile;
    return user?.access_token ?? null;
  }

  async #userManager() {
    if (this.#manager) return this.#manager;
    this.#manager = await createUserManager(this.#config);
    this.#manager.events.addUserLoaded(user => this.#takeUser(user));
    return this.#manager;
  }

  #takeUser(user) {
    this.#signedIn = true;
    this.#profile = user.profile;
    sessionStorage.removeItem(STORED);
    this.#keep(user.access_token, { store: false });
    this.#tabs.postMessage({ token: user.access_token });
  }

  /** Gets a new token without asking the person. Returns whether it worked. */
  async #renew() {
    this.#renewable = false;
    try {
      return await (await this.#userManager()).signinSilent() !== null;
    } catch (failure) {
      console.warn('Renewal', failure);
      return false;
    }
  }

  #keep(token, { store = !this.#signedIn } = {}) {
    const before = this.state;
    this.#token = token;
    this.reason = null;
    if (store) sessionStorage.setItem(STORED, token);
    this.#watchEnd();
    this.#become('in');
    if (before !== 'starting' && before !== 'in') this.dispatchEvent(new Event('token'));
  }

  /** Another person: nothing that was shown to the one before may stay. */
  #startAnew(token) {
    sessionStorage.clear();
    sessionStorage.setItem(STORED, token);
    location.reload();
    return null;
  }

  /** What another tab says. A token serves in this one too where both are of one identity. */
  #take({ token, signedOut }) {
    if (!this.#token) return;
    const mine = identityOf(this.#token);
    if (signedOut === mine) {
      sessionStorage.clear();
      location.reload();
    } else if (token && identityOf(token) === mine && endOf(token) > endOf(this.#token)) {
      this.#keep(token);
    }
  }

  /** A timer that was set before the computer fell asleep comes late, but no request is made with the token meanwhile. */
  #watchEnd() {
    clearTimeout(this.#endTimer);
    const left = endOf(this.#token) - Date.now();
    if (left < 2 ** 31) this.#endTimer = setTimeout(() => this.#expire(), Math.max(left, 0));
  }

  async #expire() {
    if (this.#signedIn && await this.#renew()) return;
    this.#end(EXPIRED);
  }

  #end(reason, state = this.#token ? 'ended' : 'out') {
    this.reason = reason;
    this.#become(state);
  }

  #become(state) {
    this.state = state;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** Ends a sign-in on the page that the issuer sends the browser to: here, or in the frame of a renewal. */
export async function endSignIn() {
  const response = await fetchConfig();
  // The page renews tokens, and not the frame in which it does so.
  const manager = await createUserManager(await response.json(), { automaticSilentRenew: false });
  if (window.parent !== window) return manager.signinSilentCallback();
  let state;
  try {
    ({ state } = await manager.signinRedirectCallback());
  } catch (failure) {
    console.error('Sign-in', failure);
    state = failure.state;
    sessionStorage.setItem(FAILED, failedWords(failure));
  }
  return location.replace(isOurs(state?.page) ? state.page : PAGE);
}

const fetchConfig = () => fetch(CONFIG, { headers: { Accept: 'application/json' }, cache: 'no-store' });

const isOurs = page => typeof page === 'string' && page.startsWith(PAGE);

function failedWords({ error, error_description: description }) {
  return error
    ? `The sign-in was refused: ${description ?? error.replaceAll('_', ' ')}.`
    : 'The sign-in was not completed. Try again.';
}

async function createUserManager({ issuer, clientId, scope }, { automaticSilentRenew = true } = {}) {
  const { UserManager, WebStorageStateStore } = await library();
  const store = new WebStorageStateStore({ store: sessionStorage });
  return new UserManager({
    authority: issuer,
    client_id: clientId,
    scope,
    redirect_uri: CALLBACK,
    silent_redirect_uri: CALLBACK,
    post_logout_redirect_uri: PAGE,
    userStore: store,
    stateStore: store,
    automaticSilentRenew,
    accessTokenExpiringNotificationTimeInSeconds: RENEW_BEFORE_S,
    silentRequestTimeoutInSeconds: RENEWAL_TIMEOUT_S,
  });
}

/** Only where people sign in: it is larger than the page. */
function library() {
  if (globalThis.oidc) return globalThis.oidc;
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = LIBRARY;
    script.addEventListener('load', () => resolve(globalThis.oidc));
    script.addEventListener('error', () => reject(new Error('The library for signing in cannot be loaded')));
    document.head.append(script);
  });
}
