import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import type { Inference } from './choose-inference.ts';
import { partOf } from './effects-by-level.ts';
import type { EffectEstimate, EffectSample } from './estimate-effect.ts';
import { riskRatios } from './risk-ratios.ts';
import { type StudySensitivity, studySensitivity } from './study-sensitivity.ts';

/**
 * How strong something unmeasured would have to be to change the effect within one level: E-value and robustness value by the units
 * of the level alone, without a benchmark and without bounds for pairs, which may cross levels.
 *
 * @param level n level numbers; @param effect of level `l` as `effectsByLevel` gives it
 * Cost: one regression on the units of the level.
 */
export function levelSensitivity(
  sample: EffectSample,
  columns: readonly DesignColumn[],
  level: Int32Array,
  l: number,
  effect: EffectEstimate,
  inference: Inference,
  confidence: number,
  kernels: MatrixKernels,
): StudySensitivity {
  const part = partOf(sample, columns, inference.cluster, (i) => level[i] === l);
  // As for the effects of levels: with clusters by them, else as if weights were known.
  const within: Inference =
    inference.cluster === null
      ? { ...inference, method: 'HC3', equations: null }
      : { ...inference, method: 'cluster-CR1', cluster: part.cluster };
  return studySensitivity(
    {
      sample: part.sample,
      columns: part.columns,
      effect,
      ratios: riskRatios(part.sample, within, confidence, kernels),
      confidence,
      terms: [],
      everybody: part.sample,
      pairs: null,
    },
    kernels,
  );
}
