import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PageAsset } from '../app/pages.ts';

const files = {
  'style.css': 'text/css; charset=utf-8',
  'atkinson-hyperlegible-next.woff2': 'font/woff2',
  'icon.svg': 'image/svg+xml',
} as const;

/** Reads every asset once; there are few and they are small. They share one digest, so that the style sheet finds its font beside it. */
export function loadAssets(): ReadonlyMap<string, PageAsset> {
  const bodies = Object.entries(files).map(
    ([name, type]) => ({ name, type, body: readFileSync(new URL(`./assets/${name}`, import.meta.url)) }) as const,
  );
  const hash = createHash('sha256');
  for (const { body } of bodies) hash.update(body);
  const digest = hash.digest('hex').slice(0, 16);
  return new Map(bodies.map(({ name, type, body }) => [name, { type, digest, body }]));
}
