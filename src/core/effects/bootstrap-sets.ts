import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import type { RegressionFit } from './weighted-regression.ts';

/** Numbers that a draw may have to add up. */
const largest = 20_000_000;

/**
 * Standard error of one coefficient by drawing whole matched sets with replacement. Valid for matching without replacement,
 * where sets are independent; not where a partner serves several units (Abadie and Imbens 2008, doi:10.3982/ECTA6474).
 *
 * @param set n set numbers, 0 … S - 1, every one occurring
 * @throws too-few-groups with fewer than ten sets; limit-exceeded where sets x columns^2 is above 20 million; invalid-argument
 * Cost: O(n k^2 + draws x (S k^2 + k^3)). Source: Austin and Small 2014, doi:10.1002/sim.6276. Draw d has its own stream.
 */
export function bootstrapSets(
  fit: RegressionFit,
  set: Int32Array,
  coefficient: number,
  { draws, seed }: { readonly draws: number; readonly seed: number },
  kernels: MatrixKernels,
): { readonly standardError: number; readonly degreesOfFreedom: number } {
  const { x, weights, coefficients, residuals, names } = fit;
  const k = x.cols;
  const sets = set.reduce((most, s) => Math.max(most, s + 1), 0);
  if (sets < 10) {
    throw new CoreError(
      'too-few-groups',
      `${sets} matched sets are too few to draw from; at least ten are needed. Match more units, or take another standard error.`,
      { groups: sets },
    );
  }
  if (sets * k * k > largest) {
    throw new CoreError(
      'limit-exceeded',
      `A bootstrap of ${sets} sets with ${k} columns is too large. Take the standard error by matched set, which it approaches.`,
      { sets, columns: k },
    );
  }
  if (!(Number.isInteger(draws) && draws >= 99)) {
    throw new CoreError('invalid-argument', `Received ${draws} bootstrap draws; expected a whole number from 99.`, {
      received: draws,
    });
  }
  const grams = new Float64Array(sets * k * k);
  const scores = new Float64Array(sets * k); // X'We: the coefficient of a draw is b + (X'WX)^-1 of its sum
  for (let i = 0; i < x.rows; i++) {
    const s = set[i]!;
    for (let a = 0; a < k; a++) {
      const wx = weights[i]! * x.values[i * k + a]!;
      scores[s * k + a] = scores[s * k + a]! + wx * residuals[i]!;
      for (let b = 0; b < k; b++) {
        grams[(s * k + a) * k + b] = grams[(s * k + a) * k + b]! + wx * x.values[i * k + b]!;
      }
    }
  }
  const random = createRandom(seed, 'bootstrap-sets');
  const gram = { rows: k, cols: k, values: new Float64Array(k * k) };
  const right = { rows: k, cols: 1, values: new Float64Array(k) };
  let mean = 0;
  let squares = 0;
  for (let draw = 0; draw < draws; draw++) {
    const stream = random.stream(draw);
    gram.values.fill(0);
    right.values.fill(0);
    for (let d = 0; d < sets; d++) {
      const s = stream.integer(sets);
      for (let j = 0; j < k; j++) right.values[j] = right.values[j]! + scores[s * k + j]!;
      for (let j = 0; j < k * k; j++) gram.values[j] = gram.values[j]! + grams[s * k * k + j]!;
    }
    try {
      kernels.choleskyFactor(gram, gram);
    } catch (error) {
      if (!(error instanceof CoreError && error.code === 'singular-matrix')) throw error;
      throw new CoreError(
        'collinear',
        `In a bootstrap draw the columns ${names.join(', ')} depend on each other. Leave out rare columns, or take the standard error by matched set.`,
        { columns: names },
        { cause: error },
      );
    }
    kernels.choleskySolve(gram, right, right);
    const value = coefficients[coefficient]! + right.values[coefficient]!;
    const gap = value - mean;
    mean += gap / (draw + 1);
    squares += gap * (value - mean);
  }
  return { standardError: Math.sqrt(squares / (draws - 1)), degreesOfFreedom: sets - 1 };
}
