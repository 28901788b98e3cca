import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';

/** Contribution of one unit at linear predictor eta: its value, first derivative and minus the second (>= 0). */
export interface RowTerm {
  value: number;
  slope: number;
  curvature: number;
}

export interface ConcaveMaximum {
  readonly beta: Float64Array;
  readonly eta: Float64Array;
  readonly iterations: number;
}

/**
 * Maximises linear'beta + sum over rows of f_i(x_i'beta), each f_i concave, by Newton's method with halved steps.
 *
 * @param x n x k, well scaled; @param linear k numbers, or null for 0
 * @param term writes f_i and its derivatives at eta into `out`
 * @throws no-overlap where there is no finite maximum (the balance asked for cannot be reached), not-converged
 * Cost: O(n k^2) per iteration, 5 to 15 iterations. Source: Boyd and Vandenberghe 2004, algorithm 9.5.
 */
export function maximiseConcave(
  x: Matrix,
  linear: Float64Array | null,
  term: (row: number, eta: number, out: RowTerm) => void,
  kernels: MatrixKernels,
): ConcaveMaximum {
  const k = x.cols;
  const eta = new Float64Array(x.rows);
  const slopes = new Float64Array(x.rows);
  const curvatures = new Float64Array(x.rows);
  const out: RowTerm = { value: 0, slope: 0, curvature: 0 };
  const evaluate = (beta: Float64Array): number => {
    kernels.gemv(x, beta, eta);
    let value = 0;
    for (let i = 0; i < eta.length; i++) {
      term(i, eta[i]!, out);
      value += out.value;
      slopes[i] = out.slope;
      curvatures[i] = out.curvature;
    }
    if (linear !== null) for (let j = 0; j < k; j++) value += linear[j]! * beta[j]!;
    return value;
  };
  let beta = new Float64Array(k);
  let value = evaluate(beta);
  const hessian = { rows: k, cols: k, values: new Float64Array(k * k) };
  const gradient = new Float64Array(k);
  const step = new Float64Array(k);
  for (let iteration = 1; iteration <= 200; iteration++) {
    kernels.gemv(x, slopes, gradient, { transpose: true });
    if (linear !== null) for (let j = 0; j < k; j++) gradient[j] = gradient[j]! + linear[j]!;
    kernels.gram(x, curvatures, hessian);
    try {
      kernels.choleskyFactor(hessian, hessian);
    } catch (cause) {
      throw unreachable(cause);
    }
    kernels.choleskySolve(hessian, { rows: k, cols: 1, values: gradient }, { rows: k, cols: 1, values: step });
    const size = Math.max(...step.map((d, j) => Math.abs(d) / (1 + Math.abs(beta[j]!))));
    let share = 1;
    for (let halving = 0; ; halving++, share /= 2) {
      const next = beta.map((b, j) => b + share * step[j]!);
      const reached = evaluate(next);
      if (reached >= value - 1e-12 * Math.abs(value) || size < 1e-9) {
        beta = next;
        value = reached;
        break;
      }
      if (halving === 60) throw unreachable();
    }
    if (size < 1e-11) return { beta, eta, iterations: iteration };
    if (beta.some((b) => Math.abs(b) > 1e4)) throw unreachable();
  }
  throw new CoreError(
    'not-converged',
    'The balancing weights did not converge in 200 iterations. Leave out terms.',
    {},
  );
}

function unreachable(cause?: unknown): CoreError {
  return new CoreError(
    'no-overlap',
    'No weights give the balance asked for: the target lies outside what the other group can be weighted to. Leave out or merge the covariate or level that the other group lacks.',
    {},
    cause === undefined ? {} : { cause },
  );
}
