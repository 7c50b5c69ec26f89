// Looks at the pages of the HTTP API in Debian's Chromium: they show, send nothing elsewhere, break no rule of their content policy, and offer no call.
// Usage: node api-pages.mjs [folder for screenshots]; environment: SESAME_PAGES (address of the public listener), SESAME_CHROMIUM (the program).
import assert from 'node:assert/strict';
import path from 'node:path';
import { chromium } from 'playwright-core';

const { SESAME_PAGES, SESAME_CHROMIUM } = process.env;
const folder = process.argv[2];
const browser = await chromium.launch({ executablePath: SESAME_CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } });
const page = await context.newPage();
const complaints = [];
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
page.on('pageerror', (error) => complaints.push(error.message));
page.on('request', (request) => /^(data|blob):/.test(request.url()) || new URL(request.url()).origin === new URL(SESAME_PAGES).origin || complaints.push(`asks ${request.url()}`));

await page.goto(new URL('/api', SESAME_PAGES).href);
await page.getByRole('heading', { name: 'SesameGrpc for partners' }).waitFor();
const text = () => page.evaluate(() => document.body.innerText);
if (folder) {
  await page.screenshot({ path: path.join(folder, 'api-start.png') });
}
await page.goto(new URL('/api/#tag/deferredpaymentservice/POST/v1/visits', SESAME_PAGES).href);
await page.reload();
await page.getByRole('heading', { name: 'Open visit' }).waitFor();
if (folder) {
  await page.waitForTimeout(1000);
  await page.screenshot({ path: path.join(folder, 'api-visits.png') });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(folder, 'api-phone.png') });
}

const shown = await text();
assert.doesNotMatch(shown, /Test Request|Send Request|Ask AI/i);
assert.deepEqual(complaints, []);
console.log(JSON.stringify({ step: 'shown', title: await page.title(), characters: shown.length > 1000 }));
await browser.close();
