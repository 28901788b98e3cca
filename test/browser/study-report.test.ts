import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultOf } from '../../src/app/analyses.ts';
import { studyReport } from '../../src/ui/report/study-report.ts';
import { textsIn } from '../../src/ui/texts.ts';
import { studyPanel } from '../support/study-panel.ts';
import { studyService } from '../support/study-service.ts';
import { axe, complaintsOf, overflow } from './check-page.ts';
import { openBrowser } from './open-browser.ts';

let browser: Browser;
let shown: ResultOf<'study'>;
let withheld: ResultOf<'study'>;

beforeAll(async () => {
  const protocol = {
    question: 'Did the coach raise the figure?',
    panel: 'study',
    treatment: { variable: 'coach' },
    covariates: ['income', 'home', 'kpi'],
    baseline: '2023',
    outcome: { variable: 'kpi', followUp: '2024' },
    sensitivity: { effectsBy: 'home' },
  };
  const actor = { role: 'operator' } as const;
  shown = await studyService(studyPanel()).study(actor, protocol);
  withheld = await studyService(studyPanel({ units: 40 })).study(actor, {
    ...protocol,
    design: { method: 'nearest', calipers: [] },
  });
  browser = await openBrowser();
}, 120_000);
afterAll(async () => browser?.close());

describe.each(['en', 'nl'] as const)('the report of a study in %s', (language) => {
  it.each([
    'light',
    'dark',
  ] as const)('has no accessibility fault that axe finds in %s, fits 320 pixels and asks for nothing', async (colorScheme) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
    try {
      const page = await context.newPage();
      const complaints = complaintsOf(page);
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      for (const study of [shown, withheld]) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.setContent(studyReport(study, textsIn(language)));
        expect((await axe(page)).violations).toEqual([]);
        await page.setViewportSize({ width: 320, height: 800 });
        expect((await overflow(page)).pixels).toBe(0);
        expect((await axe(page)).violations).toEqual([]);
      }
      expect([complaints, requests]).toEqual([[], []]);
    } finally {
      await context.close();
    }
  }, 60_000);
});
