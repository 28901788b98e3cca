import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { policyValue } from '../../src/core/recommend/policy-value.ts';
import { absent, below, meanOf, type Row, shown } from './row.ts';

interface Log {
  readonly item: Uint8Array;
  readonly position: Uint8Array;
  readonly click: Float64Array;
  readonly propensity: Float64Array;
}

const items = 34;
const positions = 3;
const cellOf = (log: Log, i: number) => log.item[i]! * positions + log.position[i]!;

function readLog(file: string): Log {
  const rows = parse(readFileSync(file), { columns: true }) as Record<string, string>[];
  const column = (name: string) => rows.map((row) => Number(row[name]));
  return {
    item: Uint8Array.from(column('item_id')),
    position: Uint8Array.from(column('position'), (p) => p - 1),
    click: Float64Array.from(column('click')),
    propensity: Float64Array.from(column('propensity_score')),
  };
}

/** Click rates per item and position from one half of the rows, each as if 200 more rows had shown the mean. */
function clickRates(log: Log, rows: readonly number[]): Float64Array {
  const clicks = new Float64Array(items * positions);
  const shownTimes = new Float64Array(items * positions);
  let sum = 0;
  for (const i of rows) {
    clicks[cellOf(log, i)]! += log.click[i]!;
    shownTimes[cellOf(log, i)]! += 1;
    sum += log.click[i]!;
  }
  const mean = sum / rows.length;
  return clicks.map((count, cell) => (count + 200 * mean) / (shownTimes[cell]! + 200));
}

/**
 * The click rate of the learning policy (bts), estimated from the log of the random one, over 200 bootstraps of that log. The
 * new policy is the share of each item at a position in the log of bts; the truth is the click rate there.
 */
export function* evaluateOpenBandit(reference: string | null): Generator<Row> {
  const test = 'open-bandit-men';
  if (reference === null) {
    yield absent(test);
    return;
  }
  const random = readLog(`${reference}/recsys/open-bandit-men/random_men.csv`);
  const bts = readLog(`${reference}/recsys/open-bandit-men/bts_men.csv`);
  const truth = meanOf([...bts.click]);
  const share = new Float64Array(items * positions);
  const perPosition = new Float64Array(positions);
  bts.position.forEach((position, i) => {
    share[cellOf(bts, i)]! += 1;
    perPosition[position]! += 1;
  });
  const policy = share.map((count, cell) => count / perPosition[cell % positions]!);
  const n = random.click.length;
  const draw = createRandom(1, 'open bandit');
  const errors = { doublyRobust: [] as number[], selfNormalised: [] as number[], direct: [] as number[] };
  let effective = 0;
  for (let b = 0; b < 200; b++) {
    const rows = Array.from({ length: n }, () => draw.integer(n));
    const halves = [rows.filter((_, k) => k % 2 === 0), rows.filter((_, k) => k % 2 === 1)] as const;
    const rates = [clickRates(random, halves[1]), clickRates(random, halves[0])] as const;
    const ofPolicy = rates.map((rate) =>
      Float64Array.from({ length: positions }, (_, position) => {
        let sum = 0;
        for (let item = 0; item < items; item++)
          sum += policy[item * positions + position]! * rate[item * positions + position]!;
        return sum;
      }),
    );
    const value = policyValue(
      {
        outcome: Float64Array.from(rows, (i) => random.click[i]!),
        ratio: Float64Array.from(rows, (i) => policy[cellOf(random, i)]! / random.propensity[i]!),
        expected: Float64Array.from(rows, (i, k) => rates[k % 2]![cellOf(random, i)]!),
        expectedOfPolicy: Float64Array.from(rows, (i, k) => ofPolicy[k % 2]![random.position[i]!]!),
        group: Uint32Array.from(rows),
      },
      { clip: 10, draws: 1 },
      draw,
    );
    effective += value.effectiveSampleSize / 200;
    for (const name of ['doublyRobust', 'selfNormalised', 'direct'] as const)
      errors[name].push(Math.abs(value[name] - truth) / truth);
  }
  const mean = meanOf(errors.doublyRobust);
  const sd = Math.sqrt(meanOf(errors.doublyRobust.map((e) => (e - mean) ** 2)));
  yield shown(test, 'effective sample size of 10,000 logged rows', effective);
  yield shown(test, 'relative error, direct', meanOf(errors.direct));
  yield shown(test, 'relative error, self-normalised doubly robust', meanOf(errors.selfNormalised));
  // The reference has .21 with a spread of .14 over 200 bootstraps: two standard errors of its mean are .02.
  yield below(test, `relative error, doubly robust, 200 bootstraps (sd ${sd.toFixed(2)})`, mean, 0.21 + 0.02);
}
