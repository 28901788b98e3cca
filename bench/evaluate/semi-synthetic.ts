import { readFileSync } from 'node:fs';
import { createRandom } from '../../src/core/random/random-stream.ts';
import type { KnownTruth } from '../../src/core/recommend/cross-validate.ts';
import type { ExperimentTable } from '../../src/core/recommend/experiment-table.ts';
import { feasibleMixes } from '../../src/core/recommend/feasible-mixes.ts';

const blocks = [...'abcdefgh'];
const J = blocks.length;

/** Real covariates of the communities, standardised over all rows and clipped at 3, with their regions. */
export function readCommunities(reference: string) {
  const [head, ...lines] = readFileSync(`${reference}/recsys/communities/communities_context.csv`, 'utf8')
    .trimEnd()
    .split('\n');
  const names = head!.split(',').slice(2);
  const cells = lines.map((line) => line.split(','));
  const P = names.length;
  const raw = cells.map((row) =>
    row.slice(2).map((cell, p) => {
      const value = Number(cell);
      if (names[p] === 'population') return Math.log(value);
      return names[p] === 'PopDens' ? Math.log(value + 1) : value;
    }),
  );
  const mean = names.map((_, p) => raw.reduce((sum, row) => sum + row[p]!, 0) / raw.length);
  const sd = names.map((_, p) => Math.sqrt(raw.reduce((sum, row) => sum + (row[p]! - mean[p]!) ** 2, 0) / raw.length));
  const x = raw.map((row) => row.map((value, p) => Math.max(-3, Math.min(3, (value - mean[p]!) / sd[p]!))));
  return { names, P, x, ids: cells.map((row) => row[0]!), regions: cells.map((row) => row[1]!) };
}

export type Communities = ReturnType<typeof readCommunities>;

/**
 * Outcomes with planted effects on the real covariates: 8 blocks in mixes of 1 to 3, uptake that depends on what also
 * drives the outcome (confounding 1), effects that depend on few contexts and few pairs. The equations are those of the
 * research notes, section 2.10.
 */
export function semiSynthetic(communities: Communities, n: number, seed: number) {
  const { x, P, names } = communities;
  const random = createRandom(seed, 'semi-synthetic');
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const planted = random.stream('truth');
  const main = blocks.map(() => 0.25 + 0.2 * planted.normal());
  const sparse = () => {
    const z = planted.normal();
    return planted.uniform() < 0.3 ? 0.25 * z : 0;
  };
  const slopes = blocks.map(() => Array.from({ length: P }, sparse));
  const pairs = blocks.map((_, j) => blocks.map((__, l) => (l > j ? sparse() : 0)));
  const level = Array.from({ length: P }, () => 0.35 * planted.normal());
  const lean = blocks.map(() => Array.from({ length: P }, () => 0.3 * planted.normal()));
  const income = names.indexOf('medIncome');
  const work = names.indexOf('PctUnemployed');
  const rows = [...random.stream('rows').sampleWithoutReplacement(x.length, n)];
  const effect = (context: readonly number[], mix: ArrayLike<number>, from = 0) => {
    let sum = 0;
    let size = 0;
    for (let j = 0; j < J; j++) {
      if (!mix[from + j]) continue;
      size++;
      sum += main[j]! + dot(slopes[j]!, context);
      for (let l = j + 1; l < J; l++) if (mix[from + l]) sum += pairs[j]![l]!;
    }
    return sum - 0.06 * size ** 2;
  };
  const g = rows.map((i) => dot(x[i]!, level) + 0.4 * Math.max(x[i]![income]!, 0) * x[i]![work]!);
  const mean = g.reduce((sum, value) => sum + value, 0) / n;
  const sd = Math.sqrt(g.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  const uptake = random.stream('uptake');
  const noise = random.stream('noise');
  const mix = new Uint8Array(n * J);
  const y = new Float64Array(n);
  rows.forEach((row, i) => {
    const context = x[row]!;
    let size: number;
    do {
      size = 0;
      for (let j = 0; j < J; j++) {
        const logit = -1.1 + (j % 2 ? -1 : 1) * ((g[i]! - mean) / sd) + dot(context, lean[j]!);
        mix[i * J + j] = uptake.bernoulli(1 / (1 + Math.exp(-logit))) ? 1 : 0;
        size += mix[i * J + j]!;
      }
    } while (size < 1 || size > 3);
    y[i] = g[i]! + effect(context, mix, i * J) + 0.8 * noise.normal();
  });
  const mixes = feasibleMixes(
    blocks.map((id) => ({ id, cost: 0, prerequisites: [], excludes: [] })),
    { budget: null, maximumSize: 3, required: [], excluded: [] },
  );
  const m = mixes.length / J;
  const effects = new Float64Array(n * m);
  rows.forEach((row, i) => {
    for (let k = 0; k < m; k++) effects[i * m + k] = effect(x[row]!, mixes, k * J);
  });
  const regions = [...new Set(communities.regions)].sort();
  const table: ExperimentTable = {
    outcome: 'level',
    ids: rows.map((row) => communities.ids[row]!),
    effect: y,
    variance: null,
    blocks,
    mix,
    contexts: names,
    context: Float64Array.from(rows.flatMap((row) => x[row]!)),
    contextMissing: new Uint8Array(n * P),
    grades: ['observed'],
    grade: new Uint8Array(n),
    sites: rows.map((row) => communities.ids[row]!),
    site: Uint32Array.from(rows.keys()),
    regions,
    region: Uint32Array.from(rows, (row) => regions.indexOf(communities.regions[row]!)),
  };
  const truth: KnownTruth = { mixes, effects };
  return { table, truth };
}
