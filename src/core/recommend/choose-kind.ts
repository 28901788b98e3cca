import { hasAcceptableCalibration } from './acceptable-calibration.ts';
import type { Leaderboard } from './cross-validate.ts';
import { type ServableKind, servableKinds } from './effect-models.ts';

/** A mixture of two models nearly always does a little better than the better of both; it has to be worth what it is harder to explain. */
const worthMixing = 0.995;

export interface ChosenKind {
  readonly kind: ServableKind;
  /** false: no kind that may be served is calibrated well enough, so that answers of this one abstain */
  readonly calibrated: boolean;
}

/**
 * The candidate with the smallest error over what was left out, of those with acceptable calibration (acceptable-calibration.ts); equal errors go to the
 * simpler kind, which stands earlier. Never one that does worse than one mix for everybody, where that was compared. The mixture
 * `averaged` has to lower the error by half a percent. Where none is acceptable: one mix for everybody, or without it the smallest error, as not calibrated.
 *
 * @returns null where no candidate was compared
 */
export function chooseKind(leaderboard: Leaderboard, candidates: readonly ServableKind[]): ChosenKind | null {
  const compared = new Map(leaderboard.models.map((score) => [score.model, score]));
  const error = (kind: ServableKind) => compared.get(kind)?.rootMeanSquaredError ?? Number.POSITIVE_INFINITY;
  const smallest = (kinds: readonly ServableKind[], limit: number): ServableKind | null => {
    let best: ServableKind | null = null;
    let least = limit;
    for (const kind of kinds) {
      if (error(kind) < (kind === 'averaged' ? worthMixing * least : least)) {
        best = kind;
        least = error(kind);
      }
    }
    return best;
  };
  const known = servableKinds.filter((kind) => compared.has(kind) && candidates.includes(kind));
  const acceptable = (kind: ServableKind) => hasAcceptableCalibration(compared.get(kind)!, leaderboard.groups);
  const better = smallest(known.filter(acceptable), error('constant'));
  if (better !== null) return { kind: better, calibrated: true };
  if (compared.has('constant')) return { kind: 'constant', calibrated: acceptable('constant') };
  const kind = smallest(known, Number.POSITIVE_INFINITY);
  return kind === null ? null : { kind, calibrated: false };
}
