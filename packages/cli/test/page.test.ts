import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listenLocally } from '@network-mapper/testkit';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, httpPath, mapOf, SnapshotFolder } from './known-map.ts';
import { run } from './run-command.ts';

const executablePath = '/usr/bin/chromium';
const isMissing = !existsSync(executablePath);
if (isMissing)
  console.warn(`tests of the page in a browser are left out: no ${executablePath} (scripts/debian-packages.txt)`);

const map = mapOf([
  call('shop/web > shop/cart', { type: 'HTTP', httpResources: [httpPath('/cart', { methods: ['GET'] })] }),
  call('shop/cart > data/redis', { evidence: ['DNS'], ports: [], endpoints: [] }),
  call('pay/billing > shop/cart'),
]);

describe.skipIf(isMissing)('the page of a map, in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-page-'));
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
    });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** The page of a map, and the addresses of everything that it asks for, by the browser's own account. */
  async function opened(shown = map): Promise<{ readonly page: Page; readonly requests: readonly string[] }> {
    await using snapshots = new SnapshotFolder();
    const file = join(folder, 'map.html');
    const from = await snapshots.write(shown);
    const { stderr } = await run(['visualize', '--format', 'html', '-o', file, '--from', from]);
    expect(stderr).toContain('Exported graph as html format');
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    const requests: string[] = [];
    const protocol = await context.newCDPSession(page);
    protocol.on('Network.requestWillBeSent', ({ request }) => void requests.push(request.url));
    protocol.on('Network.webSocketCreated', ({ url }) => void requests.push(url));
    await protocol.send('Network.enable');
    await page.goto(pathToFileURL(file).href);
    return { page, requests };
  }

  const names = (page: Page) => page.locator('#services button:visible').allTextContents();
  const details = (page: Page) => page.locator('#details').innerText();

  test('services are found by a part of their name, and by their namespace', async () => {
    const { page } = await opened();
    expect(await names(page)).toEqual(['redis', 'billing', 'cart', 'web']);
    await page.getByLabel('Search').fill('CAR');
    expect(await names(page)).toEqual(['cart']);
    expect(await page.getByRole('status').textContent()).toBe('1 of 4 services');
    expect(await page.locator('.node:not(.dim)').count()).toBe(1);
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Namespace').selectOption('shop');
    expect(await names(page)).toEqual(['cart', 'web']);
    await page.getByLabel('Namespace').selectOption('');
    expect(await names(page)).toHaveLength(4);
  });

  test('who clicks a service sees who calls it, whom it calls, and the evidence', async () => {
    const { page } = await opened();
    await page.locator('.node', { hasText: 'cart' }).click();
    const shown = await details(page);
    expect(shown).toMatch(/^cart in shop/);
    expect(shown).toMatch(
      /Calls\n[^]*data\/redis\s+not known\s+DNS\s+12\s+2026-01-02T03:04:05Z\s+2026-01-02T03:05:06Z/,
    );
    expect(shown).toMatch(/Is called by\n[^]*shop\/web\s+80 to 8080\/TCP\s+DNS, TCP\s+12\s[^]*HTTP; GET \/cart/);
    expect(shown).toContain('pay/billing');
    expect(await page.locator('.edge.chosen').count()).toBe(3);
    expect(await page.locator('#services [aria-current=true]').allTextContents()).toEqual(['cart']);
    // The other side of a call leads to its own evidence, and the address of the page remembers it.
    await page.getByRole('button', { name: 'pay/billing' }).last().click();
    expect(await details(page)).toMatch(/^billing in pay/);
    await page.reload();
    expect(await details(page)).toMatch(/^billing in pay/);
    await page.locator('.edge', { hasText: 'cart' }).first().locator('path').click({ force: true });
    expect(await details(page)).not.toContain('Is called by');
  });

  test('everything is done by the keyboard alone', async () => {
    const { page } = await opened();
    const { keyboard } = page;
    const focused = () => page.evaluate('document.activeElement.textContent');
    await keyboard.press('/');
    await keyboard.type('red');
    await keyboard.press('Enter');
    expect(await details(page)).toMatch(/^redis in data/);
    await keyboard.press('Escape'); // Empties the search …
    expect(await names(page)).toHaveLength(4);
    await keyboard.press('Escape'); // … and then nothing is chosen.
    expect(await details(page)).toMatch(/^Choose a service/);
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    expect(await focused()).toBe('billing');
    await keyboard.press('ArrowUp');
    await keyboard.press('Enter');
    expect(await details(page)).toMatch(/^redis in data/);
    await page.locator('.node').first().focus();
    await keyboard.press('Space');
    expect(await page.locator('.node.chosen').count()).toBe(1);
    const width = async () => (await page.locator('#drawing svg').boundingBox())?.width ?? 0;
    const before = await width();
    await keyboard.press('+');
    expect(await width()).toBeGreaterThan(before);
  });

  test('no request leaves the page, whatever is tried', async () => {
    let hits = 0;
    const server = createServer((_request, response) => {
      hits++;
      response.end();
    });
    const { url, close } = await listenLocally(server);
    try {
      const evil = `<img src=${url}/a><script>fetch('${url}/b')</script>`;
      const { page, requests } = await opened(mapOf([call(`shop/${evil.replaceAll('/', '&#47;')} > shop/cart`)]));
      await page.locator('.node').first().click();
      await page.locator('.node').last().click();
      const refused: unknown = await page.evaluate(`Promise.all([
        fetch('${url}/fetch').then(() => 'answered', () => 'refused'),
        new Promise(resolve => {
          const image = new Image();
          image.onload = () => resolve('loaded');
          image.onerror = () => resolve('refused');
          image.src = '${url}/image';
        }),
      ])`);
      expect(refused).toEqual(['refused', 'refused']);
      expect(hits).toBe(0);
      // What the policy refused is not sent, but the protocol announces it.
      expect(requests.filter(address => !address.startsWith(url))).toEqual([
        expect.stringMatching(/^file:.*map\.html$/),
      ]);
    } finally {
      await close();
    }
  });
});
