import { outcomeSupport } from '../disclosure/outcome-support.ts';
import { ifPossible } from '../if-possible.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { valuesAt } from '../stats/values-at.ts';
import type { Inference } from './choose-inference.ts';
import { type EffectEstimate, estimateEffect } from './estimate-effect.ts';

/** The units of a study with the outcome they are compared in. */
export interface ComparedUnits {
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
}

/** The effect among `rows`, whose weights are positive. Parameters and errors as `estimateEffect`. */
export function effectAmong(
  { treated, outcome }: ComparedUnits,
  rows: Uint32Array,
  weights: Float64Array,
  adjustFor: readonly DesignColumn[],
  inference: Inference,
  confidence: number,
  kernels: MatrixKernels,
): EffectEstimate {
  return estimateEffect(
    {
      treated: valuesAt(treated, rows),
      outcome: valuesAt(outcome, rows),
      weights: valuesAt(weights, rows),
    },
    adjustFor.map(({ name, values }) => ({ name, values: valuesAt(values, rows) })),
    inference,
    confidence,
    kernels,
  );
}

/** Units among `rows` that can be told apart in the outcome, see `outcomeSupport`. */
export const supportAmong = ({ treated, outcome }: ComparedUnits, rows: Uint32Array): number | null =>
  outcomeSupport(valuesAt(outcome, rows), [Float64Array.from(valuesAt(treated, rows))], rows);

/** The adjusted effect asks for more than the plain one, which was estimated before: null where the sample is too small for it. */
export const ifLargeEnough = (estimate: () => EffectEstimate): EffectEstimate | null =>
  ifPossible(estimate, ['empty-group', 'no-variation', 'too-few-groups']);
