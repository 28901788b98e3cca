import { balanceTable } from '../../src/core/balance/balance-table.ts';
import type { Matrix } from '../../src/core/linalg/matrix.ts';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { caliperWidth } from '../../src/core/matching/caliper-width.ts';
import { matchFullOnLine } from '../../src/core/matching/full-line.ts';
import { matchFull } from '../../src/core/matching/full-match.ts';
import type { MatchSets } from '../../src/core/matching/match-sets.ts';
import type { MatchingProblem } from '../../src/core/matching/matching-problem.ts';
import { matchNearestCovariates } from '../../src/core/matching/nearest-covariates.ts';
import { matchNearestScalar } from '../../src/core/matching/nearest-scalar.ts';
import { matchOptimalPairs } from '../../src/core/matching/optimal-pairs.ts';
import { matchOptimalScalar } from '../../src/core/matching/optimal-scalar.ts';
import { searchOnPoints, searchOnScore } from '../../src/core/matching/pair-search.ts';
import { pairCollectives } from '../../src/core/matching/pair-units.ts';
import type { TwoLevelMatch } from '../../src/core/matching/two-level.ts';
import { whiten } from '../../src/core/matching/whiten.ts';
import { fitBinomialRegression } from '../../src/core/propensity/binomial-regression.ts';
import { packMatrix } from '../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { households, type Scores, type Shape, shapes } from './inputs.ts';

/** Work that was prepared: `run` is timed, `check` looks at what it gave. */
export interface Prepared {
  run(): unknown;
  check(result: never): boolean;
}

export interface Case {
  readonly n: number;
  /** what the median must not exceed, in ms; null: reported only */
  readonly goalMs: number | null;
  readonly rounds: number;
  /** figures of peers in ms, quoted: R is not a dependency of ours (research/peers.md) */
  readonly quoted: Readonly<Record<string, number>>;
  prepare(kernels: MatrixKernels): Prepared;
}

const problemOf = ({ score, isFocal }: Scores, rest: Partial<MatchingProblem> = {}): MatchingProblem => ({
  isFocal,
  score,
  eligible: null,
  stratum: null,
  antiExact: [],
  scoreCaliper: null,
  covariateCalipers: [],
  order: 'largest',
  ratio: 1,
  maximumReuse: 1,
  tieOrder: null,
  ...rest,
});

const sd = (score: Float64Array, width: number): number => caliperWidth(score, null, { width, unit: 'sd' });

/** No partner twice, every pair inside the caliper. */
function isValid({ focal, offsets, partners }: MatchSets, { score, scoreCaliper, isFocal }: MatchingProblem): boolean {
  const used = new Uint8Array(score.length);
  for (let k = 0; k < focal.length; k++) {
    for (let j = offsets[k]!; j < offsets[k + 1]!; j++) {
      const row = partners[j]!;
      if (used[row] === 1 || isFocal[row] === 1) return false;
      if (scoreCaliper !== null && Math.abs(score[focal[k]!]! - score[row]!) > scoreCaliper) return false;
      used[row] = 1;
    }
  }
  return partners.length > 0;
}

/** Every set has one treated unit or one control. */
function isFull(sets: Int32Array, isFocal: Uint8Array): boolean {
  const counts = new Map<number, [number, number]>();
  sets.forEach((set, i) => {
    const count = counts.get(set) ?? [0, 0];
    count[isFocal[i] as 0 | 1]++;
    counts.set(set, count);
  });
  counts.delete(-1);
  return counts.size > 0 && [...counts.values()].every((count) => Math.min(...count) === 1);
}

function nearest(shape: Shape, n: number, goalMs: number | null, caliper: number | null, quoted = {}, ratio = 1): Case {
  return {
    n,
    goalMs,
    rounds: n > 2e6 ? 3 : 5,
    quoted,
    prepare() {
      const scores = shapes[shape](n);
      const scoreCaliper = caliper === null ? null : sd(scores.score, caliper);
      const problem = problemOf(scores, { scoreCaliper, ratio });
      return { run: () => matchNearestScalar(problem), check: (sets: MatchSets) => isValid(sets, problem) };
    },
  };
}

/** Households as standardised points of ten columns or fewer. */
function pointsOf(n: number, columns: number, kernels: MatrixKernels) {
  const data = households(n);
  const points = whiten(
    data.columns.slice(0, columns).map((values, c) => ({ name: `x${c + 1}`, values })),
    data.treated,
    'mahalanobis',
    kernels,
  );
  return { points, scores: { score: data.predictor, isFocal: data.treated } };
}

function logit(columns: number, goalMs: number, quoted: Case['quoted']): Case {
  return {
    n: 1e6,
    goalMs,
    rounds: 5,
    quoted,
    prepare(kernels) {
      const { columns: ten, treated } = households(1e6);
      const shifted = ten.map((values) => values.map((v, i) => v * ((i % 7) - 3)));
      const used = [...ten, ...shifted].slice(0, columns).map((values, c) => ({ name: `x${c + 1}`, values }));
      const { matrix, names } = packMatrix(1e6, used, true);
      const y = Float64Array.from(treated);
      return {
        run: () => fitBinomialRegression(matrix, names, y, null, 'logit', kernels),
        check: ({ converged, coefficients, collinear }: ReturnType<typeof fitBinomialRegression>) =>
          converged && collinear.length === 0 && Math.abs(coefficients[1]! - 0.4) < 0.02,
      };
    },
  };
}

function balance(n: number, columns: number, goalMs: number | null, quoted: Case['quoted']): Case {
  return {
    n,
    goalMs,
    rounds: 3,
    quoted,
    prepare() {
      const { columns: ten, treated } = households(n);
      const used = Array.from({ length: columns }, (_, c) => ({
        name: `x${c + 1}`,
        values: c < 10 ? ten[c]! : ten[c % 6]!.map((v, i) => v + 0.1 * (c % 9) * ten[(c + 1) % 6]![i]!),
      }));
      const weights = Float64Array.from(treated, (t, i) => (t === 1 ? 1 : i % 4 === 0 ? 0 : 0.5 + (i % 3)));
      const sample = { treated, estimand: 'ATT', weights, pairs: null, strata: null } as const;
      return {
        run: () => balanceTable(used, sample),
        check: (rows: ReturnType<typeof balanceTable>) =>
          rows.length === columns && rows.every((row) => row.ecdfMax >= row.ecdfMean && row.ecdfMax <= 1),
      };
    },
  };
}

/** Points of which the treated lie a standard deviation off in each of four directions: many want the same few partners. */
function pointsApart(n: number, isTreated: (unit: number) => boolean): { points: Matrix; scores: Scores } {
  const random = createRandom(1, 'apart');
  const isFocal = Uint8Array.from({ length: n }, (_, unit) => (isTreated(unit) ? 1 : 0));
  const values = Float64Array.from({ length: 4 * n }, (_, at) => random.normal() + isFocal[Math.floor(at / 4)]!);
  return { points: { rows: n, cols: 4, values }, scores: { score: new Float64Array(n), isFocal } };
}

function optimalApart(ratio: number, isTreated: (unit: number) => boolean): Case {
  return {
    n: 2000,
    goalMs: null,
    rounds: 3,
    quoted: {},
    prepare() {
      const { points, scores } = pointsApart(2000, isTreated);
      const problem = problemOf(scores, { ratio });
      return {
        run: () => matchOptimalPairs(problem, searchOnPoints(points, problem)),
        check: (sets: MatchSets) => isValid(sets, problem),
      };
    },
  };
}

const caliperOfSd = 0.2;

export const cases: Readonly<Record<string, Case>> = {
  'nearest-friendly-1e6': nearest('friendly', 1e6, 500, null, { 'MatchIt 4.7.2': 1550 }),
  'nearest-friendly-caliper-1e6': nearest('friendly', 1e6, 500, 0.1, { 'MatchIt 4.7.2': 935 }),
  'nearest-confounded-1e6': nearest('confounded', 1e6, 1000, null),
  'nearest-confounded-caliper-1e6': nearest('confounded', 1e6, 1000, 0.2),
  'nearest-block-1e6': nearest('block', 1e6, 1000, null),
  'nearest-cells-1e6': nearest('cells', 1e6, 1000, null),
  ...Object.fromEntries(
    (['friendly', 'confounded', 'block', 'cells'] as const).flatMap((shape) =>
      [1e5, 1e7].map((n) => [`nearest-${shape}-${n.toExponential(0).replace('+', '')}`, nearest(shape, n, null, null)]),
    ),
  ),
  'ratio3-1e6': nearest('friendly', 1e6, 1500, null, { 'MatchIt 4.7.2': 570_000 }, 3),
  'rematch-1e6': {
    n: 1e6,
    goalMs: 300,
    rounds: 5,
    quoted: {},
    prepare() {
      const scores = shapes.friendly(1e6);
      let width = 0.1;
      const problem = () => problemOf(scores, { scoreCaliper: sd(scores.score, width) });
      return {
        run() {
          width += 0.01;
          return matchNearestScalar(problem());
        },
        check: (sets: MatchSets) => isValid(sets, problem()),
      };
    },
  },
  'logit-1e6x10': logit(10, 300, { 'R glm': 4070, 'scikit-learn newton-cholesky': 871 }),
  'logit-1e6x20': logit(20, 1000, {}),
  'mahalanobis-1e5x8': {
    n: 1e5,
    goalMs: 5000,
    rounds: 3,
    quoted: { 'MatchIt 4.7.2 at 1e4, quadratic': 2030 },
    prepare(kernels) {
      const { points, scores } = pointsOf(1e5, 8, kernels);
      const problem = problemOf(scores, { order: 'data' });
      return { run: () => matchNearestCovariates(points, problem), check: (sets: MatchSets) => isValid(sets, problem) };
    },
  },
  'mahalanobis-caliper-1e5x8': {
    n: 1e5,
    goalMs: null,
    rounds: 3,
    quoted: { 'MatchIt 4.7.2 at 1e4': 1260 },
    prepare(kernels) {
      const { points, scores } = pointsOf(1e5, 8, kernels);
      const problem = problemOf(scores, { scoreCaliper: sd(scores.score, caliperOfSd) });
      return { run: () => matchNearestCovariates(points, problem), check: (sets: MatchSets) => isValid(sets, problem) };
    },
  },
  'optimal-5e3': {
    n: 5000,
    goalMs: 100,
    rounds: 15,
    quoted: { 'optmatch 0.10.8': 1770, 'scipy linear_sum_assignment': 91 },
    prepare() {
      const problem = problemOf(shapes.friendly(5000));
      return { run: () => matchOptimalScalar(problem), check: (sets: MatchSets) => isValid(sets, problem) };
    },
  },
  'optimal-caliper-1e5': {
    n: 1e5,
    goalMs: null,
    rounds: 3,
    quoted: {},
    prepare() {
      const scores = shapes.friendly(1e5);
      const problem = problemOf(scores, { scoreCaliper: sd(scores.score, caliperOfSd) });
      return { run: () => matchOptimalScalar(problem), check: (sets: MatchSets) => isValid(sets, problem) };
    },
  },
  'optimal-mahalanobis-5e3': {
    n: 5000,
    goalMs: null,
    rounds: 5,
    quoted: {},
    prepare(kernels) {
      const { points, scores } = pointsOf(5000, 10, kernels);
      const problem = problemOf(scores);
      return {
        run: () => matchOptimalPairs(problem, searchOnPoints(points, problem)),
        check: (sets: MatchSets) => isValid(sets, problem),
      };
    },
  },
  'optimal-mahalanobis-contested-2e3': optimalApart(1, (unit) => unit % 2 === 0),
  'optimal-mahalanobis-scarce-2e3': optimalApart(3, (unit) => unit % 10 < 3),
  'optimal-kinds-4e3': {
    n: 4000,
    goalMs: null,
    rounds: 3,
    quoted: {},
    prepare() {
      const random = createRandom(1, 'kinds');
      const isFocal = Uint8Array.from({ length: 4000 }, (_, unit) => (unit % 5 === 0 ? 1 : 0));
      const values = Float64Array.from({ length: 8000 }, (_, at) =>
        random.bernoulli(isFocal[at >> 1] === 1 ? 0.4 : 0.3) ? 1 : 0,
      );
      const problem = problemOf({ score: new Float64Array(4000), isFocal });
      const lots = { lots: Float64Array.from({ length: 4000 }, () => random.uniform()), grain: 2 ** -26 };
      return {
        run: () => matchOptimalPairs(problem, searchOnPoints({ rows: 4000, cols: 2, values }, problem, null, lots)),
        check: (sets: MatchSets) => isValid(sets, problem) && sets.partners.length === 800,
      };
    },
  },
  'two-level-mahalanobis-2e3': {
    n: 2000,
    goalMs: null,
    rounds: 3,
    quoted: {},
    prepare() {
      const collective = Int32Array.from({ length: 2000 }, (_, unit) => unit % 40);
      const { points, scores } = pointsApart(2000, (unit) => collective[unit]! % 2 === 0);
      const problem = problemOf(scores);
      const setup = {
        problem,
        measure: { by: 'points', points },
        preference: null,
        lots: null,
        caliperWidths: {},
      } as const;
      return {
        run: () => pairCollectives(setup, collective),
        check: ({ pairs }: TwoLevelMatch) => isValid(pairs, problem),
      };
    },
  },
  'full-5e3-dense': {
    n: 5000,
    goalMs: 5000,
    rounds: 5,
    quoted: { 'optmatch 0.10.8, on a score': 46_560 },
    prepare(kernels) {
      const { points, scores } = pointsOf(5000, 10, kernels);
      const problem = problemOf(scores);
      return {
        run: () => matchFull(problem, searchOnPoints(points, problem)),
        check: (sets: Int32Array) => isFull(sets, problem.isFocal),
      };
    },
  },
  'full-caliper-1e5': {
    n: 1e5,
    goalMs: 20_000,
    rounds: 3,
    quoted: {},
    prepare() {
      const scores = shapes.friendly(1e5);
      const problem = problemOf(scores, { scoreCaliper: sd(scores.score, caliperOfSd) });
      return {
        run: () => matchFull(problem, searchOnScore(problem)),
        check: (sets: Int32Array) => isFull(sets, problem.isFocal),
      };
    },
  },
  'full-score-1e6': {
    n: 1e6,
    goalMs: null,
    rounds: 3,
    quoted: {},
    prepare() {
      const problem = problemOf(shapes.friendly(1e6));
      return { run: () => matchFullOnLine(problem), check: (sets: Int32Array) => isFull(sets, problem.isFocal) };
    },
  },
  'balance-1e6x10': balance(1e6, 10, null, { 'MatchIt summary()': 15_820 }),
  'balance-1e6x50': balance(1e6, 50, 2000, {}),
};
