/**
 * `npm run evaluate [-- --json] [--only NAME] [--seeds N] [--save]`: does the recommender do what it claims? Each row is a test, a metric,
 * its value, the goal and whether it is met (`null` where the data are absent). Fixed seeds, grouped splits. --save writes
 * bench/results/evaluate.json, where the tests that were not run keep their rows; each row says of which commit it is.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadDefaultKernels } from '../src/main/load-default-kernels.ts';
import { describeMachine } from './describe-machine.ts';
import { evaluateAdvised } from './evaluate/advised.ts';
import { evaluateControls } from './evaluate/controls.ts';
import { evaluateCovid } from './evaluate/covid-npi.ts';
import { evaluateHeatTransition } from './evaluate/heat-transition.ts';
import { evaluateNextExperiments } from './evaluate/next-experiments.ts';
import { evaluateNudge } from './evaluate/nudge.ts';
import { evaluateOpenBandit } from './evaluate/open-bandit.ts';
import type { Row } from './evaluate/row.ts';
import { evaluateSemiSynthetic } from './evaluate/semi-synthetic-regret.ts';
import { evaluateTime } from './evaluate/time.ts';
import { readOptions, wrongCall } from './read-options.ts';

const { values } = readOptions({
  options: {
    json: { type: 'boolean' },
    only: { type: 'string' },
    seeds: { type: 'string' },
    save: { type: 'boolean' },
  },
});
const seeds = values.seeds === undefined ? null : Number(values.seeds);
if (seeds !== null && !(Number.isInteger(seeds) && seeds > 0)) {
  wrongCall(`--seeds is "${values.seeds}"; expected a whole number from 1.`);
}
const folder = resolve(process.env.SAMENWIJS_REFERENCE ?? '../shared/reference');
const reference = existsSync(`${folder}/compare.mjs`) ? folder : null;
const kernels = await loadDefaultKernels();

const tests: Readonly<Record<string, () => Iterable<Row>>> = {
  'heat-transition': () => evaluateHeatTransition(seeds ?? 20, kernels),
  controls: () => evaluateControls(seeds ?? 10, kernels),
  time: () => evaluateTime(kernels),
  'covid-npi': () => evaluateCovid(reference, kernels),
  'open-bandit': () => evaluateOpenBandit(reference),
  'next-experiments': () => evaluateNextExperiments(seeds ?? 10, kernels),
  nudge: () => evaluateNudge(reference, seeds ?? 40, kernels),
  advised: () => evaluateAdvised(reference, seeds ?? 10, kernels),
  'semi-synthetic-300': () => evaluateSemiSynthetic(reference, 300, seeds ?? 40, kernels),
  'semi-synthetic-1000': () => evaluateSemiSynthetic(reference, 1000, seeds ?? 40, kernels),
};
const chosen = Object.keys(tests).filter((name) => values.only === undefined || name.includes(values.only));
if (chosen.length === 0) {
  wrongCall(`There is no test "${values.only}"; expected part of one of ${Object.keys(tests).join(', ')}.`);
}
let failed = 0;
const measured: Row[] = [];
for (const name of chosen) {
  for (const row of tests[name]!()) {
    measured.push(row);
    if (row.ok === false) failed++;
    if (values.json) console.log(JSON.stringify(row));
    else {
      const mark = row.ok === null ? '-' : row.ok ? 'ok' : 'NO';
      const value = row.value === null ? 'no data' : Number(row.value.toPrecision(4));
      console.log(
        `${mark.padEnd(3)} ${row.test.padEnd(22)} ${row.metric.padEnd(58)} ${String(value).padStart(10)}   goal ${row.goal}`,
      );
    }
  }
}
if (values.save) save(measured);
process.exitCode = failed > 0 ? 1 : 0;

function save(rows: readonly Row[]): void {
  const file = new URL('results/evaluate.json', import.meta.url);
  const { machine, runtime, commit } = describeMachine();
  const saved = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] }).rows : [];
  const others = saved.filter(({ test }) => !rows.some((row) => row.test === test));
  const content = {
    machine,
    runtime,
    command: 'npm run evaluate -- --save',
    rows: [...others, ...rows.map((row) => ({ commit, ...row }))],
  };
  writeFileSync(file, `${JSON.stringify(content, null, 1)}\n`);
}
