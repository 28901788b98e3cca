import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { betweenExperimentVariance } from '../../src/core/recommend/between-experiment-variance.ts';
import { crossValidate } from '../../src/core/recommend/cross-validate.ts';
import type { ExperimentTable } from '../../src/core/recommend/experiment-table.ts';
import { studentTQuantile } from '../../src/core/stats/student-t.ts';
import { absent, below, meanOf, type Row, shown, upperBound, within } from './row.ts';

const kinds = ['mix-means', 'ridge', 'set-kernel', 'sparse-set'] as const;

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

/** Leave-publication-out error on published effects, paired with ridge over repeats of the folds. */
export function* evaluateNudge(reference: string | null, repeats: number, kernels: MatrixKernels): Generator<Row> {
  const test = 'nudge';
  if (reference === null) {
    yield absent(test);
    return;
  }
  const table = readNudge(reference);
  const tau2 = betweenExperimentVariance(table.effect, table.variance!);
  const errors = kinds.map((): number[] => []);
  const coverage: number[] = [];
  for (let seed = 1; seed <= repeats; seed++) {
    const { predictions, leaderboard } = crossValidate(
      { table, leftOut: 'neighbourhood', folds: 10, kinds, truth: null, seed },
      kernels,
      () => {},
    );
    predictions.forEach(({ mean }, k) => {
      let squares = 0;
      let weights = 0;
      mean.forEach((value, i) => {
        const w = 1 / (table.variance![i]! + tau2);
        squares += w * (table.effect[i]! - value) ** 2;
        weights += w;
      });
      errors[k]!.push(Math.sqrt(squares / weights));
    });
    coverage.push(leaderboard.models.at(-1)!.intervalCoverage!);
  }
  const [means, ridge, kernel, sparse] = errors as [number[], number[], number[], number[]];
  const t = studentTQuantile(0.975, repeats - 1);
  yield shown(test, 'weighted error of shrunken technique means', meanOf(means));
  yield shown(test, 'weighted error of ridge', meanOf(ridge));
  yield shown(test, 'weighted error of set-kernel', meanOf(kernel));
  yield shown(test, `weighted error of sparse-set, ${repeats} repeats`, meanOf(sparse));
  const differences = sparse.map((value, i) => value - ridge[i]!);
  yield below(test, 'upper 95 % bound of its error minus that of ridge', upperBound(differences, t), 0);
  yield within(test, 'coverage of 90 % intervals', meanOf(coverage), 0.88, 0.93);
}
