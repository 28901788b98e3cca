import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { Estimand } from '../matching/estimand.ts';
import type { BinomialFit } from '../propensity/binomial-regression.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';
import { independentColumns } from '../propensity/independent-columns.ts';
import type { Link } from '../propensity/links.ts';
import type { Penalty } from '../propensity/penalty.ts';
import { propensityScores } from '../propensity/propensity-score.ts';
import { balancingPropensity } from './balancing-score.ts';
import { entropyBalancingWeights, withPowers } from './entropy-balancing.ts';
import { inverseProbabilitySlopes, inverseProbabilityWeights } from './inverse-probability.ts';
import type { WeightEquations } from './m-estimation.ts';
import { nameColumns } from './name-columns.ts';

export type WeightingDesign =
  | {
      readonly method: 'inverse-probability';
      readonly estimand: Estimand;
      readonly link: Link;
      readonly stabilized: boolean;
      /** units with a propensity below this or above 1 minus this are left out and the model is fitted again; 0 = nobody */
      readonly trim: number;
      /** left out: maximum likelihood */
      readonly penalty?: Penalty | null;
    }
  | { readonly method: 'balancing-score'; readonly estimand: 'ATE' | 'ATT' | 'ATC' }
  | { readonly method: 'entropy-balancing'; readonly estimand: Estimand; readonly moments: 1 | 2 | 3 };

export interface WeightedSample {
  /** n non-negative weights; 0 for units that were trimmed */
  readonly weights: Float64Array;
  /** n propensities, or null for a method without them */
  readonly propensity: Float64Array | null;
  /** the propensity model, for a method that fits one by maximum likelihood */
  readonly model: BinomialFit | null;
  /** 0 for units that were trimmed */
  readonly eligible: Uint8Array;
  /**
   * For standard errors that know the weights are estimated; rows are the eligible units.
   *
   * @param isTargetFixed of entropy balancing: whether the means aimed at are taken as known, as R packages do, instead of
   *   as means of this sample; left out: they are not
   * @throws invalid-argument where the method has none
   */
  equations(isTargetFixed?: boolean): WeightEquations;
}

/**
 * Weights that make the groups comparable.
 *
 * Trimming leaves out units whose treatment was nearly certain (Crump, Hotz, Imbens and Mitnik 2009, doi:10.1093/biomet/asn055:
 * 0.1 is a good default) and fits the model again, so the effect is about the others.
 *
 * @param columns covariate columns without intercept; @param treated n values, 0 or 1, both occurring
 * @param sampling n positive sampling weights, which the weights contain and the target counts by; null for 1
 * @throws separation, no-overlap, not-converged, invalid-argument
 */
export function weightUnits(
  columns: readonly DesignColumn[],
  treated: Uint8Array,
  design: WeightingDesign,
  kernels: MatrixKernels,
  sampling: Float64Array | null = null,
): WeightedSample {
  const everybody = new Uint8Array(treated.length).fill(1);
  const named = <T>(balanced: readonly DesignColumn[], estimand: Estimand, weigh: () => T): T => {
    try {
      return weigh();
    } catch (error) {
      throw nameColumns(error, balanced, treated, estimand, sampling);
    }
  };
  switch (design.method) {
    case 'inverse-probability':
      return weightByInverseProbability(columns, treated, design, sampling, kernels);
    case 'balancing-score': {
      const { estimand } = design;
      const { matrix } = packMatrix(treated.length, columns, true);
      const e = named(columns, estimand, () => balancingPropensity(matrix, treated, estimand, sampling, kernels));
      const weights = inverseProbabilityWeights(e, treated, estimand, false);
      const signed = (i: number): number => (treated[i] === 1 ? weights[i]! : -weights[i]!);
      const slopes = inverseProbabilitySlopes(e, treated, weights, estimand);
      return {
        weights: times(weights, sampling),
        propensity: e,
        model: null,
        eligible: everybody,
        equations: () =>
          equationsOf(
            independentColumns(matrix, null, kernels).standardised,
            signed,
            (i) => (treated[i] === 1 ? slopes[i]! : -slopes[i]!),
            slopes,
            sampling,
            kernels,
          ),
      };
    }
    case 'entropy-balancing': {
      const { estimand, moments } = design;
      const balanced = withPowers(columns, moments);
      const weights = named(balanced, estimand, () =>
        entropyBalancingWeights(balanced, treated, estimand, sampling, kernels),
      );
      return {
        weights: times(weights, sampling),
        propensity: null,
        model: null,
        eligible: everybody,
        equations(isTargetFixed = false) {
          if (estimand !== 'ATT' && estimand !== 'ATC') {
            throw new CoreError(
              'invalid-argument',
              'Standard errors by M-estimation for entropy balancing are built for ATT and ATC.',
            );
          }
          const other = estimand === 'ATT' ? 0 : 1;
          const z = centredOnTarget(
            packMatrix(treated.length, balanced, true).matrix,
            treated,
            1 - other,
            sampling,
            kernels,
          );
          const own = (i: number): number => (treated[i] === other ? weights[i]! : 0);
          // What a focal unit adds to the target; the sums of both groups are then equal.
          const perFocal = isTargetFixed
            ? 0
            : totalOf(sampling, treated, other) / totalOf(sampling, treated, 1 - other);
          return equationsOf(
            z,
            (i) => (treated[i] === other ? weights[i]! : -perFocal),
            own,
            Float64Array.from(treated, (_, i) => own(i)),
            sampling,
            kernels,
          );
        },
      };
    }
  }
}

function weightByInverseProbability(
  columns: readonly DesignColumn[],
  treated: Uint8Array,
  { estimand, link, stabilized, trim, penalty = null }: Extract<WeightingDesign, { method: 'inverse-probability' }>,
  sampling: Float64Array | null,
  kernels: MatrixKernels,
): WeightedSample {
  if (!(trim >= 0 && trim < 0.5)) {
    throw new CoreError('invalid-argument', `Trimming takes a probability from 0 to below 0.5, not ${trim}.`, {
      received: trim,
    });
  }
  const { probability, model, eligible } = propensityScores(
    columns,
    treated,
    { link, penalty },
    { keep: ({ fitted }) => Uint8Array.from(fitted, (e) => (e >= trim && e <= 1 - trim ? 1 : 0)), why: 'trim' },
    true,
    sampling,
    kernels,
  );
  const keep = <A extends Uint8Array | Float64Array>(values: A): A =>
    values.filter((_, i) => eligible[i] === 1) as unknown as A;
  const group = keep(treated);
  const e = keep(probability);
  const counted = sampling === null ? null : keep(sampling);
  const own = inverseProbabilityWeights(e, group, estimand, stabilized, counted);
  const sampled = times(own, counted);
  const weights = new Float64Array(treated.length);
  let at = 0;
  for (let i = 0; i < weights.length; i++) if (eligible[i] === 1) weights[i] = sampled[at++]!;
  return {
    weights,
    propensity: probability,
    model,
    eligible,
    equations() {
      if (link !== 'logit' || estimand === 'ATM' || penalty !== null) {
        throw new CoreError(
          'invalid-argument',
          'Standard errors by M-estimation are built for the logit link without a penalty, and not for ATM (its weights have a kink).',
        );
      }
      const kept = columns.map((column) => ({ ...column, values: keep(column.values) }));
      const z = independentColumns(packMatrix(e.length, kept, true).matrix, null, kernels).standardised;
      return equationsOf(
        z,
        (i) => group[i]! - e[i]!,
        (i) => -e[i]! * (1 - e[i]!),
        inverseProbabilitySlopes(e, group, own, estimand),
        counted,
        kernels,
      );
    },
  };
}

/** Units of a group, or what they stand for. */
const totalOf = (sampling: Float64Array | null, treated: Uint8Array, group: number): number =>
  treated.reduce((sum, t, i) => (t === group ? sum + (sampling === null ? 1 : sampling[i]!) : sum), 0);

const times = <A extends ArrayBufferLike>(weights: Float64Array<A>, sampling: Float64Array | null) =>
  sampling === null ? weights : weights.map((weight, i) => weight * sampling[i]!);

/** psi_i = a_i z_i, d psi_i / d alpha = b_i z_i z_i', d w_i / d alpha = c_i z_i, each times the sampling weight of the unit. */
function equationsOf(
  z: Matrix,
  a: (row: number) => number,
  b: (row: number) => number,
  c: Float64Array,
  sampling: Float64Array | null,
  kernels: MatrixKernels,
): WeightEquations {
  const q = z.cols;
  const scale = (factor: (row: number) => number): Matrix => {
    const values = new Float64Array(z.values.length);
    for (let i = 0; i < z.rows; i++) {
      const f = sampling === null ? factor(i) : factor(i) * sampling[i]!;
      for (let j = 0; j < q; j++) values[i * q + j] = f * z.values[i * q + j]!;
    }
    return { rows: z.rows, cols: q, values };
  };
  const jacobian = { rows: q, cols: q, values: new Float64Array(q * q) };
  kernels.gemm(z, scale(b), jacobian, { transposeA: true });
  return { psi: scale(a), jacobian, weightSlopes: scale((i) => c[i]!) };
}

/** Standardised columns without intercept, minus the means of the focal group. */
function centredOnTarget(
  x: Matrix,
  treated: Uint8Array,
  focal: number,
  sampling: Float64Array | null,
  kernels: MatrixKernels,
): Matrix {
  const { standardised } = independentColumns(x, null, kernels);
  const q = standardised.cols - 1;
  const values = new Float64Array(x.rows * q);
  for (let j = 0; j < q; j++) {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < x.rows; i++) {
      if (treated[i] !== focal) continue;
      const own = sampling === null ? 1 : sampling[i]!;
      sum += own * standardised.values[i * (q + 1) + j + 1]!;
      count += own;
    }
    for (let i = 0; i < x.rows; i++) values[i * q + j] = standardised.values[i * (q + 1) + j + 1]! - sum / count;
  }
  return { rows: x.rows, cols: q, values };
}
