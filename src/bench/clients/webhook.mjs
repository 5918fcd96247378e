// What a receiver of events does with the library of Standard Webhooks for JavaScript. The arguments are the address of the service,
// the port at which its sink "receiver" is, and the secret of that sink. The library knows v1 only: v1a is verified with Node.js.

import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import standardwebhooks from 'standardwebhooks';

const [address, port, secret] = process.argv.slice(2);
const FAILED = '94e5928c-7f7e-4645-ad72-61010f906449';
const subscriptions = `${address}/v1/accounts/sandbox/subscriptions`;

const keys = (await (await fetch(`${address}/v1/push-keys`)).json()).keys;
const webhook = new standardwebhooks.Webhook(secret);
const other = new standardwebhooks.Webhook('whsec_' + Buffer.alloc(32, 1).toString('base64'));

function check(body, headers) {
  const event = webhook.verify(body, headers);
  assert.equal(headers['webhook-id'], event.id);
  assert.throws(() => webhook.verify(body + ' ', headers), /signature/i);
  assert.throws(() => other.verify(body, headers), /signature/i);
  const late = { ...headers, 'webhook-timestamp': String(headers['webhook-timestamp'] - 600) };
  assert.throws(() => webhook.verify(body, late), /timestamp/i);
  const signed = Buffer.from(`${event.id}.${headers['webhook-timestamp']}.${body}`);
  const asymmetric = headers['webhook-signature'].split(' ').filter(signature => signature.startsWith('v1a,'));
  assert.equal(asymmetric.length, 1);
  const signature = Buffer.from(asymmetric[0].substring('v1a,'.length), 'base64');
  const isBy = jwk => verify(null, signed, createPublicKey({ key: jwk, format: 'jwk' }), signature);
  assert.ok(keys.some(isBy));
  return event;
}

const received = new Promise((resolve, reject) => {
  const types = [];
  const server = createServer(async (request, response) => {
    try {
      const chunks = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      types.push(check(Buffer.concat(chunks).toString(), request.headers).type);
      response.writeHead(204).end();
      if (types.at(-1).endsWith('.subscription-ended')) {
        server.close();
        resolve(types);
      }
    } catch (failure) {
      response.writeHead(401).end();
      reject(failure);
    }
  }).listen(Number(port), '127.0.0.1');
});

const created = await fetch(subscriptions, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    protocol: 'HTTP',
    sink: 'receiver',
    config: { subscriptionDetail: { calls: [FAILED] }, initialEvent: true },
  }),
});
assert.equal(created.status, 201, await created.clone().text());
assert.deepEqual(await received, ['dev.callwatch.call.observed', 'dev.callwatch.subscription-ended']);
console.log('JavaScript, standardwebhooks: two deliveries verified, forged ones refused');
process.exit(0);
