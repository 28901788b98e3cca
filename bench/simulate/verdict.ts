import { mkdirSync, writeFileSync } from 'node:fs';
import { describeMachine } from '../describe-machine.ts';
import type { DesignRow } from './verdict/calibrate.ts';
import { plantedBias } from './verdict/draw-scenarios.ts';
import { calibrate, tasksOf } from './verdict/run.ts';
import { goalRows, modeRows } from './verdict/summarise.ts';

/** The seed on which limits were chosen; figures are reported on another. */
const tuningSeed = 1;

interface Settings {
  /** of each mode; three times as many sound ones */
  readonly designs: number;
  /** studies of a design */
  readonly runs: number;
  readonly seed: number;
  readonly isSaved: boolean;
}

/** Prints how designs of each mode were judged and whether the goals are met. @returns whether they are */
export async function simulateVerdict({ designs, runs, seed, isSaved }: Settings): Promise<boolean> {
  const tasks = tasksOf(designs);
  let done = 0;
  const rows = await calibrate(tasks, runs, seed, () => {
    done++;
    if (done % 50 === 0) console.error(`${done} of ${tasks.length} designs`);
  });
  const byMode = modeRows(rows);
  const goals = goalRows(rows);
  console.log(
    'failure mode             trace  designs  trust  caution  do-not-use  studies trusted  |bias|/SE  coverage',
  );
  for (const m of byMode) {
    const trace = m.mode === 'sound' ? '' : m.isTraced ? 'yes' : 'no';
    const counts = [m.designs, m.trust, m.caution, m.doNotUse].map((n) => String(n).padStart(6)).join('  ');
    console.log(
      `${m.mode.padEnd(24)} ${trace.padEnd(6)} ${counts}    ${m.trustedStudies.toFixed(3)}  ${m.bias.toFixed(2)}  ${m.coverage.toFixed(3)}`,
    );
  }
  for (const { metric, value, mcse, designs: n, goal, ok } of goals) {
    const sign = ok === null ? ' ' : ok ? '✓' : '✗';
    console.log(`${sign} ${metric.padEnd(46)} ${value.toFixed(4)} ± ${mcse.toFixed(4)}  ${n} designs  ${goal}`);
  }
  if (isSaved) save({ designs, runs, seed }, rows);
  return goals.every(({ ok }) => ok !== false);
}

function save({ designs, runs, seed }: Omit<Settings, 'isSaved'>, rows: readonly DesignRow[]): void {
  mkdirSync(new URL('../results', import.meta.url), { recursive: true });
  const content = {
    ...describeMachine(),
    command: `npm run simulate -- verdict --designs ${designs} --runs ${runs} --seed ${seed} --save`,
    ...{ runs, seed, tuningSeed, plantedBias },
    goals: goalRows(rows),
    modes: modeRows(rows),
    designs: [] as const,
  };
  const lines = rows.map((row) => `  ${JSON.stringify(row, rounded)}`).join(',\n');
  const text = JSON.stringify(content, null, 1).replace(/"designs": \[\]\n}$/, `"designs": [\n${lines}\n ]\n}`);
  writeFileSync(new URL('../results/verdict.json', import.meta.url), `${text}\n`);
}

const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value;
