// `npm run bench -- SUITE [--case CASE] [--json] [--save]`: runs bench/SUITE/suite.ts.
// With --json one object a line goes to stdout, without it a table at the end; --save also writes bench/results/SUITE.json,
// case by case.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describeMachine } from './describe-machine.ts';
import { readOptions, wrongCall } from './read-options.ts';
import type { Row, Suite } from './suite.ts';

const here = new URL('.', import.meta.url);
const { values, positionals } = readOptions({
  allowPositionals: true,
  options: { case: { type: 'string' }, json: { type: 'boolean' }, save: { type: 'boolean' } },
});
const suites = readdirSync(here).filter((name) => existsSync(new URL(`${name}/suite.ts`, here)));
const [name, ...rest] = positionals;
if (name === undefined || rest.length > 0 || !suites.includes(name)) {
  wrongCall(`Give one suite: ${suites.join(', ')}. For example: npm run bench -- ${suites[0]} --json`);
}
const { suite } = (await import(`./${name}/suite.ts`)) as { suite: Suite };
if (suite.needsPeers && !existsSync(new URL('node_modules', here))) {
  console.error('Installing the peers of the benchmarks …');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 2, 2] });
  if (install.status !== 0) console.error('The peers could not be installed; only our own variants are measured.');
}
const cases = suite.cases.filter((id) => values.case === undefined || id === values.case);
if (cases.length === 0) {
  wrongCall(`No case ${values.case}; there are: ${suite.cases.join(', ')}.`);
}
const rows: Row[] = [];
for (const id of cases) {
  const ofCase: Row[] = [];
  for await (const row of suite.run(id)) {
    ofCase.push(row);
    if (values.json) console.log(JSON.stringify(row));
    else console.error(`${row.case} ${row.variant}: ${row.ok ? `${row.medianMs.toPrecision(3)} ms` : 'NOT OK'}`);
  }
  rows.push(...ofCase);
  if (values.save) save(id, ofCase);
}
if (!values.json) console.log(suite.table(rows));
if (rows.some((row) => !row.ok)) process.exitCode = 1;

/** Writes the rows of one case beside those of the other cases that are saved already. */
function save(id: string, ofCase: readonly Row[]): void {
  mkdirSync(new URL('results', here), { recursive: true });
  const file = new URL(`results/${name}.json`, here);
  const saved = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] }).rows : [];
  const all = suite.cases.flatMap((one) => (one === id ? ofCase : saved.filter((row) => row.case === one)));
  const content = { ...describeMachine(), command: `npm run bench -- ${name} --save`, rows: all };
  writeFileSync(file, `${JSON.stringify(content, null, 1)}\n`);
}
