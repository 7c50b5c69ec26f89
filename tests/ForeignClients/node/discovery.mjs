// OAuth as a certified OpenID client does it: discovers the issuer, gets a token with the client's certificate, and checks
// that the token is bound to that certificate and signed by the issuer. "node discovery.mjs 2" speaks HTTP/2, else HTTP/1.1.
import { X509Certificate, createHash } from 'node:crypto';
import { createRemoteJWKSet, customFetch as joseFetch, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { Agent, buildConnector, fetch } from 'undici';
import { issuer, partner, print, tls } from './settings.mjs';

const version = process.argv[2] ?? '1.1';
const spoken = new Set();
const dispatcher = new Agent({ connect: observed(buildConnector({ ...tls, allowH2: version === '2' })), allowH2: version === '2' });
const mutualTls = (url, options) => fetch(url, { ...options, dispatcher });

const configuration = await client.discovery(new URL(issuer), partner, { use_mtls_endpoint_aliases: true }, client.TlsClientAuth(), {
  [client.customFetch]: mutualTls,
});
const server = configuration.serverMetadata();
print('discovery', {
  issuer: server.issuer,
  token_endpoint: server.mtls_endpoint_aliases.token_endpoint,
  auth_methods: server.token_endpoint_auth_methods_supported,
  bound_tokens: server.tls_client_certificate_bound_access_tokens,
});

// RFC 8414 has a well-known name of its own, for clients that know nothing of OpenID; both say the same.
const oauth = await client.discovery(new URL(issuer), partner, undefined, client.TlsClientAuth(), {
  algorithm: 'oauth2',
  [client.customFetch]: mutualTls,
});
print('oauth-metadata', { same: JSON.stringify(oauth.serverMetadata()) === JSON.stringify(server) });

const answer = await client.clientCredentialsGrant(configuration, { scope: 'score.read' });
print('token', { token_type: answer.token_type, expires_in: answer.expires_in, scope: answer.scope ?? null });

const keys = createRemoteJWKSet(new URL(server.jwks_uri), { [joseFetch]: mutualTls });
const expected = { issuer: server.issuer, audience: 'urn:sesame:gateway', typ: 'at+jwt', algorithms: ['ES256'] };
const { payload, protectedHeader } = await jwtVerify(answer.access_token, keys, expected);
const thumbprint = createHash('sha256').update(new X509Certificate(tls.cert).raw).digest('base64url');
print('verified', {
  client_id: payload.client_id,
  scope: payload.scope,
  algorithm: protectedHeader.alg,
  lifetime: payload.exp - payload.iat,
  bound_to_certificate: payload.cnf?.['x5t#S256'] === thumbprint,
});

// A scope that the partner does not have is refused in OAuth's own words.
const refusal = await client.clientCredentialsGrant(configuration, { scope: 'operator.everything' }).then(() => ({}), (error) => error);
print('refused', { error: refusal.error ?? null, status: refusal.status ?? null });

await dispatcher.close();
print('spoken', { alpn: [...spoken] });

// Notes which protocol each TLS connection agreed on.
function observed(connect) {
  return (options, callback) => connect(options, (error, socket) => {
    spoken.add(socket?.alpnProtocol || 'none');
    callback(error, socket);
  });
}
