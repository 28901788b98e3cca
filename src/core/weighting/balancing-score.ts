import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { independentColumns } from '../propensity/independent-columns.ts';
import { maximiseConcave, type RowTerm } from './concave-newton.ts';

/**
 * Propensities from the just-identified covariate-balancing score (logit): instead of the likelihood equations it solves
 * the balance equations, so that weighted means of all columns agree exactly. ATE: sum x (t/e - (1 - t)/(1 - e)) = 0;
 * ATT: sum x (t - (1 - t) e/(1 - e)) = 0; ATC with the groups exchanged.
 *
 * @param x n x p model matrix, column 0 the intercept; @param treated n values, 0 or 1, both occurring
 * @param sampling n positive sampling weights, by which the sums count; null for 1
 * @returns n propensities
 * @throws no-overlap where exact balance cannot be reached, not-converged
 * Cost: O(n p^2) per iteration. Source: Imai and Ratkovic 2014, doi:10.1111/rssb.12027. The equations are gradients of
 * concave functions, so the solution is unique; for ATT it is also inverse-probability tilting (Graham et al. 2012).
 */
export function balancingPropensity(
  x: Matrix,
  treated: Uint8Array,
  estimand: 'ATE' | 'ATT' | 'ATC',
  sampling: Float64Array | null,
  kernels: MatrixKernels,
): Float64Array<ArrayBuffer> {
  const { standardised } = independentColumns(x, null, kernels);
  const term = (row: number, eta: number, out: RowTerm): void => {
    const t = treated[row] === 1;
    const exponential = Math.exp(t ? -eta : eta); // (1 - e)/e for treated, e/(1 - e) for controls
    const isWeighted = estimand === 'ATE' || (estimand === 'ATT') !== t;
    const isCounted = estimand === 'ATE' || !isWeighted;
    const sign = t ? 1 : -1;
    const own = sampling === null ? 1 : sampling[row]!;
    out.value = own * ((isCounted ? sign * eta : 0) - (isWeighted ? exponential : 0));
    out.slope = own * ((isCounted ? sign : 0) + (isWeighted ? sign * exponential : 0));
    out.curvature = isWeighted ? own * exponential : 0;
  };
  const { eta } = maximiseConcave(standardised, null, term, kernels);
  return Float64Array.from(eta, (value) => 1 / (1 + Math.exp(-value)));
}
