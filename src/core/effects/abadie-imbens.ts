import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';
import { armVariances } from './arm-variances.ts';
import { nearestWithTies, type PartnerLists } from './partner-lists.ts';
import { runningSums } from './running-sums.ts';

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
  /** J, neighbours in a unit's own group from which its variance is taken; null = one variance for all (homoskedastic) */
  readonly varianceNeighbours: number | null;
}

export interface AbadieImbensEffect {
  readonly estimate: number;
  readonly standardError: number;
  readonly unadjustedEstimate: number;
  readonly naiveStandardError: number;
  readonly focalUnits: number;
  /** partners, or (for ATE) units that serve, in equal shares: (sum K)^2 / sum K^2 */
  readonly effectivePartners: number;
  readonly droppedFocalUnits: number;
  /** columns of the bias adjustment that depend on others among the partners, and were left out */
  readonly leftOut: readonly string[];
  /** who served whom: one list for ATT and ATC, two for ATE; each partner weighs 1 / (number of the focal unit's partners) */
  readonly lists: readonly PartnerLists[];
}

/**
 * Matching with replacement in which every tied partner counts, with the standard error of Abadie and Imbens and, on
 * request, their bias adjustment. Because ties share the weight the answer knows no order of units.
 *
 * @param input all arrays read only, finite, n entries
 * @throws no-overlap where no focal unit has enough eligible partners; invalid-argument for M or J below 1
 * Cost: O(n log n) for points of one coordinate; in more that of a k-d tree, with cells or calipers O(n1 n0 d); then O(n p^2) for
 * the adjustment by p columns.
 * Source: Abadie and Imbens 2006, doi:10.1111/j.1468-0262.2006.00655.x, section 4 (with J neighbours, and homoskedastic); bias
 * adjustment: 2011, doi:10.1198/jbes.2009.07333. As R's `Matching`, partners within 1e-5 of the M-th smallest squared distance are
 * ties, and its `Var.calc` is J.
 */
export function abadieImbensEffect(input: AbadieImbensInput, kernels: MatrixKernels): AbadieImbensEffect {
  const { treated, estimand, neighbours, outcome, points, varianceNeighbours } = input;
  for (const count of [neighbours, varianceNeighbours ?? 1]) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new CoreError('invalid-argument', `The number of neighbours must be a whole number from 1, not ${count}.`);
  }
  const rowsOf = (group: 0 | 1) => Uint32Array.from(treated.keys()).filter((row) => treated[row] === group);
  const groups: readonly (0 | 1)[] = estimand === 'ATT' ? [1] : estimand === 'ATC' ? [0] : [1, 0];
  const lists = groups.map((group) =>
    nearestWithTies(points, rowsOf(group), rowsOf(group === 1 ? 0 : 1), {
      neighbours,
      caliper: input.caliper,
      stratum: input.stratum,
    }),
  );
  const near =
    varianceNeighbours === null
      ? null
      : [0, 1].map((g) => armNeighbours(points, rowsOf(g as 0 | 1), varianceNeighbours));
  return effectOfPartnerLists(lists, outcome, treated, input.adjustFor, near, kernels);
}

// Of each of these units of one group: itself and its J nearest in the group, with ties; none where the group has J or fewer.
export function armNeighbours(points: Matrix, arm: Uint32Array, neighbours: number, of = arm): PartnerLists {
  return nearestWithTies(points, of, arm, { neighbours: neighbours + 1, caliper: null, stratum: null });
}

/**
 * The estimate and its error of Abadie and Imbens for partners that are already known.
 *
 * @param lists of one focal group for ATT or ATC; of both for ATE
 * @param adjustFor columns of the bias adjustment: per imputed arm a linear regression of the outcome on them, on the arm's
 *   partners weighted by how often they serve; the imputed outcome moves along it to the focal unit. null = none
 * @param near of units that serve more than once: themselves and their neighbours in their own group, from which their variance
 *   is taken; a unit without any has the variance that all share. null = one variance for all: half the mean square of the
 *   differences
 * @throws no-overlap where no focal unit has a partner
 * Cost: O(n p^2), whatever the number of ties. Source as `abadieImbensEffect`.
 */
export function effectOfPartnerLists(
  lists: readonly PartnerLists[],
  outcome: Float64Array,
  treated: Uint8Array,
  adjustFor: readonly DesignColumn[] | null,
  near: readonly PartnerLists[] | null,
  kernels: MatrixKernels,
): AbadieImbensEffect {
  const focalUnits = lists.reduce((sum, { focal }) => sum + focal.length, 0);
  if (focalUnits === 0) {
    throw new CoreError(
      'no-overlap',
      'No unit has enough partners inside the caliper and its cell. Widen the caliper, or ask for fewer neighbours.',
    );
  }
  const n = outcome.length;
  const service = lists.map((list) => serviceOf(list, n));
  const plain = lists.map((list) => differences(list, outcome, treated));
  const leftOut = new Set<string>();
  const rests = lists.map((_, l) => {
    if (adjustFor === null) return outcome;
    const { rest, dependent } = alongRegression(outcome, adjustFor, service[l]!.weight, kernels);
    for (const name of dependent) leftOut.add(name);
    return rest;
  });
  const moved = adjustFor === null ? plain : lists.map((list, l) => differences(list, rests[l]!, treated));
  const unadjustedEstimate = meanOf(plain, focalUnits);
  const estimate = meanOf(moved, focalUnits);
  const s2 = squaresAround(moved, estimate) / focalUnits / 2;
  let sum = 0;
  for (const { tau } of moved) for (const value of tau) sum += (value - estimate) ** 2;
  // For ATE a unit that serves is a focal unit too, which adds 2 K.
  const isBoth = lists.length === 2;
  service.forEach(({ weight, squares }, l) => {
    const variances = near === null ? null : armVariances(near, rests[l]!, s2);
    for (let i = 0; i < n; i++) {
      const k = weight[i]!;
      if (k > 0) sum += (variances === null ? s2 : variances[i]!) * (k * k - squares[i]! + (isBoth ? 2 * k : 0));
    }
  });
  return {
    estimate,
    standardError: Math.sqrt(sum) / focalUnits,
    unadjustedEstimate,
    naiveStandardError: Math.sqrt(squaresAround(plain, unadjustedEstimate)) / focalUnits,
    focalUnits,
    effectivePartners: effectiveNumber(service),
    droppedFocalUnits: lists.reduce((dropped, list) => dropped + list.dropped, 0),
    leftOut: [...leftOut],
    lists,
  };
}

function effectiveNumber(service: readonly { readonly weight: Float64Array }[]): number {
  let sum = 0;
  let squares = 0;
  for (const { weight } of service) {
    for (const k of weight) {
      sum += k;
      squares += k * k;
    }
  }
  return (sum * sum) / squares;
}

/** K and K2 of each unit: the weight it got as a partner, and the sum of the squares of these weights. */
function serviceOf({ from, to, order }: PartnerLists, n: number) {
  const opened = new Int32Array(order.length + 1);
  const change = new Float64Array(order.length + 1);
  const changeOfSquares = new Float64Array(order.length + 1);
  for (let k = 0; k < from.length; k++) {
    const [a, b] = [from[k]!, to[k]!];
    const share = 1 / (b - a);
    opened[a]!++;
    opened[b]!--;
    change[a] = change[a]! + share;
    change[b] = change[b]! - share;
    changeOfSquares[a] = changeOfSquares[a]! + share * share;
    changeOfSquares[b] = changeOfSquares[b]! - share * share;
  }
  const weight = new Float64Array(n);
  const squares = new Float64Array(n);
  let open = 0;
  let sum = 0;
  let sumOfSquares = 0;
  for (let p = 0; p < order.length; p++) {
    open += opened[p]!;
    sum += change[p]!;
    sumOfSquares += changeOfSquares[p]!;
    if (open === 0) {
      // Nobody is served here; what rounding left must not count as a weight.
      sum = 0;
      sumOfSquares = 0;
      continue;
    }
    const row = order[p]!;
    weight[row] = weight[row]! + sum;
    squares[row] = squares[row]! + sumOfSquares;
  }
  return { weight, squares };
}

/** Per focal unit: its own effect tau, and the mean square of its partners' differences around tau. */
function differences(lists: PartnerLists, y: Float64Array, treated: Uint8Array) {
  const { focal, from, to, order } = lists;
  const { centre, sums, squares } = runningSums(lists, y);
  const tau = new Float64Array(focal.length);
  const spread = new Float64Array(focal.length);
  for (let k = 0; k < focal.length; k++) {
    const [a, b] = [from[k]!, to[k]!];
    const row = focal[k]!;
    const mean = b - a === 1 ? y[order[a]!]! - centre : (sums[b]! - sums[a]!) / (b - a);
    const difference = y[row]! - centre - mean;
    tau[k] = treated[row] === 1 ? difference : -difference;
    spread[k] = b - a === 1 ? 0 : Math.max(0, (squares[b]! - squares[a]!) / (b - a) - mean * mean);
  }
  return { tau, spread };
}

type Differences = ReturnType<typeof differences>;

function meanOf(lists: readonly Differences[], focalUnits: number): number {
  let sum = 0;
  for (const { tau } of lists) for (const value of tau) sum += value;
  return sum / focalUnits;
}

/** Sum over focal units of the weighted squares of their partners' differences around a centre. */
function squaresAround(lists: readonly Differences[], centre: number): number {
  let sum = 0;
  for (const { tau, spread } of lists) {
    for (let k = 0; k < tau.length; k++) sum += (tau[k]! - centre) ** 2 + spread[k]!;
  }
  return sum;
}

/** y - x'b with b from the weighted regression on the partners; differences of these are differences moved along it. */
function alongRegression(
  y: Float64Array,
  columns: readonly DesignColumn[],
  weights: Float64Array,
  kernels: MatrixKernels,
): { readonly rest: Float64Array; readonly dependent: readonly string[] } {
  const { matrix, names } = packMatrix(y.length, columns, true);
  const { coefficients, dependentColumns } = kernels.leastSquares(matrix, y, weights, 1e-9);
  const fitted = new Float64Array(y.length);
  kernels.gemv(matrix, coefficients, fitted);
  return {
    rest: y.map((value, i) => value - fitted[i]!),
    dependent: [...dependentColumns].map((c) => names[c]!),
  };
}
