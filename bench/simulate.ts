// `npm run simulate [-- --json] [--design C3] [--runs 2000] [--seed 1] [--save]`: how often intervals hold the truth, over many
// simulated studies. One object a row with --json, else a table; --save writes bench/results/simulate.json,
// with --design its rows there, which must be of the same runs and seed.
// `npm run simulate -- verdict [--designs 30] [--runs 200] [--seed 2] [--save]`: how often the verdict on a study is right, over
// designs that fail in ten ways and sound ones; --save writes bench/results/verdict.json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadDefaultKernels } from '../src/main/load-default-kernels.ts';
import { describeMachine } from './describe-machine.ts';
import { readOptions, wrongCall } from './read-options.ts';
import { designs, type Row, simulate } from './simulate/designs.ts';
import { simulateVerdict } from './simulate/verdict.ts';

const { values, positionals } = readOptions({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    save: { type: 'boolean' },
    design: { type: 'string' },
    designs: { type: 'string', default: '30' },
    runs: { type: 'string' },
    seed: { type: 'string' },
  },
});
const whole = (name: 'designs' | 'runs' | 'seed', least: number, otherwise: number): number => {
  const value = Number(values[name] ?? otherwise);
  if (!(Number.isInteger(value) && value >= least)) {
    wrongCall(`--${name} is "${values[name]}"; expected a whole number from ${least}.`);
  }
  return value;
};
if (positionals.length > 0) {
  if (positionals.join(' ') !== 'verdict')
    wrongCall(`"${positionals.join(' ')}" is nothing to simulate; expected verdict.`);
  const settings = { designs: whole('designs', 1, 30), runs: whole('runs', 2, 200), seed: whole('seed', 0, 2) };
  const areMet = await simulateVerdict({ ...settings, isSaved: values.save === true });
  process.exit(areMet ? 0 : 1);
}
const runs = whole('runs', 1, 2000);
const seed = whole('seed', 0, 1);
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
  const place = new URL('results/simulate.json', import.meta.url);
  const about = Object.fromEntries(designs.map(({ name, describes }) => [name, describes]));
  const command = `npm run simulate -- --runs ${runs} --seed ${seed} --save`;
  const all = values.design === undefined ? rows : [...rowsOfOthers(place), ...rows];
  const order = designs.map(({ name }) => name);
  const sorted = all.toSorted((one, other) => order.indexOf(one.design) - order.indexOf(other.design));
  const content = { ...describeMachine(), command, runs, seed, designs: about, rows: sorted };
  writeFileSync(place, `${JSON.stringify(content, null, 1)}\n`);
}
if (rows.some(({ ok }) => !ok)) process.exitCode = 1;

/** What was saved of designs that did not run now. */
function rowsOfOthers(place: URL): readonly Row[] {
  const saved: { runs: number; seed: number; rows: Row[] } = JSON.parse(readFileSync(place, 'utf8'));
  if (saved.runs !== runs || saved.seed !== seed) {
    wrongCall(`Saved are ${saved.runs} runs of seed ${saved.seed}; rows of others cannot stand beside them.`);
  }
  return saved.rows.filter(({ design }) => design !== values.design && designs.some(({ name }) => name === design));
}
