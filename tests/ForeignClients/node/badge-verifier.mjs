// Verifies proofs of credit badges with the library "@sd-jwt/sd-jwt-vc": node badge-verifier.mjs SITE PROFILE PROOF...
// SITE and PROFILE are where the verifier has met the badge: a proof of another profile is a copy. Each proof prints one line of JSON.
//
// Environment: SESAME_ISSUER (whom the verifier trusts), SESAME_CA (the CA of its server certificate), SESAME_NOW (seconds since 1970; default: the clock).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
import { Agent, fetch } from 'undici';

const [site, profile, ...proofs] = process.argv.slice(2);
const { SESAME_ISSUER = 'https://localhost:7444', SESAME_CA, SESAME_NOW } = process.env;
const issuer = SESAME_ISSUER.replace(/\/$/, '');
const ca = readFileSync(SESAME_CA ?? fileURLToPath(new URL('../../../certs/ca.pem', import.meta.url)));
const dispatcher = new Agent({ connect: { ca } });
const now = SESAME_NOW ? Number(SESAME_NOW) : undefined;

// Only what the issuer itself serves.
async function get(address) {
  if (new URL(address).origin !== issuer) {
    throw new Error(`${address} is not the issuer's`);
  }

  const response = await fetch(address, { dispatcher });
  if (!response.ok) {
    throw new Error(`${address} answers ${response.status}`);
  }

  return response.text();
}

const metadata = JSON.parse(await get(`${issuer}/.well-known/jwt-vc-issuer`));
const { keys } = JSON.parse(await get(metadata.jwks_uri));

async function verifier(data, signature) {
  const { alg, kid } = decodeProtectedHeader(`${data}.`);
  const jwk = keys.find((key) => key.kid === kid);
  if (alg !== 'ES256' || !jwk) {
    throw new Error(`the issuer has no key ${kid} for ${alg}`);
  }

  const key = await importJWK(jwk, alg);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), Buffer.from(data));
}

const library = new SDJwtVcInstance({
  verifier,
  statusVerifier: verifier,
  hasher: (data, hash) => createHash(hash.replace('-', '')).update(data).digest(),
  hashAlg: 'sha-256',
  statusListFetcher: async (address) => {
    const list = await get(address);
    if (decodeProtectedHeader(list).typ !== 'statuslist+jwt' || decodeJwt(list).sub !== address) {
      throw new Error('this is another status list');
    }

    return list;
  },
});

for (const proof of proofs) {
  try {
    const { payload, header } = await library.verify(proof, { currentDate: now });
    if (header.typ !== 'dc+sd-jwt' || payload.iss !== issuer || payload.vct !== 'urn:sesame:credit-badge:1') {
      throw new Error('this is no credit badge of the issuer');
    }

    if (payload.site !== site || payload.profile !== profile) {
      throw new Error(`this badge belongs to ${payload.profile} on ${payload.site}`);
    }

    console.log(JSON.stringify({ step: 'proof', valid: true, band: payload.band ?? null, expires: payload.exp }));
  } catch (error) {
    console.log(JSON.stringify({ step: 'proof', valid: false, error: error.message }));
  }
}
