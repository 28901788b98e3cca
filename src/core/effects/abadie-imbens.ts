import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';

export interface AbadieImbensInput {
  readonly outcome: Float64Array;
  readonly treated: Uint8Array;
  readonly estimand: 'ATT' | 'ATC' | 'ATE';
  /** M, partners per focal unit at least */
  readonly neighbours: number;
  /** n x d points; their squared Euclidean distance is the distance */
  readonly points: Matrix;
  /** largest |difference| in each coordinate of the points; null = no limit */
  readonly caliper: number | null;
  /** n cell numbers; a match stays in its cell; null = one cell */
  readonly stratum: Int32Array | null;
  /** columns of the outcome regressions for bias adjustment; null = none */
  readonly adjustFor: readonly DesignColumn[] | null;
}

/** One match: a focal unit, its counterpart, and its weight 1 / (number of the focal unit's matches). */
export interface WeightedMatch {
  readonly focal: number;
  readonly partner: number;
  readonly weight: number;
}

export interface AbadieImbensEffect {
  readonly estimate: number;
  readonly standardError: number;
  readonly unadjustedEstimate: number;
  readonly naiveStandardError: number;
  readonly droppedFocalUnits: number;
  readonly matches: readonly WeightedMatch[];
}

/** Matches whose squared distance exceeds the M-th smallest by no more than this count as tied with it. */
const tolerance = 1e-5;

/**
 * Matching with replacement in which every tied partner counts, with the standard error of Abadie and Imbens and, on
 * request, their bias adjustment. Because ties share the weight the answer knows no order of units.
 *
 * @param input all arrays read only, finite, n entries
 * @throws no-overlap where no focal unit has enough eligible partners; invalid-argument for M below 1; collinear and
 *   empty-group from the outcome regressions
 * Cost: O(n1 n0 d); no n1 x n0 matrix is kept. Source: Abadie and Imbens 2006, doi:10.1111/j.1468-0262.2006.00655.x, eq. 14
 * (homoskedastic variance); bias adjustment: 2011, doi:10.1198/jbes.2009.07333.
 */
export function abadieImbensEffect(input: AbadieImbensInput, kernels: MatrixKernels): AbadieImbensEffect {
  const { treated, estimand, neighbours, outcome } = input;
  if (!(Number.isInteger(neighbours) && neighbours >= 1)) {
    throw new CoreError(
      'invalid-argument',
      `The number of neighbours must be a whole number from 1, not ${neighbours}.`,
    );
  }
  const matches: WeightedMatch[] = [];
  let focalUnits = 0;
  let dropped = 0;
  const focalGroups: readonly (0 | 1)[] = estimand === 'ATT' ? [1] : estimand === 'ATC' ? [0] : [1, 0];
  for (const group of focalGroups) {
    const partners = [...treated.keys()].filter((i) => treated[i] !== group);
    for (let i = 0; i < treated.length; i++) {
      if (treated[i] !== group) continue;
      const found = nearestWithTies(input, i, partners);
      if (found === null) dropped++;
      else {
        focalUnits++;
        for (const partner of found) matches.push({ focal: i, partner, weight: 1 / found.length });
      }
    }
  }
  if (focalUnits === 0) {
    throw new CoreError(
      'no-overlap',
      'No unit has enough partners inside the caliper and its cell. Widen the caliper, or ask for fewer neighbours.',
    );
  }
  const sign = (match: WeightedMatch): number => (treated[match.focal] === 1 ? 1 : -1);
  const raw = matches.map((m) => sign(m) * (outcome[m.focal]! - outcome[m.partner]!));
  const adjusted = input.adjustFor === null ? raw : adjust(input, input.adjustFor, matches, raw, kernels);
  const mean = (values: readonly number[]): number =>
    matches.reduce((sum, m, j) => sum + m.weight * values[j]!, 0) / focalUnits;
  const squares = (values: readonly number[], centre: number): number =>
    matches.reduce((sum, m, j) => sum + m.weight * (values[j]! - centre) ** 2, 0);
  const unadjustedEstimate = mean(raw);
  const estimate = mean(adjusted);
  return {
    estimate,
    standardError: Math.sqrt(
      variance(input, matches, adjusted, estimate, squares(adjusted, estimate) / focalUnits / 2, focalUnits),
    ),
    unadjustedEstimate,
    naiveStandardError: Math.sqrt(squares(raw, unadjustedEstimate)) / focalUnits,
    droppedFocalUnits: dropped,
    matches,
  };
}

/** All eligible partners within the M-th smallest squared distance (plus the tolerance); null with fewer than M. */
function nearestWithTies(
  { points, caliper, stratum, neighbours }: AbadieImbensInput,
  focal: number,
  partners: readonly number[],
): number[] | null {
  const { cols, values } = points;
  const candidates: { row: number; distance: number }[] = [];
  for (const row of partners) {
    if (stratum !== null && stratum[row] !== stratum[focal]) continue;
    let distance = 0;
    let isInside = true;
    for (let j = 0; j < cols; j++) {
      const d = values[focal * cols + j]! - values[row * cols + j]!;
      if (caliper !== null && Math.abs(d) > caliper) isInside = false;
      distance += d * d;
    }
    if (isInside) candidates.push({ row, distance });
  }
  if (candidates.length < neighbours) return null;
  const nearest = candidates.map((c) => c.distance).sort((a, b) => a - b)[neighbours - 1]!;
  return candidates.filter((c) => c.distance <= nearest + tolerance).map((c) => c.row);
}

/** [sum over focal (tau_i - estimate)^2 + s2 sum over units (K^2 - K2, for ATE + 2 K)] / N^2. */
function variance(
  { treated, estimand }: AbadieImbensInput,
  matches: readonly WeightedMatch[],
  differences: readonly number[],
  estimate: number,
  s2: number,
  focalUnits: number,
): number {
  const n = treated.length;
  const tau = new Float64Array(n);
  const isFocal = new Uint8Array(n);
  const k = new Float64Array(n);
  const k2 = new Float64Array(n);
  matches.forEach(({ focal, partner, weight }, j) => {
    isFocal[focal] = 1;
    tau[focal] = tau[focal]! + weight * differences[j]!;
    k[partner] = k[partner]! + weight;
    k2[partner] = k2[partner]! + weight * weight;
  });
  let sum = 0;
  for (let i = 0; i < n; i++) {
    if (isFocal[i] === 1) sum += (tau[i]! - estimate) ** 2;
    sum += s2 * (k[i]! * k[i]! - k2[i]! + (estimand === 'ATE' ? 2 * k[i]! : 0));
  }
  return sum / (focalUnits * focalUnits);
}

/**
 * Differences with the imputed outcome moved along the regression of the imputed arm: imputed + (x_focal - x_partner)'b,
 * b by weighted least squares on the arm's matched units (weight: how often they serve).
 */
function adjust(
  { outcome, treated }: AbadieImbensInput,
  columns: readonly DesignColumn[],
  matches: readonly WeightedMatch[],
  raw: readonly number[],
  kernels: MatrixKernels,
): number[] {
  const n = outcome.length;
  const { matrix } = packMatrix(n, columns, true);
  const slopes = [0, 1].map((arm) => {
    const weights = new Float64Array(n);
    for (const { partner, weight } of matches)
      if (treated[partner] === arm) weights[partner] = weights[partner]! + weight;
    return weights.some((w) => w > 0) ? kernels.leastSquares(matrix, outcome, weights, 1e-9).coefficients : null;
  });
  return matches.map(({ focal, partner }, j) => {
    const arm = treated[partner]!;
    let move = 0;
    columns.forEach(({ values }, c) => {
      move += (values[focal]! - values[partner]!) * slopes[arm]![c + 1]!;
    });
    // The imputed outcome rises by `move`: for a treated focal unit the difference falls by it, for a control it rises.
    return raw[j]! + (arm === 0 ? -move : move);
  });
}
