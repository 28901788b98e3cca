import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { betweenExperimentVariance } from '../../src/core/recommend/between-experiment-variance.ts';
import { crossValidate, type LeftOutPredictions } from '../../src/core/recommend/cross-validate.ts';
import {
  fitEffectModel,
  type ModelKind,
  type ServableKind,
  servableKinds,
} from '../../src/core/recommend/effect-models.ts';
import { type ExperimentTable, placeOf, selectExperiments } from '../../src/core/recommend/experiment-table.ts';
import { normalisedGain } from '../../src/core/recommend/ranking-metrics.ts';
import { normalQuantile } from '../../src/core/stats/normal-quantile.ts';
import { studentTQuantile } from '../../src/core/stats/student-t.ts';
import { above, absent, below, meanOf, type Row, shown, upperBound, within } from './row.ts';
import { servedPredictions } from './served.ts';

const kinds = ['mix-means', 'ridge', 'set-kernel', 'sparse-set', 'averaged'] as const;

/**
 * 447 published effects of nudges: techniques as blocks, domain and setting as contexts. A block that every row has lets
 * contexts act on all techniques alike. The file is sorted by effect, so rows are put in the order of their ids first.
 */
export function readNudge(reference: string): ExperimentTable {
  const rows = (
    parse(readFileSync(`${reference}/recsys/nudge/nudge.csv`), { columns: true }) as Record<string, string>[]
  )
    .map((row) => ({ ...row, id: `${row.publication_id}/${row.study_id}/${row.es_id}` }) as Record<string, string>)
    .sort((a, b) => (a.id! < b.id! ? -1 : 1));
  const distinct = (column: string) => [...new Set(rows.map((row) => row[column]!))].sort();
  const techniques = distinct('intervention_technique');
  const domains = distinct('domain');
  const titles = distinct('title');
  const blocks = ['any nudge', ...techniques];
  const contexts = [...domains.slice(1), 'in the US', 'adults'];
  const known = rows.flatMap((row) => [
    ...domains.slice(1).map((domain) => (row.domain === domain ? 1 : 0)),
    ...['location', 'population'].map((name) => (row[name] === '' || row[name] === 'NA' ? null : Number(row[name]))),
  ]);
  const title = Uint32Array.from(rows, (row) => titles.indexOf(row.title!));
  return {
    outcome: 'effect',
    ids: rows.map((row) => row.id!),
    effect: Float64Array.from(rows, (row) => Number(row.cohens_d)),
    variance: Float64Array.from(rows, (row) => Number(row.variance_d)),
    blocks,
    mix: Uint8Array.from(
      rows.flatMap((row) => [1, ...techniques.map((technique) => (row.intervention_technique === technique ? 1 : 0))]),
    ),
    contexts,
    context: Float64Array.from(known, (value) => value ?? 0),
    contextMissing: Uint8Array.from(known, (value) => (value === null ? 1 : 0)),
    grades: ['published'],
    grade: new Uint8Array(rows.length),
    sites: titles,
    site: title,
    regions: ['all'],
    region: new Uint32Array(rows.length),
  };
}

const folds = 10;
const plain = () => normalQuantile(0.95);

/** Root of the squared errors, weighted by how precise effects are, and the share of effects within their 90 % interval. */
function errorOf(
  table: ExperimentTable,
  tau2: number,
  { mean, variance, noise }: Pick<LeftOutPredictions, 'mean' | 'variance' | 'noise'>,
  reach: (i: number) => number,
) {
  let squares = 0;
  let weights = 0;
  let covered = 0;
  table.effect.forEach((effect, i) => {
    const w = 1 / (table.variance![i]! + tau2);
    squares += w * (effect - mean[i]!) ** 2;
    weights += w;
    if (Math.abs(effect - mean[i]!) <= reach(i) * Math.sqrt(variance[i]! + noise[i]!)) covered++;
  });
  return { root: Math.sqrt(squares / weights), coverage: covered / table.ids.length };
}

const weightedMean = (table: ExperimentTable, tau2: number, rows: readonly number[]): number => {
  const weight = (i: number) => 1 / (table.variance![i]! + tau2);
  const total = rows.reduce((sum, i) => sum + weight(i), 0);
  return rows.reduce((sum, i) => sum + weight(i) * table.effect[i]!, 0) / total;
};

const cellKinds = ['random', 'popularity', 'mix-means', 'constant', 'ridge', 'sparse-set'] as const;

/**
 * Techniques ranked for a domain and location that were left out whole, where four techniques or more have two effects or more there: the
 * truth is the mean effect of each, weighted as the errors above.
 */
function gainsInCells(table: ExperimentTable, tau2: number, kernels: MatrixKernels) {
  const P = table.contexts.length;
  const J = table.blocks.length;
  const cellOf = (i: number) =>
    table.contextMissing[i * P + P - 2] ? null : table.context.subarray(i * P, i * P + P - 1).join();
  const cells = Map.groupBy(table.ids.keys(), cellOf);
  const gains = new Map<ModelKind, number[]>(cellKinds.map((kind) => [kind, []]));
  for (const [cell, rows] of [...cells].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))) {
    const byTechnique = Map.groupBy(rows, (i) => table.mix.subarray(i * J + 1, (i + 1) * J).indexOf(1));
    const tried = [...byTechnique].filter(([, list]) => list.length >= 2).sort(([a], [b]) => a - b);
    if (cell === null || tried.length < 4) continue;
    const truth = Float64Array.from(tried, ([, list]) => weightedMean(table, tau2, list));
    const mixes = new Uint8Array(tried.length * J);
    tried.forEach(([technique], k) => {
      mixes[k * J] = 1;
      mixes[k * J + 1 + technique] = 1;
    });
    const training = selectExperiments(
      table,
      [...table.ids.keys()].filter((i) => cellOf(i) !== cell),
    );
    const place = placeOf(table, rows[0]!);
    for (const kind of cellKinds) {
      // Random orders differ: their mean gain over 200.
      const scored = Array.from({ length: kind === 'random' ? 200 : 1 }, (_, draw) =>
        normalisedGain(
          fitEffectModel(kind, training, createRandom(draw, 'cells', kind), kernels, null).scores(place, mixes),
          truth,
          3,
        ),
      );
      gains.get(kind)!.push(meanOf(scored));
    }
  }
  return {
    cells: gains.get('ridge')!.length,
    by: new Map([...gains].map(([kind, values]) => [kind, meanOf(values)])),
  };
}

/**
 * Leave-publication-out error on published effects, paired with ridge over repeats of the folds. What is held against ridge is what would be
 * served (`servedPredictions`); single kinds are shown and judged by nothing, since the best of them is known only afterwards.
 */
export function* evaluateNudge(reference: string | null, repeats: number, kernels: MatrixKernels): Generator<Row> {
  const test = 'nudge';
  if (reference === null) {
    yield absent(test);
    return;
  }
  const table = readNudge(reference);
  const tau2 = betweenExperimentVariance(table.effect, table.variance!);
  const errors = kinds.map((): number[] => []);
  const served: {
    readonly root: number;
    readonly coverage: number;
    readonly plain: number;
    readonly chosen: readonly ServableKind[];
  }[] = [];
  for (let seed = 1; seed <= repeats; seed++) {
    const { predictions } = crossValidate(
      { table, leftOut: 'neighbourhood', folds, kinds, truth: null, seed },
      kernels,
      () => {},
    );
    predictions.forEach((predicted, k) => {
      errors[k]!.push(errorOf(table, tau2, predicted, plain).root);
    });
    const predicted = servedPredictions(table, predictions[0]!.fold, seed, kernels);
    served.push({
      ...errorOf(table, tau2, predicted, (i) => predicted.reach[i]!),
      plain: errorOf(table, tau2, predicted, plain).coverage,
      chosen: predicted.chosen,
    });
  }
  for (const [k, kind] of kinds.entries())
    yield shown(test, `weighted error of ${kind}, ${repeats} repeats`, meanOf(errors[k]!));
  yield shown(
    test,
    'weighted error of what is served, chosen within the training parts',
    meanOf(served.map((s) => s.root)),
  );
  const chosen = served.flatMap((one) => one.chosen);
  for (const kind of servableKinds) {
    const share = chosen.filter((one) => one === kind).length / chosen.length;
    if (share > 0) yield shown(test, `share of training parts in which ${kind} is served`, share);
  }
  const ridge = errors[kinds.indexOf('ridge')]!;
  const differences = served.map(({ root }, i) => root - ridge[i]!);
  const t = studentTQuantile(0.975, repeats - 1);
  yield below(test, 'its error minus that of ridge, mean', meanOf(differences), 0);
  yield below(test, 'upper 95 % bound of that over the repeats', upperBound(differences, t), 0);
  yield above(test, 'repeats', repeats, 40);
  yield shown(test, 'coverage of its intervals at 1.645 standard deviations', meanOf(served.map((s) => s.plain)));
  yield within(test, 'coverage of its 90 % intervals, as served', meanOf(served.map((s) => s.coverage)), 0.88, 0.93);

  const gain = gainsInCells(table, tau2, kernels);
  for (const kind of cellKinds)
    yield shown(test, `gain at 3 of ${kind} in ${gain.cells} unseen cells`, gain.by.get(kind)!);
  yield above(test, 'gain at 3 of pooled technique means in unseen cells', gain.by.get('mix-means')!, 0.86);
  const personal = Math.max(gain.by.get('ridge')!, gain.by.get('sparse-set')!);
  yield above(test, 'gain of pooling over personal advice there', gain.by.get('mix-means')! - personal, 0);
}
