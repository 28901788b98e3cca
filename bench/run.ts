// `npm run bench -- SUITE [--case CASE] [--json] [--save]`: runs bench/SUITE/suite.ts.
// With --json one object a line goes to stdout, without it a table at the end; --save also writes bench/results/SUITE.json.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine } from './describe-machine.ts';
import type { Suite } from './suite.ts';

const here = new URL('.', import.meta.url);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { case: { type: 'string' }, json: { type: 'boolean' }, save: { type: 'boolean' } },
});
const suites = readdirSync(here).filter((name) => existsSync(new URL(`${name}/suite.ts`, here)));
const [name, ...rest] = positionals;
if (name === undefined || rest.length > 0 || !suites.includes(name)) {
  console.error(`Give one suite: ${suites.join(', ')}. For example: npm run bench -- ${suites[0]} --json`);
  process.exit(2);
}
if (!existsSync(new URL('node_modules', here))) {
  console.error('Installing the peers of the benchmarks …');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 2, 2] });
  if (install.status !== 0) process.exit(1);
}
const { suite } = (await import(`./${name}/suite.ts`)) as { suite: Suite };
const cases = suite.cases.filter((id) => values.case === undefined || id === values.case);
if (cases.length === 0) {
  console.error(`No case ${values.case}; there are: ${suite.cases.join(', ')}.`);
  process.exit(2);
}
const rows = [];
for (const id of cases) {
  for await (const row of suite.run(id)) {
    rows.push(row);
    if (values.json) console.log(JSON.stringify(row));
    else console.error(`${row.case} ${row.variant}: ${row.ok ? `${row.medianMs.toPrecision(3)} ms` : 'NOT OK'}`);
  }
}
if (!values.json) console.log(suite.table(rows));
if (values.save) {
  mkdirSync(new URL('results', here), { recursive: true });
  const file = new URL(`results/${name}.json`, here);
  writeFileSync(
    file,
    `${JSON.stringify({ ...describeMachine(), command: `npm run bench -- ${name} --save`, rows }, null, 1)}\n`,
  );
}
if (rows.some((row) => !row.ok)) process.exitCode = 1;
