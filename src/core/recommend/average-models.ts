import type { SetModel } from './set-model.ts';

/**
 * The even mixture of two fits of one table. Both are linear in the outcomes, so its means are weighted sums of the experiments too,
 * with the mean of both weights; it holds its parts for that.
 *
 * mean = (a + b) / 2, covariance = (A + B) / 2 + (a - b)(a - b)' / 4: of a draw from either with chance 1/2; likewise the variances
 * of sites, regions and rows.
 *
 * @param first,second fits of the same table; not changed
 * Cost: O(p^2). Source: law of total variance, as in Hoeting et al. 1999, doi:10.1214/ss/1009212519, eq. 3, with even weights.
 */
export function averageModels(first: SetModel, second: SetModel): SetModel {
  const p = first.mean.length;
  const difference = first.mean.map((value, k) => value - second.mean[k]!);
  const covariance = new Float64Array(p * p);
  for (let k = 0; k < p; k++) {
    for (let l = 0; l < p; l++) {
      const at = k * p + l;
      covariance[at] = (first.covariance[at]! + second.covariance[at]!) / 2 + (difference[k]! * difference[l]!) / 4;
    }
  }
  const [one, other] = [first.components, second.components];
  return {
    shape: first.shape,
    scale: first.scale,
    mean: half(first.mean, second.mean),
    covariance,
    operator: new Float64Array(0),
    operatorPrecision: 1,
    components: {
      family: half(one.family, other.family),
      site: (one.site + other.site) / 2,
      row: (one.row + other.row) / 2,
    },
    iterations: first.iterations + second.iterations,
    converged: first.converged && second.converged,
    parts: [first, second],
  };
}

const half = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, k) => (value + b[k]!) / 2);
