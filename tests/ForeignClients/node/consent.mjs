// A person's consent as a certified OpenID client asks for it: pushed request (RFC 9126), the person's answer on the gateway's pages, code with PKCE and iss
// (RFC 9207), a token bound to the client's certificate, a call with it, and its revocation. The person's browser is a few lines here: forms and cookies, no script.
import { X509Certificate, createHash } from 'node:crypto';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { Agent, fetch } from 'undici';
import { Browser } from './browser.mjs';
import { rpcStatus } from './rpc-status.mjs';
import { gateway, issuer, partner, print, protos, redirect, tls } from './settings.mjs';

const person = process.argv[2] ?? 'test-650';
const dispatcher = new Agent({ connect: tls });
const mutualTls = (url, options) => fetch(url, { ...options, dispatcher });
const configuration = await client.discovery(new URL(issuer), partner, { use_mtls_endpoint_aliases: true }, client.TlsClientAuth(), {
  [client.customFetch]: mutualTls,
});
const server = configuration.serverMetadata();
print('discovery', {
  par: server.mtls_endpoint_aliases.pushed_authorization_request_endpoint,
  par_required: server.require_pushed_authorization_requests,
  pkce: server.code_challenge_methods_supported,
  iss: server.authorization_response_iss_parameter_supported,
  details: server.authorization_details_types_supported,
});

// 1. Push what is asked for. The browser only gets a reference to it.
const verifier = client.randomPKCECodeVerifier();
const checks = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
const address = await client.buildAuthorizationUrlWithPAR(configuration, {
  redirect_uri: redirect,
  scope: 'openid score.read',
  authorization_details: JSON.stringify([{ type: 'credit_consent', purpose: 'DEPOSIT_WAIVER', days: 30 }]),
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state: checks.expectedState,
  nonce: checks.expectedNonce,
});
print('pushed', { parameters: [...address.searchParams.keys()].sort() });

// 2. The person logs in, reads and agrees; the browser comes back to the partner with a code.
const browser = new Browser(tls.ca);
const login = await browser.open(address);
const asked = await browser.submit(login, '/login', { person });
const back = await browser.submit(asked, '/connect/authorize', { decision: 'agree' });
const returned = new URL(back.redirect);
print('answered', { redirect: `${returned.origin}${returned.pathname}`, iss: returned.searchParams.get('iss') });

// 3. The code for tokens: openid-client checks state, iss, nonce, and the ID token.
const tokens = await client.authorizationCodeGrant(configuration, returned, checks);
const access = decodeJwt(tokens.access_token);
const thumbprint = createHash('sha256').update(new X509Certificate(tls.cert).raw).digest('base64url');
const [granted] = tokens.authorization_details;
print('tokens', {
  subject: tokens.claims().sub,
  same_subject: access.sub === tokens.claims().sub,
  scope: access.scope,
  algorithms: [decodeProtectedHeader(tokens.access_token).alg, decodeProtectedHeader(tokens.id_token).alg],
  bound_to_certificate: access.cnf?.['x5t#S256'] === thumbprint,
  refresh: tokens.refresh_token !== undefined,
  purpose: granted.purpose,
  days: granted.days,
  has_consent_id: /^[0-9a-f]{32}$/.test(granted.consent_id),
});

// 4. The token tells of this person; until it is revoked.
const definition = protoLoader.loadSync('sesame/partner/v1/credit_score_service.proto', { includeDirs: [protos], keepCase: true });
const { CreditScoreService } = grpc.loadPackageDefinition(definition).sesame.partner.v1;
const scores = new CreditScoreService(gateway.host, grpc.credentials.createSsl(tls.ca, tls.key, tls.cert));
print('score', { score: (await lookUp()).score.score });
await client.tokenRevocation(configuration, tokens.access_token);
const refusal = await lookUp().then(() => undefined, (error) => error);
print('revoked', { reason: rpcStatus(refusal.metadata, protos).reason });

// 5. A code is for one use.
const again = await client.authorizationCodeGrant(configuration, returned, checks).then(() => ({}), (error) => error);
print('replayed', { error: again.error ?? null });

scores.close();
await browser.close();
await dispatcher.close();

function lookUp() {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${tokens.access_token}`);
  return new Promise((resolve, reject) => {
    scores.GetCreditScore({ subject: access.sub }, metadata, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
