import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { Place } from './experiment-table.ts';
import { evidencePerBlock, type Support, supportOf, unknownShare } from './support.ts';
import type { TrainedKpi } from './trained-model.ts';

/**
 * How well the evidence covers a place, for several goals at once: each KPI has experiments, contexts that matter and a support of its own. An answer
 * is as sure as what is known of the goal of which least is known, however little that goal weighs: the mix is chosen for all of them.
 */
export interface GoalsEvidence {
  /** inside where all are; the fewest near sites; contexts outside for any; the index of the goal that lies farthest out for its threshold */
  readonly support: Support;
  /** largest share of what effects depend on that is not known */
  readonly unknown: number;
}

/**
 * @param parts at least one
 * Cost: that of `supportOf` and `unknownShare` for each.
 */
export function evidenceForGoals(parts: readonly TrainedKpi[], place: Place, kernels: MatrixKernels): GoalsEvidence {
  const each = parts.map((part) => supportOf(part.support, part.model, place, kernels));
  const farOut = ({ dissimilarity, threshold }: Support) => dissimilarity / Math.max(threshold, Number.MIN_VALUE);
  const farthest = each.reduce((worst, one) => (farOut(one) > farOut(worst) ? one : worst));
  return {
    support: {
      dissimilarity: farthest.dissimilarity,
      threshold: farthest.threshold,
      inside: each.every(({ inside }) => inside),
      nearSites: Math.min(...each.map(({ nearSites }) => nearSites)),
      outsideContexts: [...new Set(each.flatMap(({ outsideContexts }) => outsideContexts))].sort((a, b) => a - b),
    },
    unknown: Math.max(...parts.map((part) => unknownShare(part.support, part.model, place, kernels))),
  };
}

/** For each block the effective number of experiments (`evidencePerBlock`) of the goal for which they are fewest. */
export function fewestPerBlock(parts: readonly TrainedKpi[], place: Place, kernels: MatrixKernels): Float64Array {
  const each = parts.map((part) => evidencePerBlock(part.table, part.support, part.model, place, kernels));
  return each.reduce((fewest, one) => fewest.map((value, j) => Math.min(value, one[j]!)));
}
