// The bike story from the .proto files alone: token, score, eligibility, grant, replay, get, complete, and two refusals.
import { randomUUID } from 'node:crypto';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { Agent, fetch } from 'undici';
import { rpcStatus } from './rpc-status.mjs';
import { gateway, issuer, partner, print, protos, tls } from './settings.mjs';

const files = ['credit_score_service', 'eligibility_service', 'deposit_waiver_service'].map((name) => `sesame/partner/v1/${name}.proto`);
const representation = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true };
const definition = protoLoader.loadSync(files, { includeDirs: [protos], ...representation });
const { CreditScoreService, EligibilityService, DepositWaiverService } = grpc.loadPackageDefinition(definition).sesame.partner.v1;

const token = await requestToken('score.read eligibility.check deposit_waiver.read deposit_waiver.write');
const credentials = grpc.credentials.createSsl(tls.ca, tls.key, tls.cert);
const scores = new CreditScoreService(gateway.host, credentials);
const eligibility = new EligibilityService(gateway.host, credentials);
const waivers = new DepositWaiverService(gateway.host, credentials);

const { score } = await call(scores, 'GetCreditScore', { subject: 'test-650' });
print('score', { subject: 'test-650', score: score.score, band: score.band });

await checkEligibility('test-650');
await checkEligibility('test-649');

const ride = { request_id: randomUUID(), order_id: `ride-${randomUUID()}`, subject: 'test-650', programme: 'bike.deposit_free' };
const granted = await callForBytes(waivers, 'GrantDepositWaiver', ride);
printWaiver('grant', granted.message.deposit_waiver);

// No answer seen? Send the same request again: it has one effect, and the first answer comes back.
const replayed = await callForBytes(waivers, 'GrantDepositWaiver', ride);
const replayedFrom = replayed.headers.get('sesame-replayed-from')[0];
print('replay', { bytes_equal: replayed.bytes.equals(granted.bytes), replayed_from: replayedFrom });

const { deposit_waiver_id } = granted.message.deposit_waiver;
printWaiver('get', (await call(waivers, 'GetDepositWaiver', { deposit_waiver_id })).deposit_waiver);
printWaiver('complete', (await call(waivers, 'CompleteDepositWaiver', { request_id: randomUUID(), deposit_waiver_id })).deposit_waiver);

await expectRefusal('GetCreditScore', { subject: 'nobody' });
await expectRefusal('GetCreditScore', { subject: 'test-650', include_dimensions: true });

// OAuth with the client's certificate (RFC 8705): the metadata names the address of the token endpoint that asks for it.
async function requestToken(scope) {
  const dispatcher = new Agent({ connect: tls });
  const metadata = await (await fetch(new URL('/.well-known/openid-configuration', issuer), { dispatcher })).json();
  const endpoint = metadata.mtls_endpoint_aliases.token_endpoint;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: partner, scope });
  const response = await fetch(endpoint, { method: 'POST', body, dispatcher });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`no token: ${answer.error}: ${answer.error_description}`);
  }

  await dispatcher.close();
  print('token', { token_type: answer.token_type, expires_in: answer.expires_in, endpoint });
  return answer.access_token;
}

async function checkEligibility(subject) {
  const answer = await call(eligibility, 'CheckEligibility', { subject, programme: 'bike.deposit_free' });
  const reasons = answer.reasons.map((detail) => detail.reason);
  print('eligibility', { subject, decision: answer.decision, reasons, covered_fen: answer.terms?.covered_amount.minor_units ?? null });
}

function printWaiver(step, waiver) {
  const { subject, state, waived_amount, allowed_actions } = waiver;
  print(step, { subject, state, waived_fen: waived_amount.minor_units, allowed_actions });
}

async function expectRefusal(method, request) {
  const error = await call(scores, method, request).then(() => undefined, (reason) => reason);
  if (error?.code === undefined) {
    throw new Error(`${method} had to be refused`, { cause: error });
  }

  print('refused', { code: grpc.status[error.code], ...rpcStatus(error.metadata, protos) });
}

// A unary call as a promise, with the token and a deadline of ten seconds.
function call(client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, bearer(), options(), (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

// The same call one level deeper, which also shows the answer's bytes and headers.
function callForBytes(client, method, request) {
  const { path, requestSerialize, responseDeserialize } = client.constructor.service[method];
  return new Promise((resolve, reject) => {
    let headers;
    client
      .makeUnaryRequest(path, requestSerialize, (bytes) => bytes, request, bearer(), options(), (error, bytes) =>
        error ? reject(error) : resolve({ bytes, headers, message: responseDeserialize(bytes) }))
      .on('metadata', (metadata) => { headers = metadata; });
  });
}

function bearer() {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

function options() {
  return { deadline: Date.now() + 10_000 };
}
