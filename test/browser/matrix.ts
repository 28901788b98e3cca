import { readFileSync, writeFileSync } from 'node:fs';
import { readOptions, wrongCall } from '../../bench/read-options.ts';
import { demoServer } from '../support/demo-server.ts';
import { axe, complaintsOf, keyboardWalk, overflow } from './check-page.ts';
import { openBrowser } from './open-browser.ts';
import { pagePaths } from './page-paths.ts';

/**
 * The whole matrix: every page and state, language, width and theme. `npm run test:browser` prints a line per combination,
 * writes test/browser/matrix.json and fails when one is not clean. With `-- --theme NAME` only that theme is visited again,
 * and its rows replace those in the file.
 */
const widths = [1280, 320] as const;
const themes = [
  { name: 'light', colorScheme: 'light', forcedColors: 'none' },
  { name: 'dark', colorScheme: 'dark', forcedColors: 'none' },
  { name: 'forced-colours', colorScheme: 'dark', forcedColors: 'active' },
] as const;

interface Row {
  readonly page: string;
  readonly language: string;
  readonly width: number;
  readonly theme: string;
  readonly axeRulesPassed: number;
  readonly axeViolations: number;
  readonly overflowPixels: number;
  readonly keyboardStops: number;
  readonly keyboardFaults: number;
  readonly complaints: number;
  readonly ok: boolean;
}

const { values } = readOptions({ options: { theme: { type: 'string' } } });
const only = values.theme ?? null;
const chosen = themes.filter(({ name }) => only === null || name === only);
if (chosen.length === 0) {
  wrongCall(`--theme is "${only}"; expected one of ${themes.map(({ name }) => name).join(', ')}.`);
}
const app = await demoServer();
const origin = await app.listen({ port: 0, host: '127.0.0.1' });
const browser = await openBrowser();
const file = new URL('./matrix.json', import.meta.url);
const rows: Row[] =
  only === null ? [] : JSON.parse(readFileSync(file, 'utf8')).rows.filter((row: Row) => row.theme !== only);
for (const { name: theme, colorScheme, forcedColors } of chosen) {
  for (const width of widths) {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      forcedColors,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    for (const path of pagePaths) {
      for (const language of ['en', 'nl']) {
        complaints.length = 0;
        await page.goto(`${origin}/${language}${path === '/' ? '' : path}`);
        const { passes, violations } = await axe(page);
        const { pixels } = await overflow(page);
        const stops = await keyboardWalk(page);
        const faults = stops.filter(
          (stop, at) => !stop.outlined || !stop.inView || (at > 0 && stop.order < stops[at - 1]!.order),
        );
        // The page that refuses answers 404 on purpose, and the browser remarks on that.
        const remarks = complaints.filter((text) => !(path === '/collectives/nowhere' && text.includes('404')));
        const ok = violations.length + pixels + faults.length + remarks.length === 0;
        rows.push({
          page: path,
          language,
          width,
          theme,
          axeRulesPassed: passes,
          axeViolations: violations.length,
          overflowPixels: pixels,
          keyboardStops: stops.length,
          keyboardFaults: faults.length,
          complaints: remarks.length,
          ok,
        });
        console.log(`${ok ? '✓' : '✗'} ${path} ${language} ${width} ${theme}`);
        for (const line of [...violations, ...faults.map((stop) => JSON.stringify(stop)), ...remarks])
          console.log(`    ${line}`);
      }
    }
    await context.close();
  }
}
await browser.close();
await app.close();

const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const failed = rows.filter((row) => !row.ok).length;
writeFileSync(
  file,
  `${JSON.stringify({ command: 'npm run test:browser', axe: devDependencies['axe-core'], chromium: devDependencies['@sparticuz/chromium'], combinations: rows.length, failed, rows: rows.length > 0 ? '@' : [] }, null, 2).replace('"@"', `[\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`)}\n`,
);
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
