import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { crossValidate } from '../../src/core/recommend/cross-validate.ts';
import { studentTQuantile } from '../../src/core/stats/student-t.ts';
import { above, absent, below, meanOf, type Row, shown, upperBound, within } from './row.ts';
import { readCommunities, semiSynthetic } from './semi-synthetic.ts';

const kinds = [
  'random',
  'popularity',
  'mix-means',
  'nearest',
  'constant',
  'additive',
  'r-learner',
  'boosted-trees',
  'factorisation',
  'ridge',
  'sparse-set',
] as const;

/** Regret, coverage and calibration in regions that were left out, paired by seed with ridge and the constant mix. */
export function* evaluateSemiSynthetic(
  reference: string | null,
  n: number,
  seeds: number,
  kernels: MatrixKernels,
): Generator<Row> {
  const test = `semi-synthetic-${n}`;
  if (reference === null) {
    yield absent(test);
    return;
  }
  const communities = readCommunities(reference);
  const regret = kinds.map((): number[] => []);
  const coverage: number[] = [];
  const slope: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { table, truth } = semiSynthetic(communities, n, seed);
    const { leaderboard } = crossValidate(
      { table, leftOut: 'region', folds: 6, kinds, truth, seed },
      kernels,
      () => {},
    );
    leaderboard.models.forEach((model, k) => {
      regret[k]!.push(model.regret!);
    });
    const ours = leaderboard.models.at(-1)!;
    coverage.push(ours.intervalCoverage!);
    slope.push(ours.calibrationSlope!);
  }
  const of = (kind: (typeof kinds)[number]) => regret[kinds.indexOf(kind)]!;
  const ours = of('sparse-set');
  const t = studentTQuantile(0.975, seeds - 1);
  for (const kind of kinds) yield shown(test, `regret of ${kind}, mean of ${seeds} seeds`, meanOf(of(kind)));
  const against = (other: readonly number[]) =>
    upperBound(
      ours.map((value, i) => value - other[i]!),
      t,
    );
  yield below(test, 'upper 95 % bound of regret minus that of ridge', against(of('ridge')), 0);
  yield below(test, 'upper 95 % bound of regret minus that of the constant mix', against(of('constant')), 0);
  yield within(test, 'coverage of 90 % intervals', meanOf(coverage), 0.88, 0.93);
  yield within(test, 'calibration slope', meanOf(slope), 0.85, 1.15);
  yield above(test, 'seeds', seeds, 40);
}
