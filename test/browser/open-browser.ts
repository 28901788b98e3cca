import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** Headless Chromium from npm. Fails where it cannot start: a page that nobody looked at must not count as checked. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  // One process for everything dies with its first closed context, and software WebGL costs seconds that no page needs.
  const unwanted = /^--(single-process|use-gl|use-angle|enable-unsafe-swiftshader|ignore-gpu-blocklist|in-process-gpu)/;
  return playwright.launch({
    executablePath,
    args: [...chromium.args.filter((flag) => !unwanted.test(flag)), '--no-sandbox'],
    headless: true,
  });
}
