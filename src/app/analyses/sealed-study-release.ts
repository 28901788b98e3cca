import type { LostUnits } from '../../core/effects/lose-units.ts';
import type { Warning } from '../../core/errors.ts';
import type { VerdictMeasure } from '../../core/study/verdict-rules.ts';
import { minimumGroup } from '../minimum-group.ts';
import type { AttritionStep } from '../results.ts';
import { withoutLevel } from '../without-level.ts';
import { hideLevels } from './further-release.ts';
import {
  gateCautions,
  gateDesign,
  gateEstimate,
  gateShare,
  gateStudyAttrition,
  hiddenGroup,
  type MatchingStudyBody,
  type ShownGroups,
} from './matching-study-body.ts';
import type { SealedStudyBody, ShownReason } from './sealed-study.ts';

const few = (n: number): boolean => n > 0 && n < minimumGroup;

/** What anybody but the operator sees of a sealed study on people. */
export function gateSealedStudy(body: SealedStudyBody): SealedStudyBody {
  const study = gateStudyOf(body);
  if (study.groups.treated.matched === null) {
    return {
      ...body,
      study,
      lost: null,
      remaining: { treated: hiddenGroup, control: hiddenGroup },
      verdict: { ...body.verdict, reasons: body.verdict.reasons.map(hideReason) },
    };
  }
  const hidesLoss = losesFew(body);
  return {
    ...body,
    study,
    lost: hidesLoss ? null : body.lost,
    remaining: hidesLoss ? { treated: hiddenGroup, control: hiddenGroup } : body.remaining,
    verdict: {
      ...body.verdict,
      reasons: body.verdict.reasons.map((reason) => gateReason(reason, body, study, hidesLoss)),
    },
  };
}

/** Cautions as of a study in one go. */
export const gateSealedWarnings = (warnings: readonly Warning[], body: SealedStudyBody): readonly Warning[] =>
  gateCautions(warnings, body.study, gateStudyOf(body));

function gateStudyOf(body: SealedStudyBody): MatchingStudyBody {
  const { study, remaining } = body;
  const design = gateDesign(study);
  const estimate = gateEstimate(study, remaining, design.balance);
  const { further } = estimate.shown;
  return {
    ...study,
    ...design,
    ...estimate.shown,
    // Levels together make those that remain, beside the groups that were matched.
    further: losesFew(body) ? { ...further, byLevel: hideLevels(further.byLevel) } : further,
    withheld: design.withheld ?? (estimate.isHidden ? 'small-group' : null),
    units: null,
  };
}

/** The groups tell who was matched: then the last step tells how few were lost. */
export function gateSealedAttrition(
  attrition: readonly AttritionStep[],
  body: SealedStudyBody,
): readonly AttritionStep[] {
  const steps = gateStudyAttrition(attrition, body.study);
  const isHidden = gateStudyOf(body).groups.treated.matched === null || losesFew(body);
  return isHidden ? steps.map((step) => (step.step === 'lost-to-follow-up' ? { ...step, units: null } : step)) : steps;
}

/** Between design and estimate, or between everybody and the sample, are a few people. */
function losesFew({ lost, remaining, study }: SealedStudyBody): boolean {
  const isFewIn = (group: keyof ShownGroups, { unknown, alone }: LostUnits): boolean => {
    const { all, matched, discarded } = remaining[group];
    const before = study.groups[group].all!;
    return [unknown, alone, unknown + alone, before - all!, all! - matched!, discarded!].some(few);
  };
  return isFewIn('treated', lost!.treated) || isFewIn('control', lost!.control);
}

/** The level stays: it says on which side of a published limit the study lies. */
const hideReason = (reason: ShownReason): ShownReason => ({
  ...reason,
  value: null,
  subject: null,
  withheld: reason.withheld || reason.value !== null,
});

function gateReason(
  reason: ShownReason,
  body: SealedStudyBody,
  shown: MatchingStudyBody,
  hidesLoss: boolean,
): ShownReason {
  const value = reason.value === null ? null : visible[reason.measure]({ reason, body, shown, hidesLoss });
  if (value === null) return hideReason(reason);
  return { ...reason, value, subject: reason.subject === null ? null : withoutLevel(reason.subject) };
}

interface Question {
  readonly reason: ShownReason;
  readonly body: SealedStudyBody;
  readonly shown: MatchingStudyBody;
  readonly hidesLoss: boolean;
}
type Visible = (question: Question) => number | null;

const always: Visible = ({ reason }) => reason.value;
const when =
  (holds: (question: Question) => boolean): Visible =>
  (question) =>
    holds(question) ? question.reason.value : null;
const ofLoss = when(({ hidesLoss }) => !hidesLoss);
const ofBalance = when(
  ({ hidesLoss, reason, shown }) =>
    !hidesLoss && shown.balance.some(({ variable, withheld }) => variable === reason.subject && !withheld),
);
const ofOutcome = when(({ shown }) => shown.effects.matched !== null);
const ofPlacebo = when(
  ({ shown }) => shown.effects.matched !== null && shown.further.effects.every(({ withheld }) => !withheld),
);

/** A number of the verdict is shown where the study shows what it is made of. */
const visible: Readonly<Record<VerdictMeasure, Visible>> = {
  'concurrent-controls': when(
    ({ reason, body, hidesLoss }) => !hidesLoss && !few(body.remaining.control.matched! - reason.value!),
  ),
  'other-season': always,
  'left-out': when(({ shown }) => shown.groups.treated.all !== null),
  'outside-range': ({ shown }) => shown.overlap?.focalOutside ?? null,
  'overlap-coefficient': ({ shown }) => shown.overlap?.coefficient ?? null,
  equipoise: ({ shown }) => shown.equipoise,
  'largest-difference': ofBalance,
  'any-difference': ofBalance,
  'variance-ratio': ofBalance,
  'effective-units': ofLoss,
  'effective-share': ofLoss,
  'clusters-per-arm': always,
  attrition: ofLoss,
  'attrition-difference': ofLoss,
  'baseline-outcome': when(
    ({ hidesLoss, body }) =>
      !hidesLoss && !Object.values(body.study.further.supportBefore ?? { none: 1 }).some((n) => n < minimumGroup),
  ),
  placebo: ofPlacebo,
  'placebo-reach': ofPlacebo,
  'standard-error-inflation': ofOutcome,
  'exposed-controls': ({ reason, body, hidesLoss }) =>
    hidesLoss ? null : gateShare(reason.value, body.remaining.control.matched!),
  spillover: ofOutcome,
  'spillover-reach': ofOutcome,
  'other-outcomes': always,
  'read-before-seal': always,
  'adjusted-p-value': when(({ shown }) => shown.further.ownAdjustedPValue !== null),
  'detectable-effect': when(({ shown }) => shown.effects.unmatched !== null),
  'hidden-cause': when(({ shown }) => (shown.further.sensitivity.robustness?.benchmark ?? null) !== null),
  'e-value': ofOutcome,
};
