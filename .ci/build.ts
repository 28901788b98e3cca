/**
 * Builds what `npm pack` ships: `dist` mirrors the repository with JavaScript and `.d.ts` in place of TypeScript, so that every
 * path relative to a source file holds in both.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, '.ci/tsconfig.build.json')], { stdio: 'inherit' });
const isSource = (path: string) => /\.(ts|mjs)$|tsconfig\.json$|\/assembly(\/|$)/.test(path);
for (const part of ['src', 'datasets', 'models', 'docs/problems']) {
  if (!existsSync(join(root, part))) continue;
  cpSync(join(root, part), join(dist, part), { recursive: true, filter: (path) => !isSource(path) });
}
cpSync(join(root, 'package.json'), join(dist, 'package.json'));
