import { groupSupport } from '../disclosure/group-support.ts';
import { holmAdjusted } from '../stats/holm.ts';
import type { EffectEstimate } from './estimate-effect.ts';
import type { StudySensitivity } from './study-sensitivity.ts';

/**
 * What else is compared in the same sample. `outcome`: another variable at follow-up. `follow-up`: the outcome at another time.
 * Negative controls, where nothing can have happened yet: `pre-period`, the outcome before the baseline, and `placebo-date`, its
 * change from there to the baseline, as if the treatment had begun between.
 */
export interface FurtherOutcome {
  readonly kind: 'outcome' | 'follow-up' | 'pre-period' | 'placebo-date';
  readonly variable: string;
  readonly period: string | null;
  /** n finite values */
  readonly values: Float64Array;
}

export interface FurtherEffect extends Omit<FurtherOutcome, 'values'> {
  /** null where the outcome does not vary in the sample */
  readonly matched: EffectEstimate | null;
  readonly adjusted: EffectEstimate | null;
  /** Holm's, of the effect judged, among the outcome of the study and the further ones; null for negative controls */
  readonly adjustedPValue: number | null;
  /** null without an effect, and for negative controls */
  readonly sensitivity: StudySensitivity | null;
  /** the fewest units behind its means, see `groupSupport` */
  readonly support: { readonly treated: number; readonly control: number };
}

/** The effect that is judged: the adjusted one where there is one. */
export const judged = (effects: {
  readonly matched: EffectEstimate | null;
  readonly adjusted: EffectEstimate | null;
}): EffectEstimate | null => effects.adjusted ?? effects.matched;

/**
 * Effects on further outcomes, with p-values adjusted together with that of the study's own outcome.
 *
 * @param estimate the plain and the adjusted effect of an outcome in the sample
 * @param sensitivity of the effect judged
 * @returns the effects in order, and the adjusted p-value of the study's own effect
 */
export function furtherEffects(
  outcomes: readonly FurtherOutcome[],
  own: EffectEstimate,
  treated: Uint8Array,
  weights: Float64Array,
  estimate: (values: Float64Array) => Pick<FurtherEffect, 'matched' | 'adjusted'>,
  sensitivity: (values: Float64Array, effect: EffectEstimate) => StudySensitivity,
): { readonly effects: readonly FurtherEffect[]; readonly ownAdjustedPValue: number } {
  const found = outcomes.map((outcome) => ({ ...outcome, ...estimate(outcome.values) }));
  const isInFamily = ({ kind }: FurtherOutcome): boolean => kind === 'outcome' || kind === 'follow-up';
  const family = found.flatMap((f, at) => {
    const effect = isInFamily(f) ? judged(f) : null;
    return effect === null ? [] : [{ at, pValue: effect.pValue }];
  });
  const [ownAdjustedPValue, ...adjusted] = holmAdjusted([own.pValue, ...family.map(({ pValue }) => pValue)]);
  const pOf = new Map(family.map(({ at }, f) => [at, adjusted[f]!]));
  return {
    effects: found.map(({ values, ...effect }, at) => ({
      ...effect,
      adjustedPValue: pOf.get(at) ?? null,
      sensitivity: pOf.has(at) ? sensitivity(values, judged(effect)!) : null,
      support: supportOfOutcome(values, treated, weights),
    })),
    ownAdjustedPValue: ownAdjustedPValue!,
  };
}

/** The fewest units behind the means of an outcome in each group of the sample. */
export function supportOfOutcome(
  values: Float64Array,
  treated: Uint8Array,
  weights: Float64Array,
): FurtherEffect['support'] {
  const among = (group: 0 | 1) =>
    groupSupport(
      values,
      treated.map((t, i) => (t === group && weights[i]! > 0 ? 1 : 0)),
    );
  return { treated: among(1), control: among(0) };
}
