import { mkdirSync } from 'node:fs';
import { demoServer } from '../support/demo-server.ts';
import { openBrowser } from './open-browser.ts';

// Screenshots to look at: node test/browser/look.ts FOLDER [PATH…]
const [folder = 'screenshots', ...chosen] = process.argv.slice(2);
const paths =
  chosen.length > 0
    ? chosen
    : ['/', '/collectives', '/collectives/heat-transition?collective=C01', '/warm-start', '/studies'];
mkdirSync(folder, { recursive: true });
const app = await demoServer();
const origin = await app.listen({ port: 0, host: '127.0.0.1' });
const browser = await openBrowser();
for (const [language, width, colorScheme] of [
  ['en', 1280, 'light'],
  ['nl', 320, 'light'],
  ['nl', 1280, 'dark'],
  ['en', 320, 'dark'],
] as const) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    deviceScaleFactor: width === 320 ? 2 : 1,
  });
  const page = await context.newPage();
  for (const path of paths) {
    await page.goto(`${origin}/${language}${path === '/' ? '' : path}`);
    const name = path.replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, '') || 'start';
    const file = `${folder}/${name}-${language}-${width}-${colorScheme}`;
    // A phone page is a long strip: in parts, so that it can be read.
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    const part = width === 320 ? 1300 : height;
    for (let top = 0, at = 0; top < height; top += part, at++) {
      const clip = { x: 0, y: top, width, height: Math.min(part, height - top) };
      await page.screenshot({ path: `${file}${at === 0 ? '' : `-${at}`}.png`, fullPage: true, clip });
    }
  }
  await context.close();
}
await browser.close();
await app.close();
