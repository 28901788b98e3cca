import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoServer } from '../support/demo-server.ts';
import { axe, complaintsOf, keyboardWalk, overflow } from './check-page.ts';
import { openBrowser } from './open-browser.ts';
import { everydayPaths } from './page-paths.ts';

// The everyday part: one page of each kind in both languages. All states, themes and widths: npm run test:browser.
let app: FastifyInstance;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  app = await demoServer();
  [origin, browser] = await Promise.all([app.listen({ port: 0, host: '127.0.0.1' }), openBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

async function open<T>(options: Parameters<Browser['newContext']>[0], visit: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext(options);
  try {
    return await visit(await context.newPage());
  } finally {
    await context.close();
  }
}
const url = (language: string, path: string) => `${origin}/${language}${path === '/' ? '' : path}`;

describe.each(everydayPaths)('the page %s', (path) => {
  it('has no accessibility fault that axe finds, fits 320 pixels, and gives the browser nothing to complain about', async () => {
    await open({ viewport: { width: 1280, height: 900 } }, async (page) => {
      const complaints = complaintsOf(page);
      for (const language of ['en', 'nl']) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(url(language, path));
        expect([language, (await axe(page)).violations]).toEqual([language, []]);
        await page.setViewportSize({ width: 320, height: 800 });
        expect([language, await overflow(page)]).toEqual([language, { pixels: 0, culprits: [] }]);
      }
      // The page that refuses answers 404 on purpose, and the browser remarks on that.
      expect(complaints.filter((text) => !(path === '/collectives/nowhere' && text.includes('404')))).toEqual([]);
    });
  });
});

describe('by keyboard', () => {
  it('the first stop is the skip link, and it leads to the main part', async () => {
    await open({}, async (page) => {
      await page.goto(url('en', '/collectives'));
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the main part');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('main');
    });
  });

  it.each([
    '/',
    '/collectives/heat-transition?collective=C01',
    '/fixtures/warm-start-advice',
  ])('every stop of %s comes in reading order, is seen, outlined and large enough', async (path) => {
    await open({ viewport: { width: 1280, height: 900 } }, async (page) => {
      await page.goto(url('nl', path));
      const stops = await keyboardWalk(page);
      expect(stops.length).toBeGreaterThan(8);
      expect(stops.filter((stop, at) => at > 0 && stop.order < stops[at - 1]!.order)).toEqual([]);
      expect(stops.filter((stop) => !stop.outlined || !stop.inView)).toEqual([]);
    });
  });
});

describe('a visitor', () => {
  it('finds a collective, splits it another way and reads the same in Dutch', async () => {
    await open({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', javaScriptEnabled: false }, async (page) => {
      await page.goto(origin);
      await page.getByRole('link', { name: 'See a collective' }).click();
      await page.getByLabel('Split by').selectOption('insulation');
      await page.getByRole('button', { name: 'Show' }).click();
      const table = page.locator('#by-group table');
      expect(await table.getByRole('rowheader').allTextContents()).toEqual(['poor', 'partial', 'good', 'Everybody']);
      const numbers = await table.getByRole('row').nth(1).getByRole('cell').allTextContents();
      await page.getByRole('link', { name: 'Nederlands' }).click();
      expect(page.url()).toContain('/nl/collectives/heat-transition?');
      expect(page.url()).toContain('by=insulation');
      expect(await table.getByRole('rowheader').allTextContents()).toEqual(['slecht', 'deels', 'goed', 'Iedereen']);
      const digits = (texts: readonly string[]) => texts.map((text) => text.replaceAll(/[^\d]/g, ''));
      expect(digits(await table.getByRole('row').nth(1).getByRole('cell').allTextContents())).toEqual(digits(numbers));
    });
  });
});
