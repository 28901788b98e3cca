import type { AnalysisKind } from './analyses.ts';
import { minimumGroup } from './minimum-group.ts';

/**
 * What an adult may consent to. `collective`: answers for the own collective. `research`: what is compared and explained beyond it,
 * and models trained on it.
 */
export type Purpose = 'collective' | 'research';

/** A household of which an adult's latest event for the purpose is a withdrawal. */
export interface Withdrawal {
  readonly household: string;
  readonly purpose: Purpose;
}

export interface PurposeRule {
  /** the analyses that serve it */
  readonly kinds: readonly AnalysisKind[];
  /** Of the withdrawals in one revision, the households to leave out of every answer for this purpose. */
  leftOut(withdrawals: readonly Withdrawal[]): ReadonlySet<string>;
}

export type PurposeRules = Readonly<Record<Purpose, PurposeRule>>;

/** Which purpose each analysis serves: the one place. The description, totals and list of panels serve the collective. */
export const purposeOf = {
  insights: 'collective',
  recommendation: 'collective',
  'next-experiments': 'collective',
  'policy-value': 'research',
  qca: 'research',
  'matching-study': 'research',
  'study-design': 'research',
  study: 'research',
  multiverse: 'research',
  replay: 'research',
  'panel-model': 'research',
  training: 'research',
  evaluation: 'research',
} as const satisfies Record<AnalysisKind, Purpose>;

/**
 * Those who withdrew for the purpose; and everybody who withdrew for any, while fewer than the minimum group withdrew for one purpose
 * and not for the other. Else the same figure for both purposes would differ by the values of a few households.
 */
function leftOut(purpose: Purpose, withdrawals: readonly Withdrawal[]): ReadonlySet<string> {
  const households = (p: Purpose) => new Set(withdrawals.filter((w) => w.purpose === p).map((w) => w.household));
  const of = { collective: households('collective'), research: households('research') };
  const isFew = (one: ReadonlySet<string>, other: ReadonlySet<string>) => {
    const apart = [...one].filter((household) => !other.has(household)).length;
    return apart > 0 && apart < minimumGroup;
  };
  const isJoined = isFew(of.collective, of.research) || isFew(of.research, of.collective);
  return isJoined ? new Set([...of.collective, ...of.research]) : of[purpose];
}

const rule = (purpose: Purpose): PurposeRule => ({
  kinds: (Object.keys(purposeOf) as AnalysisKind[]).filter((kind) => purposeOf[kind] === purpose),
  leftOut: (withdrawals) => leftOut(purpose, withdrawals),
});

export const purposes: PurposeRules = { collective: rule('collective'), research: rule('research') };
