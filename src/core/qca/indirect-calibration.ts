import { CoreError } from '../errors.ts';
import { choleskyFactor, triangularSolve } from '../linalg/cholesky.ts';

const maximumIterations = 50;
const stepTolerance = 1e-12;

/**
 * Memberships by the indirect method: thresholds sort the cases into groups with qualitative memberships (0, 1/t, ..., 1 for t
 * thresholds, to three digits), and a fractional logit of these on log x, sqrt x, x and x^2 smooths them.
 *
 * @param scores n positive numbers
 * @param thresholds ascending; a score on a threshold belongs below it
 * @returns n memberships in (0, 1)
 * @throws invalid-argument for a score that is not positive; no-variation for fewer than five different scores; not-converged
 *   where the groups are told apart so sharply that no smooth curve fits best
 * Cost: O(n) per iteration. Source: Ragin 2008, doi:10.7208/chicago/9780226702797.001.0001, ch. 5; Papke, Wooldridge 1996. Powers
 * and digits as in R QCA 3.25 (`calibrate(method = "indirect")`).
 */
export function calibrateIndirectly(scores: Float64Array, thresholds: readonly number[]): Float64Array {
  const bad = scores.findIndex((x) => !(x > 0));
  if (bad >= 0) {
    throw new CoreError(
      'invalid-argument',
      `Score ${bad + 1} is ${scores[bad]}; the indirect method takes logarithms and needs scores above 0. Shift the scores or use anchors.`,
      { index: bad },
    );
  }
  const codes = scores.map(
    (x) => Math.round((1000 * thresholds.filter((t) => t < x).length) / thresholds.length) / 1000,
  );
  const columns = orthonormal([
    scores.map(() => 1),
    scores.map(Math.log),
    scores.map(Math.sqrt),
    scores.slice(),
    scores.map((x) => x * x),
  ]);
  return fitFractionalLogit(columns, codes);
}

/** The same space in perpendicular columns of length 1 (Gram and Schmidt, twice), so that close powers lose no digits. */
function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const size = Math.sqrt(column.reduce((sum, x) => sum + x * x, 0));
    let rest = column.map((x) => x / size);
    for (let pass = 0; pass < 2; pass++)
      for (const direction of basis) {
        const share = rest.reduce((sum, x, i) => sum + x * direction[i]!, 0);
        rest = rest.map((x, i) => x - share * direction[i]!);
      }
    const left = Math.sqrt(rest.reduce((sum, x) => sum + x * x, 0));
    if (left < 1e-10) {
      throw new CoreError(
        'no-variation',
        'The scores have fewer than five different values; the indirect method fits a curve through as many. Use thresholds instead.',
        {},
      );
    }
    basis.push(rest.map((x) => x / left));
  }
  return basis;
}

/** Newton's method for the binomial likelihood with fractional responses. */
function fitFractionalLogit(columns: readonly Float64Array[], y: Float64Array): Float64Array {
  const p = columns.length;
  const beta = new Float64Array(p);
  const factor = new Float64Array(p * p);
  let fitted = new Float64Array(y.length).fill(0.5);
  for (let iteration = 0; iteration < maximumIterations; iteration++) {
    const information = new Float64Array(p * p);
    const step = new Float64Array(p);
    for (let j = 0; j < p; j++) {
      for (let i = 0; i < y.length; i++) step[j]! += columns[j]![i]! * (y[i]! - fitted[i]!);
      for (let k = 0; k < p; k++)
        for (let i = 0; i < y.length; i++)
          information[j * p + k]! += columns[j]![i]! * columns[k]![i]! * fitted[i]! * (1 - fitted[i]!);
    }
    if (choleskyFactor(p, information, factor) >= 0) break;
    triangularSolve(p, 1, factor, true, false, step, step);
    triangularSolve(p, 1, factor, true, true, step, step);
    for (let j = 0; j < p; j++) beta[j]! += step[j]!;
    fitted = y.map((_, i) => 1 / (1 + Math.exp(-columns.reduce((sum, column, j) => sum + beta[j]! * column[i]!, 0))));
    const size = step.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    if (!Number.isFinite(size)) break;
    if (size < stepTolerance * (1 + beta.reduce((most, x) => Math.max(most, Math.abs(x)), 0))) return fitted;
  }
  throw new CoreError(
    'not-converged',
    'The curve of the indirect method does not settle: the thresholds part the scores too sharply. Choose other thresholds, or use anchors.',
    { iterations: maximumIterations },
  );
}
