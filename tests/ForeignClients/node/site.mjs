// Reads the documentation's site in Debian's Chromium, from a folder, as somebody who unpacked it would: at two widths, light and dark, with scripts and without.
// Usage: node site.mjs FOLDER [folder for screenshots]. Environment: SESAME_CHROMIUM (the program).
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const [folder, screenshots] = process.argv.slice(2);
const pages = [
  'index.html',
  'index.zh.html',
  'quickstarts.html',
  'guides/hospital.html',
  'guides/bike.zh.html',
  'errors.html',
  'errors/TOKEN_EXPIRED.html',
  'reference/index.html',
  'reference/partner/v1/eligibility_service.html',
  'reference/settings.html',
];
const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
];
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const addressOf = (name) => pathToFileURL(path.join(folder, name)).href;
const browser = await chromium.launch({ executablePath: process.env.SESAME_CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

async function open(javaScriptEnabled) {
  const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  return page;
}

const complaints = [];
try {
  const page = await open(true);
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const name of pages) {
      await page.goto(addressOf(name));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= size.width, `${name} is ${width} wide at ${size.width}`);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly, preload: false }), rules);
        const found = violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join(' ')}`);
        assert.deepEqual(found, [], `${name} at ${size.width}, ${colorScheme}`);
        if (screenshots) {
          await page.screenshot({ path: path.join(screenshots, `${name.replaceAll('/', '-')}-${size.width}-${colorScheme}.png`) });
        }
      }
    }
  }
  console.log(JSON.stringify({ step: 'looked', pages: pages.length }));

  // The search leads to a heading of another page.
  await page.goto(addressOf('index.html'));
  await page.getByRole('searchbox').fill('CheckEligibility');
  await page.locator('#search li a', { hasText: 'EligibilityService' }).first().click();
  await page.waitForURL((url) => url.hash === '#checkeligibility');
  console.log(JSON.stringify({ step: 'found', title: await page.locator('h1').textContent() }));

  // Without scripts there is no search, and everything else.
  const plain = await open(false);
  await plain.goto(addressOf('index.html'));
  await plain.getByRole('navigation').getByRole('link', { name: 'Hospitals' }).click();
  await plain.locator('.language').click();
  console.log(JSON.stringify({ step: 'walked', title: await plain.locator('h1').textContent(), searches: await plain.getByRole('searchbox').count() }));
  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
}
