// The first secured call in Node: an access token over mutual TLS, then CheckEligibility. Usage: node check.mjs SUBJECT...
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { json } from 'node:stream/consumers';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const { SESAME_GATEWAY: gateway, SESAME_PARTNER: partner, SESAME_CERTS: certs, SESAME_PROTOS: protos } = process.env;
const [ca, cert, key] = ['ca', `partners/${partner}`, `partners/${partner}.key`].map((name) => readFileSync(`${certs}/${name}.pem`));
const files = ['sesame/partner/v1/eligibility_service.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto'];
const types = loader.loadSync(files, { includeDirs: [protos], keepCase: true, enums: String, defaults: true });

// OAuth's client_credentials; the certificate proves who asks, and the token works with this certificate only (RFC 8705).
const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: partner, scope: 'eligibility.check' });
const { access_token: token } = await new Promise((resolve, reject) =>
  https.request(`${gateway}/connect/token`, { method: 'POST', ca, cert, key, headers: { 'content-type': 'application/x-www-form-urlencoded' } }, (answer) => resolve(json(answer)))
    .on('error', reject).end(form.toString()));

const { EligibilityService } = grpc.loadPackageDefinition(types).sesame.partner.v1;
const eligibility = new EligibilityService(new URL(gateway).host, grpc.credentials.createSsl(ca, key, cert));
const metadata = new grpc.Metadata();
metadata.set('authorization', `Bearer ${token}`);

for (const subject of process.argv.slice(2)) {
  const request = { subject, programme: 'bike.deposit_free' };
  await new Promise((resolve) => eligibility.CheckEligibility(request, metadata, { deadline: Date.now() + 10_000 }, (error, answer) =>
    resolve(console.log(subject, ...(error ? refusal(error) : decision(answer))))));
}

function decision({ decision, reasons }) {
  return [decision, ...reasons.map(({ reason, text_en }) => `${reason} ${text_en}`)];
}

// A refused call carries google.rpc.Status in a trailer: ErrorInfo has the reason, Help the page on its cause and fix.
function refusal({ metadata }) {
  const { details } = types['google.rpc.Status'].deserialize(metadata.get('grpc-status-details-bin')[0]);
  const read = (name) => types[name].deserialize(details.find(({ type_url }) => type_url.endsWith(`/${name}`)).value);
  return [read('google.rpc.ErrorInfo').reason, read('google.rpc.Help').links[0].url];
}
