import { button, el } from './dom.js';

/** The calls of the sandbox, as reference/sandbox.md has them: [label, account, first block, what happens]. */
const LIVES = [
  ['A whole call, 30 s', 'sandbox', '00000100', 'Active, recorded, paused, ended, disposition: 30 s'],
  ['In 13 s', 'sandbox', '00000101', 'The same in 13 s'],
  ['Ended, with a sale', 'sandbox', '00000200', 'With a presented number and a disposition'],
];

const FAILURES = [
  ['Not put through', 'sandbox', '00000001'],
  ['Rejected', 'sandbox', '00000002'],
  ['No answer', 'sandbox', '00000003'],
  ['Cleared normally', 'sandbox', '00000004'],
  ['Number busy', 'sandbox', '00000005'],
  ['Number changed', 'sandbox', '00000006'],
  ['Reason unknown', 'sandbox', '00000007'],
];

const TROUBLE = [
  ['Unknown to Vonage', 'sandbox', '24e5948c', '404'],
  ['Undocumented status', 'sandbox', '00000777', 'Ringing'],
  ['Malformed', 'sandbox', '00000666', 'JSON that breaks off'],
  ['Credentials refused', 'sandbox', '00000401', '401'],
  ['Scope missing', 'sandbox', '00000403', '403'],
  ['Throttled', 'sandbox-busy', '00000429', '429, in the account sandbox-busy'],
  ['Slow', 'sandbox-slow', '00000408', 'Answers after 10 s, in the account sandbox-slow'],
  ['Failing', 'sandbox-error', '00000500', '500, in the account sandbox-error'],
  ['Cut off', 'sandbox-cut', '00000502', 'No answer, in the account sandbox-cut'],
  ['Flaky', 'sandbox-flaky', '00000503', '503 twice, then active, in the account sandbox-flaky'],
];

const CROWD = ['00000100', '00000101', '00000100', '00000100', '00000003', '00000100', '00000200', '00000005', '00000101', '00000100',
  '00000002', '00000100', '00000200', '00000101', '00000100', '00000007', '00000200', '00000100', '00000006', '00000100'];

/** The sandbox' accounts have regions of their own, which carry their names. */
export const isSandbox = account => account?.region?.startsWith('sandbox') === true;

/** Buttons that play calls of the sandbox. `onPlay(account, guids)` follows them. */
export function playElement(accounts, onPlay) {
  const known = new Set(accounts.filter(isSandbox).map(({ key }) => key));
  const buttons = scenarios => el('div', { class: 'plays' }, ...scenarios.filter(([, account]) => known.has(account))
    .map(([label, account, block, title]) =>
      button(label, { class: 'play', title: title ?? null, 'data-play': block }, () => onPlay(account, [guidOf(block)]))));
  return el('div', { class: 'play-groups' },
    group('A call', buttons(LIVES)),
    group('A call that fails', buttons(FAILURES)),
    group('A problem', buttons(TROUBLE)),
    known.has('sandbox') && group('A busy minute', el('div', { class: 'plays' },
      button('Play 20 calls', { class: 'play primary', 'data-play': 'crowd' }, () => onPlay('sandbox', CROWD.map(guidOf))))));
}

const group = (title, buttons) => el('section', {}, el('h3', {}, title), buttons);

/** A call of its own for each press. The second block chooses the party of a failure. */
function guidOf(block) {
  const random = [...crypto.getRandomValues(new Uint8Array(10))].map(byte => byte.toString(16).padStart(2, '0')).join('');
  const party = random.charCodeAt(0) % 2 ? '0001' : '0002';
  return `${block}-${party}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8, 20)}`;
}
