import { type EffectSample, regress } from '../effects/estimate-effect.ts';
import { ifPossible } from '../if-possible.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { studentTUpperTail } from '../stats/student-t.ts';

/** How far the controls of a sample live among the treated, and what that seems to do to them. */
export interface Exposure {
  /** share of the controls, by weight, in clusters that hold treated units */
  readonly share: number;
  /**
   * what the exposure of the controls adds to their mean outcome, and so takes from the effect; null where exposure does not
   * differ between enough clusters
   */
  readonly effect: { readonly estimate: number; readonly standardError: number; readonly pValue: number } | null;
}

/** Below this number of clusters with controls a line through them says nothing. */
const fewestClusters = 5;

/**
 * Exposure of the controls to treated neighbours: the treated share of their cluster. What exposure does is read from a line
 * through the mean residuals of the controls of each cluster (weighted by their controls), against exposure; its slope
 * times the mean exposure is what the controls' mean would be off by.
 *
 * @param units   sample, columns of the adjusted effect, and cluster (-1 = none) of each unit of the sample
 * @param treated of all units; @param cluster of all units, as above
 * Cost: that of one adjusted regression. Source: Hudgens and Halloran 2008, doi:10.1198/016214508000000292 (exposure within
 * groups); the line over clusters as Donald and Lang 2007, doi:10.1162/rest.89.2.221. Assumes that exposure has nothing else
 * to do with the outcome of controls, given the covariates.
 */
export function exposureOfControls(
  units: { readonly sample: EffectSample; readonly columns: readonly DesignColumn[]; readonly cluster: Int32Array },
  treated: Uint8Array,
  cluster: Int32Array,
  kernels: MatrixKernels,
): Exposure {
  const exposure = treatedShares(treated, cluster);
  const { sample } = units;
  let exposed = 0;
  let total = 0;
  let sum = 0;
  sample.weights.forEach((weight, i) => {
    if (sample.treated[i] === 1) return;
    const own = exposure.get(units.cluster[i]!) ?? 0;
    total += weight;
    sum += weight * own;
    if (own > 0) exposed += weight;
  });
  if (exposed === 0) return { share: 0, effect: null };
  const slope = ifPossible(() => slopeOverClusters(units, exposure, kernels));
  const mean = sum / total;
  return {
    share: exposed / total,
    effect: slope && {
      estimate: mean * slope.estimate,
      standardError: mean * slope.standardError,
      pValue: slope.pValue,
    },
  };
}

/** Treated share of every cluster. */
function treatedShares(treated: Uint8Array, cluster: Int32Array): ReadonlyMap<number, number> {
  const counts = new Map<number, { treated: number; all: number }>();
  cluster.forEach((code, row) => {
    if (code < 0) return;
    const count = counts.get(code) ?? { treated: 0, all: 0 };
    count.treated += treated[row]!;
    count.all++;
    counts.set(code, count);
  });
  return new Map([...counts].map(([code, count]) => [code, count.treated / count.all]));
}

function slopeOverClusters(
  { sample, columns, cluster }: Parameters<typeof exposureOfControls>[0],
  exposure: ReadonlyMap<number, number>,
  kernels: MatrixKernels,
): Exposure['effect'] {
  const { residuals } = regress(sample, columns, kernels).fit;
  const means = new Map<number, { x: number; sum: number; weight: number }>();
  residuals.forEach((residual, i) => {
    const code = cluster[i]!;
    if (sample.treated[i] === 1 || code < 0) return;
    const mean = means.get(code) ?? { x: exposure.get(code)!, sum: 0, weight: 0 };
    mean.sum += sample.weights[i]! * residual;
    mean.weight += sample.weights[i]!;
    means.set(code, mean);
  });
  const points = [...means].sort(([a], [b]) => a - b).map(([, { x, sum, weight }]) => ({ x, y: sum / weight, weight }));
  if (points.length < fewestClusters) return null;
  const total = points.reduce((s, p) => s + p.weight, 0);
  const centre = (of: 'x' | 'y') => points.reduce((s, p) => s + p.weight * p[of], 0) / total;
  const [x, y] = [centre('x'), centre('y')];
  const spread = points.reduce((s, p) => s + p.weight * (p.x - x) ** 2, 0);
  if (!(spread > 1e-12 * total)) return null;
  const estimate = points.reduce((s, p) => s + p.weight * (p.x - x) * (p.y - y), 0) / spread;
  const rest = points.reduce((s, p) => s + p.weight * (p.y - y - estimate * (p.x - x)) ** 2, 0);
  const degreesOfFreedom = points.length - 2;
  const standardError = Math.sqrt(rest / degreesOfFreedom / spread);
  if (!(standardError > 0)) return null;
  return {
    estimate,
    standardError,
    pValue: 2 * studentTUpperTail(Math.abs(estimate) / standardError, degreesOfFreedom),
  };
}
