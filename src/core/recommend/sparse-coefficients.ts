import { type Matrix, matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { gammaVariate } from '../random/gamma-variate.ts';
import type { RandomStream } from '../random/random-stream.ts';

/** Least squares in its sufficient form, and which coefficients belong together. */
export interface SparseCoefficientsInput {
  /** p x p: F' V^-1 F, for `noise: 'known'`; F'F for `noise: 'estimated'` */
  readonly gram: Matrix;
  /** p: F' V^-1 y or F'y */
  readonly cross: Float64Array;
  /** y'y, only for `estimated` */
  readonly sumOfSquares: number;
  readonly rows: number;
  readonly noise: 'known' | 'estimated';
  /** p numbers of families */
  readonly family: Uint8Array;
  readonly families: number;
  /** families whose coefficients may be exactly 0 */
  readonly sparse: readonly number[];
  /** families with a flat prior */
  readonly flat: readonly number[];
  /** families that are left out */
  readonly without: readonly number[];
  /** what a coefficient typically is, squared: scale of the priors of the variances */
  readonly priorScale: number;
}

export interface SparseCoefficientsFit {
  readonly mean: Float64Array;
  readonly covariance: Matrix;
  /** p x p: mean = operator x cross, exactly */
  readonly operator: Matrix;
  /** p posterior probabilities that a coefficient is not 0 */
  readonly inclusion: Float64Array;
  /** posterior means of the variances of the families */
  readonly familyVariance: Float64Array;
  /** posterior mean of the noise variance; 1 where it is known */
  readonly noiseVariance: number;
}

/**
 * Posterior of coefficients of which many may be exactly 0 (spike and slab), by Gibbs sampling on the Gram matrix.
 *
 * Coefficient k of family f is 0 with probability 1 - pi_f, else normal with variance v_f; v_f is inverse gamma (1,
 * priorScale / 2), pi_f beta (1, 2). Each sweep draws every coefficient given the others in O(p) by keeping gram x beta
 * up to date, then the variances. Kept states of the sampler (which coefficients are in, the variances) are then
 * integrated exactly: given a state the posterior is normal, so mean, covariance and operator are averages of closed
 * forms. Given the same seed the result is the same on every machine.
 *
 * @param kept number of states that are integrated, a sweep in every `thin`, after `burn` sweeps
 * @throws singular-matrix, non-finite
 * Cost: (burn + kept * thin) p^2 + kept p^3. Source: George and McCulloch 1993, doi:10.1080/01621459.1993.10476353 (with a
 * point mass, as in Kuo and Mallick 1998); averaging of conditional moments: Gelfand and Smith 1990,
 * doi:10.1080/01621459.1990.10476213, eq. 2.8.
 */
export function fitSparseCoefficients(
  input: SparseCoefficientsInput,
  sampler: { readonly burn: number; readonly kept: number; readonly thin: number },
  random: RandomStream,
  kernels: MatrixKernels,
): SparseCoefficientsFit {
  const { gram, cross, family, families, priorScale } = input;
  const p = gram.rows;
  const g = gram.values;
  const isSparse = flags(families, input.sparse);
  const isFlat = flags(families, input.flat);
  const isOut = flags(families, input.without);
  const estimated = input.noise === 'estimated';
  const beta = new Float64Array(p);
  const product = new Float64Array(p); // gram x beta
  const variance = new Float64Array(families).fill(priorScale);
  const share = new Float64Array(families).fill(0.4);
  let noise = estimated ? Math.max((0.5 * input.sumOfSquares) / input.rows, Number.MIN_VALUE) : 1;
  const active = new Uint8Array(p);
  const mean = new Float64Array(p);
  const second = matrix(p, p);
  const operator = matrix(p, p);
  const inclusion = new Float64Array(p);
  const familyVariance = new Float64Array(families);
  let noiseVariance = 0;

  const sweep = (): void => {
    const inside = new Float64Array(families);
    const squares = new Float64Array(families);
    const size = new Float64Array(families);
    for (let k = 0; k < p; k++) {
      const f = family[k]!;
      if (isOut[f]) continue;
      const own = g[k * p + k]!;
      const old = beta[k]!;
      const pull = (cross[k]! - product[k]! + own * old) / noise;
      const precision = own / noise + (isFlat[f] ? 0 : 1 / variance[f]!);
      let value = 0;
      let on = precision > 0;
      if (on && isSparse[f]) {
        const logOdds =
          Math.log(share[f]! / (1 - share[f]!)) -
          0.5 * Math.log(variance[f]! * precision) +
          (0.5 * pull * pull) / precision;
        on = random.uniform() < 1 / (1 + Math.exp(-logOdds));
      }
      size[f] = size[f]! + 1;
      if (on) {
        value = pull / precision + random.normal() / Math.sqrt(precision);
        inside[f] = inside[f]! + 1;
        squares[f] = squares[f]! + value * value;
      }
      active[k] = on ? 1 : 0;
      const change = value - old;
      if (change === 0) continue;
      beta[k] = value;
      for (let l = 0; l < p; l++) product[l] = product[l]! + change * g[k * p + l]!;
    }
    for (let f = 0; f < families; f++) {
      if (size[f] === 0 || isFlat[f]) continue;
      variance[f] = (0.5 * priorScale + 0.5 * squares[f]!) / gammaVariate(random, 1 + 0.5 * inside[f]!);
      if (!isSparse[f]) continue;
      const yes = gammaVariate(random, 1 + inside[f]!);
      const no = gammaVariate(random, 2 + size[f]! - inside[f]!);
      share[f] = Math.min(0.999, Math.max(0.001, yes / (yes + no)));
    }
    if (estimated) {
      let residual = input.sumOfSquares;
      for (let k = 0; k < p; k++) residual += beta[k]! * (product[k]! - 2 * cross[k]!);
      noise = (0.5 * Math.max(residual, 1e-12 * input.sumOfSquares)) / gammaVariate(random, 0.5 * input.rows);
    }
  };

  /** Adds the exact normal posterior given the present state to the averages. */
  const integrate = (): void => {
    const index: number[] = [];
    for (let k = 0; k < p; k++) if (active[k]) index.push(k);
    const a = index.length;
    const local = matrix(a, a);
    const right = new Float64Array(a);
    for (let i = 0; i < a; i++) {
      const k = index[i]!;
      for (let j = 0; j < a; j++) local.values[i * a + j] = g[k * p + index[j]!]! / noise;
      const f = family[k]!;
      if (!isFlat[f]) local.values[i * a + i] = local.values[i * a + i]! + 1 / variance[f]!;
      right[i] = cross[k]! / noise;
    }
    kernels.choleskyFactor(local, local);
    const inverse = matrix(a, a);
    kernels.choleskyInverse(local, inverse);
    const conditional = new Float64Array(a);
    kernels.gemv(inverse, right, conditional);
    for (let i = 0; i < a; i++) {
      const k = index[i]!;
      mean[k] = mean[k]! + conditional[i]!;
      inclusion[k] = inclusion[k]! + 1;
      for (let j = 0; j < a; j++) {
        const to = k * p + index[j]!;
        const c = inverse.values[i * a + j]!;
        operator.values[to] = operator.values[to]! + c / noise;
        second.values[to] = second.values[to]! + c + conditional[i]! * conditional[j]!;
      }
    }
    for (let f = 0; f < families; f++)
      familyVariance[f] = familyVariance[f]! + variance[f]! * (isSparse[f] ? share[f]! : 1);
    noiseVariance += noise;
  };

  for (let s = 0; s < sampler.burn; s++) sweep();
  for (let t = 0; t < sampler.kept; t++) {
    for (let s = 0; s < sampler.thin; s++) sweep();
    integrate();
  }
  const per = 1 / sampler.kept;
  for (let k = 0; k < p; k++) {
    mean[k] = mean[k]! * per;
    inclusion[k] = inclusion[k]! * per;
  }
  for (let k = 0; k < p; k++) {
    for (let l = 0; l < p; l++) {
      operator.values[k * p + l] = operator.values[k * p + l]! * per;
      second.values[k * p + l] = second.values[k * p + l]! * per - mean[k]! * mean[l]!;
    }
  }
  for (let f = 0; f < families; f++) familyVariance[f] = familyVariance[f]! * per;
  return { mean, covariance: second, operator, inclusion, familyVariance, noiseVariance: noiseVariance * per };
}

function flags(length: number, members: readonly number[]): Uint8Array {
  const flag = new Uint8Array(length);
  for (const member of members) flag[member] = 1;
  return flag;
}
