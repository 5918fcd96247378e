// Measures the page in Chromium, through its debugging pipe: page.mjs CHROMIUM SERVICE ROUNDS
//
// The page comes from the service. What its stream says is simulated: 100 calls, of which each changes 40 times in the hour that
// is sent as fast as the page takes it. Prints first_ms (each round), mounted_mib, hour_mib, events and hour_s.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [chromium, service, rounds] = process.argv.slice(2);
const CALLS = 100;
const CHANGES = 40;
const MIB = 1024 * 1024;
const FIRST = '94e5928c-7f7e-4645-ad72-61010f906449';
const guids = Array.from({ length: CALLS }, (_, n) => `00000777-0000-4000-8000-${String(n).padStart(12, '0')}`);

// --- the service, with a simulated stream

let stream;
const relay = http.createServer((request, response) => {
  if (request.url.includes('/calls/events?') && !request.url.includes(FIRST)) {
    stream = response;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('retry:2000\n:\n\n');
    return;
  }
  const onward = http.request(new URL(request.url, service), { method: request.method, headers: request.headers }, answer => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
});

const start = Date.now();
const party = { telephoneNumber: '02072068888', presentedClid: null, agentId: '10', e164: '+442072068888', country: 'GB',
  lineType: 'fixed-line' };

function event(guid, change) {
  const revision = start + change * 1000;
  const recording = ['started', 'paused'][change % 2];
  const at = new Date(revision).toISOString();
  const from = { ...party, agentId: `agent-${change}.` };
  const type = change ? 'call.recording-changed' : 'call.observed';
  const call = {
    id: guid, account: 'sandbox', state: 'active', ended: false, summary: 'The call is active.', from, to: party, recording,
    result: null, disposition: null, revision,
    observed: { at, firstAt: new Date(start).toISOString(), lastActiveAt: at, firstEndedAt: null, availableUntil: null }, stale: false,
    vonage: { id: guid, status: 'Active', recordingStatus: recording, from, to: party },
  };
  const data = { type, changes: [type], previous: change ? revision - 1000 : null, call };
  return `event:status\nid:${guid}:${revision}\ndata:${JSON.stringify(data)}\n\n`;
}

const written = text => new Promise(resolve => (stream.write(text) ? resolve() : stream.once('drain', resolve)));

// --- the browser

const profile = mkdtempSync(join(tmpdir(), 'callwatch-page-'));
const browser = spawn(chromium, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
  '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const answers = new Map();
let sent = 0;
let received = '';
browser.stdio[4].on('data', piece => {
  const messages = (received + piece).split('\0');
  received = messages.pop();
  for (const message of messages.map(text => JSON.parse(text))) answers.get(message.id)?.(message);
});

function send(method, params = {}, sessionId = undefined) {
  const id = ++sent;
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => answers.set(id, ({ result, error }) => {
    answers.delete(id);
    if (error) reject(new Error(`${method}: ${error.message}`));
    else resolve(result);
  }));
}

async function open(url) {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const page = (method, params) => send(method, params, sessionId);
  await page('Page.enable');
  await page('Page.navigate', { url });
  return {
    evaluate: async expression => {
      const answer = await page('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
      return answer.result.value;
    },
    heap: async () => {
      await page('HeapProfiler.collectGarbage');
      return (await page('Runtime.getHeapUsage')).usedSize / MIB;
    },
    close: () => send('Target.closeTarget', { targetId }),
  };
}

/** Resolves with the page's own clock, which starts with its navigation. */
const when = condition => `new Promise(resolve => {
  const check = () => ${condition} ? resolve(performance.now()) : requestAnimationFrame(check);
  check();
})`;

async function firstCall(address) {
  const page = await open(`${address}#account=sandbox&id=${FIRST}`);
  const ms = await page.evaluate(when(`document.querySelector('[data-call][data-state=failed]')`));
  await page.close();
  return ms;
}

async function hour(address) {
  const page = await open(`${address}#account=sandbox&id=${guids.join('&id=')}`);
  await page.evaluate(when(`document.getElementById('connection')?.textContent === 'Live'`));
  for (const guid of guids) await written(event(guid, 0));
  await page.evaluate(when(`document.querySelectorAll('[data-call][data-state=active]').length === ${CALLS}`));
  const mounted = await page.heap();
  const began = Date.now();
  for (let change = 1; change <= CHANGES; change++) {
    for (const guid of guids) await written(event(guid, change));
    await written(':\n\n'.repeat(6));
  }
  const last = guids.at(-1);
  await page.evaluate(when(`document.querySelector('[data-call="${last}"]').textContent.includes('agent-${CHANGES}.')`));
  const seconds = (Date.now() - began) / 1000;
  const after = await page.heap();
  await page.close();
  return { mounted, after, seconds };
}

try {
  await new Promise(resolve => relay.listen(0, '127.0.0.1', resolve));
  const address = `http://localhost:${relay.address().port}/`;
  for (let round = 0; round <= Number(rounds); round++) {
    const ms = await firstCall(address);
    // The first one fills the caches of the browser and of the service.
    if (round) console.log(`first_ms=${ms.toFixed(0)}`);
  }
  const { mounted, after, seconds } = await hour(address);
  console.log(`mounted_mib=${mounted.toFixed(1)}\nhour_mib=${after.toFixed(1)}\nhour_s=${seconds.toFixed(1)}\nevents=${CALLS * CHANGES}`);
} finally {
  browser.kill();
  await new Promise(resolve => browser.once('exit', resolve));
  relay.closeAllConnections();
  relay.close();
  rmSync(profile, { recursive: true, force: true });
}
