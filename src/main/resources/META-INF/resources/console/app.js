import { readAddress, writeAddress } from './address.js';
import { announce } from './announcer.js';
import { callUrl, curl, eventsUrl, fetchAccounts, MOST_CALLS, readGuids } from './api.js';
import { Card } from './card.js';
import { Connection } from './connection.js';
import { copy, el } from './dom.js';
import { problemElement } from './problem.js';
import { CallStream } from './stream.js';
import { countWords } from './words.js';

const GATHER_MS = 300;
const TICK_MS = 1_000;

const $ = id => document.getElementById(id);
const cards = new Map();
const connection = new Connection($('connection'), $('connection-note'));
let account = '';
let stream = null;
let lastEventId = '';
let loading = null;
let reconnectTimer;

// --- what the form says

const token = () => $('token').value.trim().replace(/^Bearer\s+/i, '');

function tellForm(texts) {
  $('form-note').replaceChildren(...texts.map(text => el('p', { class: 'problem' }, text)));
  texts.forEach(announce);
}

function showProblem(problem) {
  $('page-problem').replaceChildren(problemElement(problem));
  announce(problem.title ?? 'Problem');
}

const clearProblem = () => $('page-problem').replaceChildren();

/** Loads the accounts once for each token, however many ask. Tells whether they are known. */
function loadAccounts() {
  const secret = token();
  if (loading?.secret !== secret) loading = { secret, done: load(secret) };
  return loading.done;
}

async function load(secret) {
  try {
    const accounts = await fetchAccounts(secret);
    if (secret !== token()) return loadAccounts();
    clearProblem();
    offerAccounts(accounts);
    return true;
  } catch (problem) {
    loading = null;
    showProblem(problem);
    return false;
  }
}

function offerAccounts(accounts) {
  const wanted = $('account').value || account;
  const options = accounts.map(({ key, region, country }) => {
    const where = [region, country].filter(Boolean).join(', ');
    return el('option', { value: key }, where ? `${key} (${where})` : key);
  });
  if (options.length !== 1) {
    options.unshift(el('option', { value: '' }, options.length ? 'Choose an account' : 'No account may be read'));
  }
  $('account').replaceChildren(...options);
  if (wanted) selectAccount(wanted);
}

/** A link may name an account that is not on the list: the service then says what is wrong with it. */
function selectAccount(key) {
  const select = $('account');
  if (![...select.options].some(option => option.value === key)) select.append(el('option', { value: key }, key));
  select.value = key;
}

async function submit() {
  const { valid, invalid } = readGuids($('ids').value);
  $('ids').setAttribute('aria-invalid', String(invalid.length > 0));
  const texts = invalid.length ? [invalidWords(invalid)] : [];
  if (!valid.length && !invalid.length && !cards.size) texts.push('Paste the GUID of at least one call.');
  if (!/^[\x21-\x7e]*$/.test(token())) return tellForm(['The token holds a character that no token has: was it copied whole?']);
  if (texts.length && !valid.length) return tellForm(texts);
  if (!await loadAccounts()) return tellForm(texts);
  if (!$('account').value) return tellForm([...texts, 'Choose an account.']);
  useAccount($('account').value, !valid.length);
  const leftOut = addCards(valid);
  if (leftOut.length) texts.push(`At most ${MOST_CALLS} calls can be watched at once: ${leftOut.length} left out.`);
  $('ids').value = [...invalid, ...leftOut].join('\n');
  tellForm(texts);
  watch();
}

function invalidWords(invalid) {
  const shown = invalid.slice(0, 3).map(word => `“${word.length > 40 ? `${word.slice(0, 40)}…` : word}”`).join(', ');
  const more = invalid.length > 3 ? ` and ${invalid.length - 3} more` : '';
  return `Not a call GUID: ${shown}${more}. A GUID looks like 94e5928c-7f7e-4645-ad72-61010f906449.`;
}

// --- the watched calls

/** One stream reads one account: another account starts with empty cards, for the same calls if asked to keep them. */
function useAccount(key, keepCalls) {
  if (key === account) return;
  const kept = keepCalls ? [...cards.keys()] : [];
  account = key;
  cards.clear();
  $('calls').replaceChildren();
  addCards(kept);
}

/** Returns those for which there is no room. */
function addCards(guids) {
  const fresh = guids.filter(guid => !cards.has(guid));
  const room = MOST_CALLS - cards.size;
  for (const guid of fresh.slice(0, room)) {
    const card = new Card(guid, { onRemove: () => remove(guid), onCopy: button => copyCurl(button, callCurl(guid)) });
    cards.set(guid, card);
    $('calls').append(card.element);
  }
  return fresh.slice(room);
}

function remove(guid) {
  const { element } = cards.get(guid);
  const neighbour = element.nextElementSibling ?? element.previousElementSibling;
  cards.delete(guid);
  element.remove();
  (cards.get(neighbour?.dataset.call)?.removeButton ?? $('ids')).focus();
  announce('Call removed');
  showView();
  if (!cards.size) disconnect();
  else if (connection.state !== 'finished' && connection.state !== 'idle') watchSoon();
}

function showView() {
  const guids = [...cards.keys()];
  writeAddress(account, guids);
  $('command').hidden = !guids.length;
  $('curl').textContent = viewCurl();
  showCounts();
}

function showCounts() {
  const all = [...cards.values()];
  const text = all.length
    ? countWords(all.map(card => card.state), all.filter(card => !card.isCurrent).length)
    : 'None yet. Choose an account and paste the GUIDs of calls.';
  if ($('counts').textContent !== text) $('counts').textContent = text;
}

const viewCurl = () => curl(eventsUrl(account, [...cards.keys()]), { stream: true, withToken: token() !== '' });

const callCurl = guid => curl(callUrl(account, guid), { withToken: token() !== '' });

async function copyCurl(button, command) {
  const text = await copy(command) ? 'Copied' : 'Copying failed';
  button.textContent = text;
  announce(text);
  setTimeout(() => { button.textContent = 'Copy curl'; }, 2000);
}

// --- the stream

function watch() {
  clearTimeout(reconnectTimer);
  stream?.close();
  clearProblem();
  showView();
  stream = new CallStream({
    url: eventsUrl(account, [...cards.keys()]), token, lastEventId: resumeFrom,
    onEvent: takeEvent, onState: showConnection, onReceived: () => connection.receive(), onProblem: showProblem,
  });
}

/** Removing several calls, or a token followed by Enter, should open one stream and not several. */
function watchSoon() {
  clearTimeout(reconnectTimer);
  reconnectTimer = setTimeout(watch, GATHER_MS);
}

function disconnect() {
  clearTimeout(reconnectTimer);
  stream?.close();
  stream = null;
  clearProblem();
  connection.forget();
  showConnection('idle');
}

/**
 * The last event, where its call was readable. Otherwise the stream starts with where every call stands: the service does not
 * tell a client that comes back what has not changed, so that such a card would never learn that its call is readable again.
 */
function resumeFrom() {
  return resumedCard()?.isReadable ? lastEventId : '';
}

const resumedCard = () => cards.get(lastEventId.split(':')[0]);

function takeEvent({ type, data, id }) {
  lastEventId = id;
  const guid = type === 'status' ? data.call.id : data.id;
  const card = cards.get(guid);
  if (!card) return;
  const words = type === 'status' ? card.show(data) : type === 'problem' ? card.showProblem(data.problem) : null;
  card.refresh(connection);
  if (words) announce(`Call ending in ${guid.slice(-4)}: ${words}`);
  showCounts();
}

function showConnection(state, delay) {
  connection.show(state, delay);
  if (state === 'reconnecting' || state === 'idle') cards.forEach(card => card.connectionLost());
  if (state === 'live') {
    clearProblem();
    if (resumeFrom()) resumedCard().resumed();
  }
  refresh();
}

/** What is shown of the passing of time. */
function refresh() {
  connection.tick();
  cards.forEach(card => card.refresh(connection));
  showCounts();
}

// --- start

async function openAddress() {
  const { account: key, valid, invalid } = readAddress();
  if (invalid.length) tellForm([invalidWords(invalid)]);
  if (!key) return loadAccounts();
  selectAccount(key);
  useAccount(key, false);
  [...cards.keys()].filter(guid => !valid.includes(guid)).forEach(guid => {
    cards.get(guid).element.remove();
    cards.delete(guid);
  });
  addCards(valid);
  showView();
  if (await loadAccounts() && cards.size) watch();
  if (!cards.size) disconnect();
}

$('choose').addEventListener('submit', event => {
  event.preventDefault();
  submit();
});

$('ids').addEventListener('keydown', event => {
  // An Enter that ends the input of a composed character is not meant for the form.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});

// A token that comes late, after the service asked for it, opens what the address named.
$('token').addEventListener('change', async () => {
  if (cards.size) showView();
  if (await loadAccounts() && cards.size && connection.state === 'idle') watchSoon();
});

$('copy').addEventListener('click', event => copyCurl(event.currentTarget, viewCurl()));

window.addEventListener('hashchange', openAddress);

setInterval(refresh, TICK_MS);
// Timers of a page that nobody looks at are slow.
document.addEventListener('visibilitychange', refresh);

openAddress();
