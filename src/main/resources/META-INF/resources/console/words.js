/** What the interface says, in words for people. Values that are new to this page are shown as they are. */

const STATES = {
  active: ['●', 'Active'],
  failed: ['✕', 'Failed'],
  completed: ['✓', 'Completed'],
  unknown: ['?', 'Unknown'],
  unavailable: ['–', 'No status'],
  pending: ['…', 'Waiting'],
};

const RECORDING = {
  started: 'Being recorded',
  paused: 'Paused',
  stopped: 'Stopped',
};

const PARTY = {
  originator: 'at the originator',
  recipient: 'at the recipient',
};

const REASON = {
  'call-failed': 'the call could not be put through',
  'call-rejected': 'the call was rejected',
  'no-answer': 'nobody answered',
  'normal': 'the call was cleared in the normal way',
  'number-busy': 'the number was busy',
  'number-changed': 'the number has changed',
  'unknown': 'no reason is known',
};

const RETRY = {
  'soon': 'Worth calling again soon.',
  'later': 'Worth calling again later.',
  'never': 'Do not call this number again.',
  'not-needed': 'No need to call again.',
  'unknown': 'Whether calling again helps is not known.',
};

const REASON_SHORT = {
  'call-failed': 'Not put through',
  'call-rejected': 'Rejected',
  'no-answer': 'No answer',
  'normal': 'Cleared normally',
  'number-busy': 'Number busy',
  'number-changed': 'Number changed',
  'unknown': 'Reason unknown',
};

const RETRY_SHORT = {
  'soon': 'Soon',
  'later': 'Later',
  'never': 'Never',
  'not-needed': 'Not needed',
  'unknown': 'Unknown',
};

const PROBLEM = {
  'invalid-request': 'The service could not make sense of the request. Check what was pasted.',
  'unauthenticated': 'The service needs a valid token: this one is missing, has expired, or is not accepted. Sign in again, or enter another token.',
  'forbidden': 'You may not read this account. Choose another one, or ask the operator of the service for a rule that lets you.',
  'account-not-found': 'The service does not have this account. Choose one of the list.',
  'call-not-found': 'Vonage does not know this call. It forgets calls 24 hours after their end. Check the GUID and the account.',
  'sink-refused': 'The receiver is not allowed, or did not agree to be called.',
  'rate-limited': 'You have sent too many requests to the service. It answers again soon; close pages that you do not need.',
  'issuer-unavailable': 'The service cannot check your token now, since it cannot read the keys of its issuer. It tries again by itself.',
  'budget-exhausted': 'All requests to Vonage that this account may make for now are spent. Follow fewer calls, or wait a minute.',
  'store-unavailable': 'The service cannot use its store now. It tries again by itself.',
  'upstream-throttled': 'Vonage asks to be called less often.',
  'upstream-unavailable': 'Vonage failed too often and is not asked for some seconds. The service tries again by itself.',
  'upstream-rejected-credentials': 'Vonage refused the credentials of the service. Its operator has to look at them.',
  'upstream-forbidden': 'The credentials of the service lack a permission at Vonage, most often a scope. Its operator has to add it.',
  'upstream-unreachable': 'The service could not connect to Vonage. It tries again by itself.',
  'upstream-error': 'Vonage answered with an error. The service tries again by itself.',
  'upstream-malformed': 'Vonage answered something that is not a call.',
  'upstream-timeout': 'Vonage did not answer in time. The service tries again by itself.',
  'not-cached': 'The service has no fresh status of this call.',
};

// A proxy or the framework refuses without our names.
const BY_STATUS = { 401: 'unauthenticated', 403: 'forbidden', 429: 'rate-limited' };

const regions = new Intl.DisplayNames(['en'], { type: 'region' });

const spaced = value => value?.replaceAll('-', ' ') ?? null;

const capital = text => text && text[0].toUpperCase() + text.slice(1);

/** [glyph, word]: the glyph tells states apart where colours do not. */
export const stateWords = state => STATES[state] ?? ['?', capital(spaced(state))];

export const recordingWords = recording => RECORDING[recording] ?? capital(spaced(recording));

/** What a table has room for. */
export const recordingShort = recording => (recording === 'started' ? 'Recorded' : recordingWords(recording));

export const lineTypeWords = lineType => capital(spaced(lineType));

export function countryWords(code) {
  try {
    return code && `${regions.of(code)} (${code})`;
  } catch {
    return code;
  }
}

export function resultWords({ code, party, reason, retry }) {
  const where = [capital(spaced(code)), PARTY[party] ?? spaced(party)].filter(Boolean).join(' ');
  const why = REASON[reason] ?? spaced(reason);
  const what = [where, why].filter(Boolean).join(': ');
  return [what && `${what}.`, RETRY[retry] ?? spaced(retry)].filter(Boolean).join(' ');
}

/** "No answer": what a table has room for; null for nothing. */
export const reasonShort = reason => REASON_SHORT[reason] ?? capital(spaced(reason)) ?? null;

/** "No answer, recipient"; null for no result. */
export function resultShort(result) {
  if (!result) return null;
  const why = reasonShort(result.reason) ?? capital(spaced(result.code));
  return [why, result.reason && spaced(result.party)].filter(Boolean).join(', ') || null;
}

/** "Worth calling again later." */
export const retrySentence = retry => RETRY[retry] ?? capital(spaced(retry)) ?? null;

export const retryShort = retry => RETRY_SHORT[retry] ?? capital(spaced(retry)) ?? null;

/** A change in words, with what it changed to. */
export function changeWords(change, call) {
  switch (change) {
    case 'call.observed': return `Seen as ${stateWords(call.state)[1].toLowerCase()}`;
    case 'call.active': return 'Call is active';
    case 'call.completed': return 'Call completed';
    case 'call.failed': return 'Call failed';
    case 'call.recording-changed': return call.recording ? `Recording ${spaced(call.recording)}` : 'No recording any more';
    case 'call.disposition-set': return call.disposition ? `Disposition: ${call.disposition}` : 'Disposition removed';
    case 'call.lost': return 'Vonage no longer knows the call';
    case 'call.changed': return 'Details changed';
    default: return capital(spaced(change.replace(/^call\./, '')));
  }
}

/** What changed between two statuses: after a gap in the connection, the service sends only where a call stands now. */
export function changesBetween(before, after) {
  const changes = [];
  if (before.state !== after.state) changes.push(after.state === 'unknown' ? 'call.changed' : `call.${after.state}`);
  if (before.recording !== after.recording) changes.push('call.recording-changed');
  if (before.disposition !== after.disposition) changes.push('call.disposition-set');
  if (!changes.length && !isSame(before, after)) changes.push('call.changed');
  return changes;
}

/** After a restart of the service the same comes under another revision. */
function isSame(before, after) {
  const content = ({ from, to, result, vonage }) => JSON.stringify([from, to, result, vonage]);
  return content(before) === content(after);
}

/** What is missing between the revision shown and the next one, which names the revision that it follows; null for nothing. */
export function gapWords(shown, previous) {
  if (previous === null) return 'The service no longer knows what came before';
  return previous === undefined || previous === shown ? null : 'Some changes were not seen';
}

/** A duration in its largest whole unit: "12 s", "3 min", "2 h", "4 days". */
export function durationWords(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? '1 day' : `${days} days`;
}

/** The last part of a problem's type; undefined where it has none. */
export const problemName = problem => problem?.type?.replace('urn:callwatch:problem:', '');

export function problemWords(problem) {
  return PROBLEM[problemName(problem)] ?? PROBLEM[BY_STATUS[problem.status]] ?? null;
}

/** What a table has room for. */
export const problemTitle = problem => problem.title ?? `Cannot be read${problem.status ? ` (${problem.status})` : ''}`;

/** "2 active, 1 failed", those that matter most first; "2 active, 1 failed (2 not current)". */
export function countWords(states, notCurrent) {
  const count = Object.keys(STATES).map(state => [states.filter(each => each === state).length, state]);
  const words = count.filter(([number]) => number)
    .map(([number, state]) => `${number} ${STATES[state][1].toLowerCase()}`).join(', ');
  return notCurrent ? `${words} (${notCurrent} not current)` : words;
}
