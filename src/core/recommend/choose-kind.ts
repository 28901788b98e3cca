import type { Leaderboard } from './cross-validate.ts';
import { type ServableKind, servableKinds } from './effect-models.ts';

/** A mixture of two models nearly always does a little better than the better of both; it has to be worth what it is harder to explain. */
const worthMixing = 0.995;

/**
 * The candidate with the smallest error over what was left out; equal errors go to the simpler kind, which stands earlier. Never one
 * that does worse than one mix for everybody, where that was compared. The mixture `averaged` has to lower the error by half a percent.
 *
 * @returns null where no candidate was compared
 */
export function chooseKind(leaderboard: Leaderboard, candidates: readonly ServableKind[]): ServableKind | null {
  const error = (kind: ServableKind) =>
    leaderboard.models.find(({ model }) => model === kind)?.rootMeanSquaredError ?? Number.POSITIVE_INFINITY;
  let best: ServableKind | null = Number.isFinite(error('constant')) ? 'constant' : null;
  for (const kind of servableKinds) {
    const least = best === null ? Number.POSITIVE_INFINITY : error(best);
    if (candidates.includes(kind) && error(kind) < (kind === 'averaged' ? worthMixing * least : least)) best = kind;
  }
  return best;
}
