import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface AxeResults {
  readonly passes: number;
  readonly violations: readonly string[];
}

/** Every WCAG 2.2 A and AA rule that axe knows, as lines that say what is wrong where. */
export async function axe(page: Page): Promise<AxeResults> {
  await page.evaluate(axeSource);
  return page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then((results) => ({
      passes: results.passes.length,
      violations: results.violations.flatMap((rule) => rule.nodes.map((node) => rule.id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary)),
    }))`,
  );
}

/** How many CSS pixels the page is wider than its window, and what sticks out. */
export function overflow(page: Page): Promise<{ readonly pixels: number; readonly culprits: readonly string[] }> {
  return page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    const culprits = [...document.querySelectorAll('body *')]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.right > width + 1 && !element.closest('.visually-hidden, thead, svg, .skip-link');
      })
      .map((element) => element.tagName.toLowerCase() + '.' + element.className);
    return { pixels: document.documentElement.scrollWidth - width, culprits: culprits.slice(0, 5) };
  })()`);
}

interface FocusStop {
  readonly name: string;
  readonly order: number;
  readonly outlined: boolean;
  readonly inView: boolean;
  readonly size: readonly [number, number];
}

/** Presses Tab until the focus leaves the page, and says of every stop whether it can be seen and hit. */
export async function keyboardWalk(page: Page): Promise<readonly FocusStop[]> {
  const stops: FocusStop[] = [];
  await page.evaluate(
    "document.activeElement?.blur(); window.scrollTo(0, 0); window.focusOrder = [...document.querySelectorAll('*')]",
  );
  for (let i = 0; i < 300; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<FocusStop | null>(`(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        name: element.tagName.toLowerCase() + ' ' + (element.textContent.trim() || element.id || element.getAttribute('name')).slice(0, 40),
        order: window.focusOrder.indexOf(element),
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        size: [Math.round(box.width), Math.round(box.height)],
      };
    })()`);
    if (stop === null) return stops;
    if (stops.length > 0 && stop.order === stops[0]!.order) return stops;
    stops.push(stop);
  }
  throw new Error('After 300 tabs the focus is still on the page: a keyboard trap.');
}

/** Collects what the browser complains about: script errors, refused resources, violated content policy. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  return complaints;
}
