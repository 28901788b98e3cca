// `npm run simulate [-- --json] [--design C3] [--runs 2000] [--seed 1] [--save]`: how often intervals hold the truth, over many
// simulated studies. One object a row with --json, else a table; --save writes bench/results/simulate.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadDefaultKernels } from '../src/main/load-default-kernels.ts';
import { describeMachine } from './describe-machine.ts';
import { readOptions, wrongCall } from './read-options.ts';
import { designs, type Row, simulate } from './simulate/designs.ts';

const { values } = readOptions({
  options: {
    json: { type: 'boolean' },
    save: { type: 'boolean' },
    design: { type: 'string' },
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
  },
});
const whole = (name: 'runs' | 'seed', least: number): number => {
  const value = Number(values[name]);
  if (!(Number.isInteger(value) && value >= least)) {
    wrongCall(`--${name} is "${values[name]}"; expected a whole number from ${least}.`);
  }
  return value;
};
const runs = whole('runs', 1);
const seed = whole('seed', 0);
const chosen = designs.filter(({ name }) => values.design === undefined || name === values.design);
if (chosen.length === 0) {
  wrongCall(`No design ${values.design}; there are: ${designs.map(({ name }) => name).join(', ')}.`);
}
const kernels = await loadDefaultKernels();
const rows: Row[] = [];
for (const design of chosen) {
  for (const row of simulate(design, runs, seed, kernels)) {
    rows.push(row);
    const { metric, value, mcse, goal, ok } = row;
    console.log(
      values.json
        ? JSON.stringify(row)
        : `${ok ? '✓' : '✗'} ${row.design.padEnd(9)} ${metric.padEnd(26)} ${value.toFixed(4)} ± ${mcse.toFixed(4)}  (${goal})`,
    );
  }
}
if (values.save) {
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  const about = Object.fromEntries(designs.map(({ name, describes }) => [name, describes]));
  const command = `npm run simulate -- --runs ${runs} --seed ${seed} --save`;
  const content = { ...describeMachine(), command, runs, seed, designs: about, rows };
  writeFileSync(new URL('results/simulate.json', import.meta.url), `${JSON.stringify(content, null, 1)}\n`);
}
if (rows.some(({ ok }) => !ok)) process.exitCode = 1;
