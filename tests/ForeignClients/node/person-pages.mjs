// Walks a person's pages in Debian's Chromium: log in, answer a partner's question, see who looked and why something was refused, withdraw, dispute, take the data along, be erased.
// Usage: node person-pages.mjs <en|zh-CN> <scripts|no-scripts> [folder for screenshots]
//
// With scripts, axe-core looks at every page at both widths, light and dark. The pages have no script of their own, so the walk is the same without.
// Environment: SESAME_PAGES (address of the pages), SESAME_AUTHORIZE (where a partner sends the person, with a pushed request), SESAME_CHROMIUM (the
// program), SESAME_WALKER (somebody with an open obligation, a refusal and three consents), SESAME_LEAVER (somebody with nothing open).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const [language, mode, screenshots] = process.argv.slice(2);
const { SESAME_PAGES, SESAME_AUTHORIZE, SESAME_CHROMIUM, SESAME_WALKER, SESAME_LEAVER } = process.env;
const scripts = mode === 'scripts';
const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
];
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const browser = await chromium.launch({ executablePath: SESAME_CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const context = await browser.newContext({
  ignoreHTTPSErrors: true, // the certificate is of the test's own CA
  javaScriptEnabled: scripts,
  locale: language,
  acceptDownloads: true,
});
const page = await context.newPage();
const complaints = [];
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));

const step = (name, fields = {}) => console.log(JSON.stringify({ step: name, ...fields }));
const open = (address) => page.goto(new URL(address, SESAME_PAGES).href);
const click = (selector) => Promise.all([page.waitForLoadState('load'), page.locator(selector).first().click()]);
const at = (address) => page.waitForURL((url) => url.pathname + url.search === address);

// What holds for every page, and what it looks like.
async function look(name) {
  const bytes = Buffer.byteLength(await page.content());
  for (const size of sizes) {
    await page.setViewportSize(size);
    if (screenshots) {
      await page.screenshot({ path: path.join(screenshots, `${name}-${language}-${size.width}.png`), fullPage: true });
    }
    if (scripts) {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= size.width, `${name} is ${width} wide at ${size.width}`);
    }
    for (const colorScheme of scripts ? ['light', 'dark'] : []) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), rules);
      const found = violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join(' ')}`);
      assert.deepEqual(found, [], `${name} at ${size.width}, ${colorScheme}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  }
  assert.deepEqual(complaints, [], name);
  step('page', { name, language: await page.locator('html').getAttribute('lang'), bytes });
}

async function logIn(person) {
  await page.fill('#person', person);
  await click('main form button');
}

try {
  await open(SESAME_AUTHORIZE);
  await look('login');
  await logIn(SESAME_WALKER);
  await page.waitForURL((url) => url.pathname === '/connect/authorize');
  await look('consent');
  await click('button[value="agree"]');
  await page.waitForURL((url) => url.searchParams.has('code'));
  step('agreed', { iss: new URL(page.url()).searchParams.get('iss') });

  await open('/me');
  await look('home');

  await click('.sections a[href="/me/accesses"]');
  await at('/me/accesses');
  await look('accesses');
  await click('.entry.refused a');
  await look('refusal');
  await click('a.button[href*="about=refusal"]');
  await look('dispute');
  await page.fill('#statement', 'I was there, and it was mine.\n我在场,东西是我的。');
  await click('main form button');
  await at('/me/disputes?done=open');
  await look('disputes');

  await click('.sections a[href="/me/consents"]');
  await at('/me/consents');
  await look('consents');
  const before = await page.locator('.entry form').count();
  await click('button[value="suspend"]');
  await at('/me/consents?done=suspend');
  await click('button[value="resume"]');
  await at('/me/consents?done=resume');
  await click('button[value="withdraw"]');
  await at('/me/consents?done=withdraw');
  await look('withdrawn');
  assert.equal(await page.locator('.entry form').count(), before - 1);
  step('withdrawn', { left: before - 1 });
  await click('a[href="/me/consents/withdraw-all"]');
  await look('withdraw-all');
  await click('main form button');
  await at('/me/consents?done=withdraw-all');

  await click('.sections a[href="/me/obligations"]');
  await at('/me/obligations');
  await look('obligations');
  await click('.sections a[href="/me/fulfilments"]');
  await at('/me/fulfilments');
  await look('fulfilments');

  await open('/me');
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href="/me/export"]').click()]);
  const exported = JSON.parse(await readFile(await download.path(), 'utf8'));
  step('export', { person: exported.person.person, file: download.suggestedFilename().replace(/\d/g, '0') });

  await open('/me/erase');
  await look('erase-blocked');
  assert.equal(await page.locator('main form').count(), 0);
  await click('header form button');
  await look('logged-out');

  await open('/login');
  await logIn(SESAME_LEAVER);
  await at('/me');
  await click('a[href="/me/opt-out"]');
  await look('opt-out');
  await click('main form button');
  await at('/me/opt-out');
  await look('opted-out');
  await click('a[href="/me/erase"]');
  await look('erase');
  await page.check('input[name="confirm"]');
  await click('main form button');
  await look('erased');
  await open('/me');
  await page.waitForURL((url) => url.pathname === '/login');
  step('erased');
} finally {
  await browser.close();
}
