// Where the gateway is and who calls: the environment variables of the sesame command, with the addresses and the
// certificates of "./sesame dev" where they are not set.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const env = process.env;

export const partner = env.SESAME_PARTNER ?? 'hello-bike';
export const issuer = env.SESAME_ISSUER ?? 'https://localhost:7444';
export const gateway = new URL(env.SESAME_GATEWAY ?? 'https://localhost:7443');
export const redirect = env.SESAME_REDIRECT ?? 'http://127.0.0.1:7450/consent';
export const protos = env.SESAME_PROTOS ?? `${repository}artifacts/protos`;

// The client's certificate and key, and the CA that signed the gateway's certificate; all PEM.
export const tls = {
  cert: readFileSync(env.SESAME_CERTIFICATE ?? `${repository}certs/partners/${partner}.pem`),
  key: readFileSync(env.SESAME_KEY ?? `${repository}certs/partners/${partner}.key.pem`),
  ca: readFileSync(env.SESAME_CA ?? `${repository}certs/ca.pem`),
};

// Prints one step as a line of JSON.
export function print(step, fields) {
  console.log(JSON.stringify({ step, ...fields }));
}
