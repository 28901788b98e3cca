import type { Leaderboard } from './cross-validate.ts';
import { type ServableKind, servableKinds } from './effect-models.ts';

/**
 * The candidate with the smallest error over what was left out; equal errors go to the simpler kind, which stands earlier. Never one
 * that does worse than one mix for everybody, where that was compared.
 *
 * @returns null where no candidate was compared
 */
export function chooseKind(leaderboard: Leaderboard, candidates: readonly ServableKind[]): ServableKind | null {
  const error = (kind: ServableKind) =>
    leaderboard.models.find(({ model }) => model === kind)?.rootMeanSquaredError ?? Number.POSITIVE_INFINITY;
  let best: ServableKind | null = Number.isFinite(error('constant')) ? 'constant' : null;
  for (const kind of servableKinds) {
    if (candidates.includes(kind) && error(kind) < (best === null ? Number.POSITIVE_INFINITY : error(best)))
      best = kind;
  }
  return best;
}
