import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { normalQuantile } from '../stats/normal-quantile.ts';
import { evidenceWeights } from './evidence.ts';
import type { Place } from './experiment-table.ts';
import type { TrainedKpi } from './trained-model.ts';

export interface EvidenceItem {
  readonly experiment: string;
  readonly neighbourhood: string;
  readonly region: string;
  readonly grade: string;
  /** factor of this experiment's effect in the estimate; may be negative */
  readonly weight: number;
  /** size of the weight as a share of all sizes; shares of all experiments sum to 1 */
  readonly share: number;
  readonly effect: number;
  /** 90 % interval of the experiment itself; null where its variance is not known */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly sharedBlocks: readonly string[];
  readonly otherBlocks: readonly string[];
  /** parameters that differ most, in their own units: there minus here */
  readonly differences: readonly { readonly context: string; readonly difference: number }[];
  /** true where a block of the mix was tried and the effect was 0 or below */
  readonly contrary: boolean;
}

export interface ShownEvidence {
  readonly kpi: string;
  /** sum of weight times effect over all experiments: the predicted effect */
  readonly estimate: number;
  readonly experiments: number;
  readonly items: readonly EvidenceItem[];
  readonly rest: { readonly experiments: number; readonly share: number };
}

/** Experiments shown, beside a contrary one. */
const shown = 5;

/**
 * The experiments that weigh most in the predicted effect of a mix, and at least one in which a block of the mix did not
 * work, where there is one.
 */
export function showEvidence(part: TrainedKpi, place: Place, mix: Uint8Array, kernels: MatrixKernels): ShownEvidence {
  const { table, model } = part;
  const n = table.ids.length;
  const J = table.blocks.length;
  const weights = evidenceWeights(table, model, place, mix, kernels);
  const total = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const share = (i: number) => (total > 0 ? Math.abs(weights[i]!) / total : 1 / n);
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => share(b) - share(a) || a - b);
  const sharesBlock = (i: number) => mix.some((flag, j) => flag && table.mix[i * J + j]);
  const isContrary = (i: number) => sharesBlock(i) && table.effect[i]! <= 0;
  const chosen = order.slice(0, shown);
  if (!chosen.some(isContrary)) {
    const contrary = order.find(isContrary);
    if (contrary !== undefined) chosen.push(contrary);
  }
  const reach = normalQuantile(0.95);
  const items = chosen.map((i): EvidenceItem => {
    const half = table.variance === null ? null : reach * Math.sqrt(table.variance[i]!);
    return {
      experiment: table.ids[i]!,
      neighbourhood: table.sites[table.site[i]!]!,
      region: table.regions[table.region[i]!]!,
      grade: table.grades[table.grade[i]!]!,
      weight: weights[i]!,
      share: share(i),
      effect: table.effect[i]!,
      lower: half === null ? null : table.effect[i]! - half,
      upper: half === null ? null : table.effect[i]! + half,
      sharedBlocks: table.blocks.filter((_, j) => mix[j] && table.mix[i * J + j]),
      otherBlocks: table.blocks.filter((_, j) => !mix[j] && table.mix[i * J + j]),
      differences: differences(part, place, i),
      contrary: isContrary(i),
    };
  });
  const kept = items.reduce((sum, item) => sum + item.share, 0);
  return {
    kpi: part.kpi,
    estimate: weights.reduce((sum, weight, i) => sum + weight * table.effect[i]!, 0),
    experiments: n,
    items,
    rest: { experiments: n - items.length, share: Math.max(0, 1 - kept) },
  };
}

/** The three known parameters that differ most, measured in standard deviations times how much effects depend on them. */
function differences(part: TrainedKpi, place: Place, row: number): EvidenceItem['differences'] {
  const { table, model, support } = part;
  const P = table.contexts.length;
  return table.contexts
    .map((context, p) => {
      const known = !place.missing[p] && table.contextMissing[row * P + p] === 0;
      const difference = known ? table.context[row * P + p]! - place.context[p]! : 0;
      return { context, difference, size: (Math.abs(difference) / model.scale.scale[p]!) * support.weight[p]! };
    })
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ context, difference }) => ({ context, difference }));
}
