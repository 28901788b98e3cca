import { withholdSmallGroups } from '../../core/disclosure/withhold-small-groups.ts';
import type { FurtherAnswers } from '../../core/effects/answer-further.ts';
import type { EffectsByLevel } from '../../core/effects/effects-by-level.ts';
import type { EffectEstimate } from '../../core/effects/estimate-effect.ts';
import type { FurtherEffect } from '../../core/effects/further-effects.ts';
import type { StudySensitivity } from '../../core/effects/study-sensitivity.ts';
import { minimumGroup } from '../minimum-group.ts';
import { withoutLevel } from '../without-level.ts';

type Support = FurtherEffect['support'];

export interface ShownLevel {
  /** null where withheld: a level may be one household's */
  readonly name: string | null;
  readonly treated: number | null;
  readonly control: number | null;
  readonly effect: EffectEstimate | null;
  readonly adjustedPValue: number | null;
  readonly sensitivity: ShownSensitivity | null;
  readonly support: number | null;
  readonly withheld: boolean;
}

type Rosenbaum = NonNullable<StudySensitivity['rosenbaum']>;

/** `StudySensitivity` as a body shows it. */
export interface ShownSensitivity extends Pick<StudySensitivity, 'eValue' | 'robustness'> {
  readonly rosenbaum:
    | (Omit<Rosenbaum, 'support' | 'signSupport'> & {
        readonly support: number | null;
        readonly signSupport: number | null;
      })
    | null;
}

/** `FurtherAnswers` as a body shows them: numbers of people may be withheld. */
export interface ShownFurther extends Pick<FurtherAnswers, 'augmented' | 'ratios' | 'detectable' | 'supportBefore'> {
  readonly effects: readonly (Omit<FurtherEffect, 'support' | 'sensitivity'> & {
    readonly sensitivity: ShownSensitivity | null;
    readonly support: Support | null;
    readonly withheld: boolean;
  })[];
  readonly ownAdjustedPValue: number | null;
  readonly byLevel: {
    readonly variable: string;
    readonly levels: readonly ShownLevel[];
    readonly interaction: EffectsByLevel['interaction'];
  } | null;
  readonly sensitivity: ShownSensitivity;
  readonly augmentedSensitivity: ShownSensitivity | null;
  readonly support: FurtherAnswers['support'] | null;
}

export function showFurther(answers: FurtherAnswers): ShownFurther {
  const { byLevel } = answers;
  return {
    ...answers,
    effects: answers.effects.map((effect) => ({ ...effect, withheld: false })),
    byLevel: byLevel && {
      variable: byLevel.variable,
      levels: byLevel.levels.map((level, l) => ({ name: byLevel.names[l]!, ...level, withheld: false })),
      interaction: byLevel.interaction,
    },
  };
}

const few = (n: number): boolean => n > 0 && n < minimumGroup;
const fewIn = ({ treated, control }: Support): boolean => few(treated) || few(control);

/** Fewer than the minimum stand behind the means of the outcome in the sample, and among everybody. */
export const hidesOutcome = ({ support }: ShownFurther) => ({
  matched: support === null || fewIn(support.after),
  unmatched: support === null || fewIn(support.before) || fewIn(support.after),
});

/** No effect within a level, and no size of one. */
export const hideLevels = (byLevel: ShownFurther['byLevel']): ShownFurther['byLevel'] =>
  byLevel && { ...byLevel, levels: byLevel.levels.map(() => hiddenLevel), interaction: null };

/** Nothing that says anything about the outcome. */
export function hideFurther(further: ShownFurther): ShownFurther {
  return {
    effects: further.effects.map(hideEffect),
    ownAdjustedPValue: null,
    byLevel: hideLevels(further.byLevel),
    augmented: null,
    augmentedSensitivity: null,
    ratios: null,
    sensitivity: { eValue: null, robustness: null, rosenbaum: null },
    detectable: null,
    support: null,
    supportBefore: null,
  };
}

/**
 * What anybody but the operator sees of it, where the sample itself is large enough.
 *
 * @param standardError of the effect: an estimate that may be half the difference of two pairs is shown in quarters of it
 * @param isTermHidden whether the balance of a covariate is withheld
 * @param isRare whether the outcome of the study is withheld
 * @param leavesFew whether everybody and the sample differ by few
 */
export function gateFurther(
  further: ShownFurther,
  standardError: number,
  isTermHidden: (term: number) => boolean,
  leavesFew: boolean,
  isRare: boolean,
): ShownFurther {
  const isOutcomeHidden = { ...hidesOutcome(further), matched: isRare };
  const base = isOutcomeHidden.matched ? hideFurther(further) : further;
  const { sensitivity, byLevel } = base;
  // An adjusted p-value depends on all of its family.
  const isOneHidden = isOutcomeHidden.matched || further.effects.some(({ support }) => fewIn(support!));
  const hidesEverybody = leavesFew || isOutcomeHidden.unmatched;
  return {
    ...base,
    // A further outcome stands on its own: it may be shown where the study's own is not, and the other way round.
    effects: further.effects.map((effect) =>
      fewIn(effect.support!)
        ? hideEffect(effect)
        : {
            ...effect,
            adjusted: withoutLevels(effect.adjusted),
            // How strong covariates are is measured among everybody, of whom nothing here says how many have this outcome.
            sensitivity: effect.sensitivity && gateSensitivity(effect.sensitivity, effect.matched, () => true),
            support: null,
            adjustedPValue: isOneHidden ? null : effect.adjustedPValue,
          },
    ),
    ownAdjustedPValue: isOneHidden ? null : base.ownAdjustedPValue,
    byLevel: byLevel && (isOutcomeHidden.matched ? byLevel : gateLevels(byLevel)),
    augmented: hidesEverybody ? null : withoutLevels(base.augmented),
    augmentedSensitivity: hidesEverybody ? null : base.augmentedSensitivity,
    detectable: further.supportBefore === null || fewIn(further.supportBefore) ? null : further.detectable,
    sensitivity: gateSensitivity(sensitivity, { standardError }, (term) => hidesEverybody || isTermHidden(term)),
    support: null,
    supportBefore: null,
  };
}

/** Columns are named by their variables: the level may be somebody's own. */
export const withoutLevels = (effect: EffectEstimate | null): EffectEstimate | null =>
  effect && {
    ...effect,
    adjustedFor: effect.adjustedFor.map(withoutLevel),
    leftOut: effect.leftOut.map(withoutLevel),
  };

const hideEffect = (effect: ShownFurther['effects'][number]): ShownFurther['effects'][number] => ({
  ...effect,
  matched: null,
  adjusted: null,
  adjustedPValue: null,
  sensitivity: null,
  support: null,
  withheld: true,
});

const hiddenLevel: ShownLevel = {
  name: null,
  treated: null,
  control: null,
  effect: null,
  adjustedPValue: null,
  sensitivity: null,
  support: null,
  withheld: true,
};

/** Levels together make the sample, and their effects the effect: what is withheld must not be what is left of both. */
function gateLevels(byLevel: NonNullable<ShownFurther['byLevel']>): NonNullable<ShownFurther['byLevel']> {
  const { levels } = byLevel;
  const hidden = new Set<number>();
  for (const group of ['treated', 'control'] as const) {
    // A level whose outcome tells few apart counts as small.
    const counts = levels.map((level) =>
      few(level.support!) ? Math.min(level[group]!, level.support!) : level[group]!,
    );
    withholdSmallGroups(counts, minimumGroup).groups.forEach((reason, l) => {
      if (reason !== null) hidden.add(l);
    });
  }
  return {
    ...byLevel,
    levels: levels.map((level, l) =>
      // A level that nobody of the sample has may be one household's outside it.
      hidden.has(l) || level.treated! + level.control! === 0
        ? hiddenLevel
        : { ...level, effect: withoutLevels(level.effect), support: null },
    ),
    interaction: hidden.size > 0 ? null : byLevel.interaction,
  };
}

/** @param effect whose standard error is the measure of rounding */
function gateSensitivity(
  { eValue, robustness, rosenbaum }: ShownSensitivity,
  effect: Pick<EffectEstimate, 'standardError'> | null,
  isBenchmarkHidden: (term: number) => boolean,
): ShownSensitivity {
  const benchmark = robustness?.benchmark ?? null;
  return {
    eValue,
    robustness: robustness && {
      ...robustness,
      benchmark: benchmark === null || isBenchmarkHidden(benchmark.term) ? null : benchmark,
    },
    rosenbaum: gateRosenbaum(rosenbaum, (effect?.standardError ?? 0) / 4),
  };
}

/** Of the sign test, and of pairs with an outcome of 0 and 1, the p-values are a code of two counts. */
function gateRosenbaum(
  rosenbaum: ShownFurther['sensitivity']['rosenbaum'],
  step: number,
): ShownFurther['sensitivity']['rosenbaum'] {
  if (rosenbaum === null || few(rosenbaum.support!)) return null;
  return {
    ...rosenbaum,
    sign: few(rosenbaum.signSupport!) ? null : rosenbaum.sign,
    support: null,
    signSupport: null,
    hodgesLehmann:
      rosenbaum.hodgesLehmann === null || !(step > 0)
        ? null
        : rosenbaum.hodgesLehmann.map(({ gamma, lower, upper }) => ({
            gamma,
            lower: Math.floor(lower / step) * step,
            upper: Math.ceil(upper / step) * step,
          })),
  };
}
