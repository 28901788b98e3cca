import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { scalePlace } from './context-scale.ts';
import type { ExperimentTable, Place } from './experiment-table.ts';
import { featureLayout, pairFeature } from './set-features.ts';
import type { SetModel } from './set-model.ts';

/** One additive part of a predicted effect. */
export interface EffectTerm {
  readonly kind: 'block' | 'context' | 'pair' | 'crowding';
  readonly blocks: readonly string[];
  readonly context: string | null;
  readonly value: number;
}

/**
 * Takes a predicted effect apart: what each block does on average, what each context adds or takes away, what pairs of
 * blocks add, and what is lost to the size of the mix. The terms sum to the predicted effect; for an additive model they
 * are its Shapley values, so nothing is sampled. Terms of exactly 0 are left out.
 */
export function explainEffect(
  model: SetModel,
  table: ExperimentTable,
  place: Place,
  mix: Uint8Array,
  kernels: MatrixKernels,
): readonly EffectTerm[] {
  const layout = featureLayout(model.shape);
  const { blocks: J, contexts: P, start } = layout;
  const { z } = scalePlace(model.scale, place, kernels);
  const inside = Array.from({ length: J }, (_, j) => j).filter((j) => mix[j]);
  const terms: EffectTerm[] = [];
  for (const j of inside) {
    const value = model.mean[start.block + j]! + model.mean[start.size]!;
    terms.push({ kind: 'block', blocks: [table.blocks[j]!], context: null, value });
  }
  for (let p = 0; p < P; p++) {
    const value = inside.reduce((sum, j) => sum + model.mean[start.blockByContext + j * P + p]! * z[p]!, 0);
    terms.push({ kind: 'context', blocks: inside.map((j) => table.blocks[j]!), context: table.contexts[p]!, value });
  }
  for (const j of inside) {
    for (const l of inside) {
      if (l <= j) continue;
      const value = model.mean[pairFeature(layout, j, l)]!;
      terms.push({ kind: 'pair', blocks: [table.blocks[j]!, table.blocks[l]!], context: null, value });
    }
  }
  const value = model.mean[start.crowding]! * Math.max(0, inside.length - 1);
  terms.push({ kind: 'crowding', blocks: inside.map((j) => table.blocks[j]!), context: null, value });
  return terms.filter((term) => term.value !== 0);
}
