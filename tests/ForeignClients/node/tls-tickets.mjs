// TLS session tickets as clients use them that keep one per host name, whatever the port: shows what each listener gave to the other one.
import https from 'node:https';
import { gateway, issuer, print, tls } from './settings.mjs';

const metadata = new URL('/.well-known/openid-configuration', issuer);
const token = new URL('/connect/token', gateway);

const ofPublic = await visit(metadata);
const ofPartner = await visit(token, ofPublic.session);
print('public-to-partner', { status: ofPartner.status });
print('partner-to-public', { status: (await visit(metadata, ofPartner.session)).status });

const again = await visit(token, ofPartner.session);
print('partner-to-partner', { status: again.status, resumed: again.resumed });

// One GET on a connection of its own, and the ticket that came with it.
function visit(url, session) {
  return new Promise((resolve, reject) => {
    let latest;
    const request = https.get(url, { ...tls, session, agent: false, timeout: 10_000 }, (response) => {
      const resumed = response.socket.isSessionReused();
      response.resume().on('end', () => resolve({ status: response.statusCode, resumed, session: latest ?? response.socket.getSession() }));
    });
    request.on('socket', (socket) => socket.on('session', (ticket) => { latest = ticket; }));
    request.on('timeout', () => request.destroy(new Error(`no answer from ${url}`)));
    request.on('error', reject);
  });
}
