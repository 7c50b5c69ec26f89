// A receiver of webhooks: node webhook-receiver.mjs PORT KEY COUNT. KEY is the endpoint's signing secret (whsec_...), which the library "standardwebhooks"
// checks, or its public key (whpk_...), which Node's own crypto checks. It prints each event once, and ends when it has COUNT of them.
import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { createServer } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const [port, key, count] = process.argv.slice(2);
const seen = new Set();
const print = (step, fields) => console.log(JSON.stringify({ step, ...fields }));

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }

  // The signature is over the bytes as they came: parse them only afterwards.
  const body = Buffer.concat(chunks);
  const id = request.headers['webhook-id'];
  try {
    const event = key.startsWith('whpk_') ? openEd25519(body, request.headers) : new Webhook(key).verify(body, request.headers);
    if (!seen.has(id)) {
      seen.add(id);
      print('event', { id, type: event.type, waiver: event.data.deposit_waiver });
    }

    response.writeHead(204, { connection: 'close' }).end();
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) {
      throw error;
    }

    print('forged', { id });
    response.writeHead(400, { connection: 'close' }).end();
  }

  if (seen.size === Number(count)) {
    server.close();
  }
});
server.listen(Number(port), '127.0.0.1');

function openEd25519(body, headers) {
  // An Ed25519 key as SubjectPublicKeyInfo is this prefix and its 32 bytes (RFC 8410).
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key.slice('whpk_'.length), 'base64')]);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signed = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);
  const isFresh = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) < 300;
  const signatures = headers['webhook-signature'].split(' ').map((part) => part.split(','));
  if (!isFresh || !signatures.some(([form, value]) => form === 'v1a' && verifySignature(null, signed, publicKey, Buffer.from(value, 'base64')))) {
    throw new WebhookVerificationError('No signature fits.');
  }

  return JSON.parse(body);
}
