/**
 * `npm run notebooks` runs every notebook and fails where a stored output is stale; `-- --write` stores the outputs;
 * `-- NAME…` takes only those; `-- --all` also installs danfojs in this folder and runs the notebooks that need it.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readOptions, wrongCall } from '../bench/read-options.ts';
import { hasDanfo, needsDanfo } from './danfo-installed.ts';
import { runNotebook } from './run-notebook.ts';

const folder = new URL('.', import.meta.url).pathname;
const { values, positionals } = readOptions({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } },
});
if (values.all && !hasDanfo()) {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
}
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ipynb'))
  .map((name) => name.replace('.ipynb', ''))
  .filter((name) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) wrongCall(`There is no notebook ${unknown.join(', ')}; see ${folder}.`);

for (const name of names) {
  if (needsDanfo(name) && !hasDanfo()) {
    console.log(`SKIPPED ${name}: danfojs is not installed; \`npm run notebooks -- --all\` installs it`);
    continue;
  }
  const start = performance.now();
  const complaints = await runNotebook(`${folder}${name}.ipynb`, values.write);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${complaints.length === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  for (const { cell, message } of complaints) console.log(`  cell ${cell}: ${message}`);
  if (complaints.length > 0) process.exitCode = 1;
}
