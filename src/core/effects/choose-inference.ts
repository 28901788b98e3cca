import { CoreError } from '../errors.ts';
import type { WeightEquations } from '../weighting/m-estimation.ts';

/** How the standard error of an effect is computed. */
export type InferenceMethod = 'cluster-CR2' | 'cluster-CR1' | 'matched-sets' | 'm-estimation' | 'HC3';

/** Why that method: text `inference.reason.<code>` in messages. */
export type InferenceReason =
  | 'treatment-by-cluster'
  | 'cluster-asked-for'
  | 'many-clusters'
  | 'pairs-without-replacement'
  | 'partners-used-again'
  | 'strata'
  | 'weights-estimated'
  | 'weights-taken-as-known';

export interface Inference {
  readonly method: InferenceMethod;
  readonly reason: InferenceReason;
  /** cluster number of each unit of the sample, 0 … G - 1; null where units count as independent */
  readonly cluster: Int32Array | null;
  readonly clusters: { readonly treated: number; readonly control: number } | null;
  /** equations of the weights, rows as the units of the sample; for `m-estimation` */
  readonly equations: WeightEquations | null;
}

export interface InferenceDesign {
  /** units of the matched sample */
  readonly treated: Uint8Array;
  /** collective (or other cluster) of each unit, -1 = unknown; null = the data have none */
  readonly cluster: Int32Array | null;
  /** whether the caller asked for these clusters */
  readonly isAskedFor: boolean;
  /** matched set of each unit; null where partners serve several, and for weights */
  readonly matchedSet: Int32Array | null;
  readonly sample: 'pairs' | 'strata' | 'weights';
  /** equations of estimated weights; null where there are none */
  readonly equations: (() => WeightEquations) | null;
}

/**
 * Chooses the standard error that fits the design, or refuses.
 *
 * A treatment that does not vary within clusters was given to clusters: then only clusters count, whatever was asked.
 * Otherwise clusters that were asked for, otherwise matched sets (without replacement) or, for weights, the equations that
 * define them, otherwise HC3.
 * @throws too-few-groups where a treatment given to clusters has fewer than two treated or two control clusters
 * Source: Abadie, Athey, Imbens and Wooldridge 2023, doi:10.1093/qje/qjac038; Abadie and Spiess 2022,
 * doi:10.1080/01621459.2020.1840383 (matched sets as clusters); Lunceford and Davidian 2004, doi:10.1002/sim.1903 (weights).
 */
export function chooseInference(design: InferenceDesign): Inference {
  const { treated, isAskedFor, matchedSet, sample, equations } = design;
  const cluster = design.cluster === null ? null : renumber(design.cluster);
  if (cluster !== null) {
    const arms = clustersByArm(cluster, treated);
    const isAssignedByCluster = arms.mixed === 0 && cluster.length > arms.treated + arms.control;
    if (isAssignedByCluster) {
      if (arms.treated < 2 || arms.control < 2) {
        throw new CoreError(
          'too-few-groups',
          `The treatment was given to whole clusters, and the matched sample has ${arms.treated} treated and ${arms.control} control ones; at least two of each are needed for a standard error. Add clusters, or describe the change without an effect.`,
          { treated: arms.treated, control: arms.control },
        );
      }
      return byCluster(cluster, arms, 'treatment-by-cluster');
    }
    if (isAskedFor) return byCluster(cluster, arms, 'cluster-asked-for');
  }
  if (matchedSet !== null) {
    return {
      method: 'matched-sets',
      reason: sample === 'strata' ? 'strata' : 'pairs-without-replacement',
      cluster: renumber(matchedSet),
      clusters: null,
      equations: null,
    };
  }
  const independent = { cluster: null, clusters: null, equations: null };
  if (equations !== null) {
    return { ...independent, method: 'm-estimation', reason: 'weights-estimated', equations: equations() };
  }
  const reason = sample === 'weights' ? 'weights-taken-as-known' : 'partners-used-again';
  return { ...independent, method: 'HC3', reason };
}

function byCluster(
  cluster: Int32Array,
  arms: { treated: number; control: number; mixed: number },
  reason: InferenceReason,
): Inference {
  const clusters = { treated: arms.treated + arms.mixed, control: arms.control + arms.mixed };
  const total = arms.treated + arms.control + arms.mixed;
  return total > 1000
    ? { method: 'cluster-CR1', reason: 'many-clusters', cluster, clusters, equations: null }
    : { method: 'cluster-CR2', reason, cluster, clusters, equations: null };
}

/** Clusters with treated units only, with controls only, with both. */
function clustersByArm(cluster: Int32Array, treated: Uint8Array): { treated: number; control: number; mixed: number } {
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  const has = new Uint8Array(groups);
  for (let i = 0; i < cluster.length; i++) has[cluster[i]!] = has[cluster[i]!]! | (treated[i] === 1 ? 1 : 2);
  const count = (bits: number): number => has.reduce((sum, h) => sum + (h === bits ? 1 : 0), 0);
  return { treated: count(1), control: count(2), mixed: count(3) };
}

/** Numbers 0 … G - 1 in order of first appearance; a unit without a cluster (-1) becomes a cluster of its own. */
function renumber(codes: Int32Array): Int32Array {
  const place = new Map<number, number>();
  let next = 0;
  return Int32Array.from(codes, (code) => {
    if (code < 0) return next++;
    let known = place.get(code);
    if (known === undefined) {
      known = next++;
      place.set(code, known);
    }
    return known;
  });
}
