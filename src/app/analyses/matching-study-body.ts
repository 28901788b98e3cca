import { withholdSmallGroups } from '../../core/disclosure/withhold-small-groups.ts';
import type { StudyDesignOutput } from '../../core/effects/design-study.ts';
import type { EffectEstimate } from '../../core/effects/estimate-effect.ts';
import type { StudyEstimate } from '../../core/effects/estimate-study.ts';
import type { StudyBalanceRow } from '../../core/effects/study-balance.ts';
import type { Warning } from '../../core/errors.ts';
import type { Estimand } from '../../core/matching/estimand.ts';
import { minimumGroup } from '../minimum-group.ts';
import type { AttritionStep } from '../results.ts';
import { withoutLevel } from '../without-level.ts';
import { gateFurther, hideFurther, hidesOutcome, type ShownFurther, withoutLevels } from './further-release.ts';

export interface ShownBalance {
  readonly variable: string;
  readonly before: ShownBalanceSide;
  readonly after: ShownBalanceSide;
  readonly term: number;
  readonly kind: StudyBalanceRow['kind'];
  readonly counts: StudyBalanceRow['counts'];
  readonly support: StudyBalanceRow['support'] | null;
  readonly withheld: boolean;
}

export interface ShownBalanceSide {
  readonly meanTreated: number | null;
  readonly meanControl: number | null;
  readonly standardizedMeanDifference: number | null;
  readonly varianceRatio: number | null;
  readonly ecdfMean: number | null;
  readonly ecdfMax: number | null;
  readonly overlapCoefficient: number | null;
  readonly standardizedPairDistance: number | null;
}

type Range = { readonly minimum: number; readonly maximum: number } | null;

export interface ShownOverlap {
  readonly treated: Range;
  readonly control: Range;
  readonly focalOutside: number | null;
  readonly coefficient: number;
  readonly bins: readonly ShownBin[];
}

export interface ShownBin {
  readonly from: number;
  readonly to: number;
  readonly treated: number | null;
  readonly control: number | null;
}

export interface ShownGroup {
  readonly all: number | null;
  readonly discarded: number | null;
  readonly matched: number | null;
  readonly effective: number | null;
  readonly effectiveAll: number | null;
}

/** What a design shows, before any outcome was read. */
export interface ShownDesign
  extends Pick<StudyDesignOutput, 'caliperWidths' | 'denominator' | 'equipoise' | 'inference' | 'entries'> {
  readonly treatment: { readonly name: string; readonly title: string | null };
  readonly outcome: {
    readonly name: string;
    readonly title: string | null;
    readonly unit: string | null;
    readonly direction: string;
  };
  readonly estimand: Estimand;
  /** true where the units are people's: small groups are then withheld from everybody but the operator */
  readonly protected: boolean;
  /** why nothing, or no effect, is shown */
  readonly withheld: 'small-group' | 'verdict' | null;
  readonly groups: ShownGroups;
  readonly missing: readonly { readonly variable: string; readonly units: number | null }[];
  readonly overlap: ShownOverlap | null;
  readonly weightBins: readonly ShownBin[] | null;
  readonly balance: readonly ShownBalance[];
}

export interface ShownGroups {
  readonly treated: ShownGroup;
  readonly control: ShownGroup;
}

/** What an estimate shows. */
export interface ShownEstimate extends Pick<StudyEstimate, 'outcomeSupport' | 'permutation' | 'ties'> {
  readonly effects: {
    readonly unmatched: EffectEstimate | null;
    readonly matched: EffectEstimate | null;
    readonly adjusted: EffectEstimate | null;
  };
  readonly further: ShownFurther;
}

export interface MatchingStudyBody extends ShownDesign, ShownEstimate {
  /** only with `includeUnits` */
  readonly units: readonly StudyUnitRow[] | null;
}

/** One unit of the study; `partners` are the unit ids it was matched with. */
export interface StudyUnitRow {
  readonly unit: string;
  /** the wave at which it is compared, of a study in risk sets */
  readonly wave: string | null;
  readonly treated: boolean;
  readonly score: number | null;
  readonly weight: number;
  readonly stratum: number | null;
  readonly partners: readonly string[];
}

const few = (n: number | null): boolean => n !== null && n > 0 && n < minimumGroup;

/** What anybody but the operator sees of a study on people; the rules stand in docs/decisions/0006-release-gate.md. */
export function gateStudy(body: MatchingStudyBody): MatchingStudyBody {
  const design = gateDesign(body);
  const estimate = gateEstimate(body, body.groups, design.balance);
  const withheld = estimate.isHidden ? 'small-group' : body.withheld;
  return { ...body, ...design, ...estimate.shown, withheld, units: null };
}

/** What anybody but the operator sees of a design. */
export function gateDesign<D extends ShownDesign>(body: D): D {
  const { groups } = body;
  const missing = body.missing.map((m) => ({ ...m, units: few(m.units) ? null : m.units }));
  if (isTooSmall(groups)) {
    return {
      ...body,
      withheld: 'small-group',
      groups: { treated: hiddenGroup, control: hiddenGroup },
      missing,
      caliperWidths: {},
      overlap: null,
      equipoise: null,
      weightBins: null,
      balance: body.balance.map(hideRow),
      entries: null,
    };
  }
  const leavesFew = hidesBefore(body, groups);
  const balance = gateBalance(body);
  return {
    ...body,
    groups: leavesFew ? { treated: withoutAll(groups.treated), control: withoutAll(groups.control) } : groups,
    missing,
    caliperWidths: distanceOnly(body.caliperWidths),
    overlap: body.overlap && !leavesFew ? gateOverlap(body.overlap, body) : null,
    equipoise: leavesFew ? null : gateShare(body.equipoise, groups.treated.all! + groups.control.all!),
    weightBins: body.weightBins && gateBins(body.weightBins),
    balance: leavesFew ? balance.map(hideBefore) : balance,
    entries: gateEntries(body),
  };
}

/**
 * What anybody but the operator sees of an estimate.
 *
 * @param body    estimate and design; a design in risk sets has entries
 * @param groups  the units that the estimate is of: those of the design, less who was lost
 * @param balance of the design, as it is shown
 */
export function gateEstimate(
  body: MatchingStudyBody,
  groups: ShownGroups,
  balance: readonly ShownBalance[],
): { readonly shown: ShownEstimate; readonly isHidden: boolean } {
  const { effects } = body;
  const isSmall = isTooSmall(groups) || isTooSmall(body.groups);
  if (isSmall || effects.matched === null) return { shown: hideEstimate(body.further), isHidden: isSmall };
  const leavesFew = hidesBefore(body, groups);
  const isRare = few(body.outcomeSupport.after) || hidesOutcome(body.further).matched;
  const hiddenTerms = new Set(balance.filter((row) => row.withheld).map((row) => row.term));
  return {
    isHidden: isRare,
    shown: {
      effects: gateEffects(body, leavesFew),
      outcomeSupport: hiddenSupport,
      permutation: isRare ? null : body.permutation,
      ties: isRare ? null : roundTies(body.ties, effects.matched),
      further: gateFurther(
        body.further,
        effects.matched.standardError,
        (term) => hiddenTerms.has(term),
        leavesFew,
        isRare,
      ),
    },
  };
}

/** Nothing that was made of the outcome. */
const hideEstimate = (further: ShownFurther): ShownEstimate => ({
  effects: { unmatched: null, matched: null, adjusted: null },
  outcomeSupport: hiddenSupport,
  permutation: null,
  ties: null,
  further: hideFurther(further),
});

export const hiddenGroup: ShownGroup = {
  ...{ all: null, discarded: null, matched: null, effective: null, effectiveAll: null },
};

/** Fewer units than the minimum, or weights that make of many units the means of fewer. */
const isTooSmall = (groups: ShownGroups): boolean =>
  [groups.treated, groups.control].some(
    (g) => Math.min(g.all!, g.matched!, g.effective!, g.effectiveAll!) < minimumGroup,
  );

const hiddenSupport = { before: null, after: null };

/** An effect on an outcome of few is a count of them, with its standard error beside it. */
function gateEffects(
  { effects, outcomeSupport, further }: MatchingStudyBody,
  leavesFew: boolean,
): MatchingStudyBody['effects'] {
  const hides = hidesOutcome(further);
  if (few(outcomeSupport.after) || hides.matched) return { unmatched: null, matched: null, adjusted: null };
  const { unmatched, matched, adjusted } = effects;
  return {
    unmatched: leavesFew || few(outcomeSupport.before) || hides.unmatched ? null : unmatched,
    matched,
    adjusted: withoutLevels(adjusted),
  };
}

/** Of pairs, half of the matched are treated. */
export const gateStudyAttrition = (
  attrition: readonly AttritionStep[],
  { groups }: Pick<ShownDesign, 'groups'>,
): readonly AttritionStep[] =>
  isTooSmall(groups) ? attrition.map((step) => (step.step === 'matched' ? { ...step, units: null } : step)) : attrition;

/** Everybody and the matched differ by a few people: two means of these two groups would give them away. */
const leavesFewOut = (groups: ShownGroups): boolean =>
  [groups.treated, groups.control].some((g) => few(g.all! - g.matched!) || few(g.discarded));

/**
 * In risk sets units stand in the groups before the matching once for every wave, and with sampling weights a few of those left
 * out may outweigh the others: nothing of the groups before is judged by units then.
 */
const hidesBefore = ({ entries }: Pick<ShownDesign, 'entries'>, groups: ShownGroups): boolean =>
  leavesFewOut(groups) || entries !== null || isSampled(groups);

const isSampled = (groups: ShownGroups): boolean =>
  [groups.treated, groups.control].some((g) => g.effectiveAll! < (1 - 1e-9) * g.all!);

/** By wave only where every wave has enough who enter, who are matched and, if any, who are not. */
function gateEntries({ entries, groups }: ShownDesign): ShownDesign['entries'] {
  const isFew = entries?.some((e) => few(e.treated) || few(e.matched) || few(e.treated - e.matched)) ?? false;
  return isFew || leavesFewOut(groups) ? null : entries;
}

const withoutAll = (group: ShownGroup): ShownGroup => ({ ...group, all: null, discarded: null, effectiveAll: null });

/** The width on a covariate holds its standard deviation, which for a rare one is a count; that of the score mixes them. */
function distanceOnly(widths: ShownDesign['caliperWidths']): ShownDesign['caliperWidths'] {
  return Object.fromEntries(Object.entries(widths).filter(([on]) => on === 'distance'));
}

/** Two tied partners more or less make a range that is the difference between two people; a coarse range is not. */
function roundTies(ties: MatchingStudyBody['ties'], { standardError }: EffectEstimate): MatchingStudyBody['ties'] {
  if (ties === null) return null;
  const step = standardError / 4;
  return {
    ...ties,
    minimum: Math.floor(ties.minimum / step) * step,
    maximum: Math.ceil(ties.maximum / step) * step,
  };
}

export const gateStudyWarnings = (warnings: readonly Warning[], body: MatchingStudyBody): readonly Warning[] =>
  gateCautions(warnings, body, gateStudy(body));

/**
 * Cautions repeat numbers of the body; what the body withholds they do not tell.
 *
 * @param released what is shown of the design, and of the estimate where there is one
 */
export function gateCautions(
  warnings: readonly Warning[],
  body: ShownDesign,
  released: ShownDesign & Partial<ShownEstimate>,
): readonly Warning[] {
  const holdsNumber = ({ parameters }: Warning) => Object.values(parameters).some((v) => typeof v === 'number');
  if (isTooSmall(body.groups)) return warnings.filter((warning) => !holdsNumber(warning));
  return warnings.flatMap((warning): readonly Warning[] => {
    switch (warning.code) {
      case 'units-without-partner':
      case 'units-trimmed':
      case 'units-not-selected':
        return leavesFewOut(body.groups) ? [{ code: 'few-left-out', parameters: {} }] : [warning];
      case 'weak-overlap':
        return (released.overlap?.focalOutside ?? null) === null
          ? [{ code: 'weak-overlap-withheld', parameters: {} }]
          : [{ ...warning, parameters: { ...warning.parameters, coefficient: released.overlap!.coefficient } }];
      case 'imbalance-after-matching': {
        const off = released.balance.filter(
          ({ variable, after }) =>
            (warning.parameters.variables as readonly string[]).includes(variable) &&
            after.standardizedMeanDifference !== null,
        );
        if (off.length === 0) return [];
        const largest = Math.max(...off.map(({ after }) => Math.abs(after.standardizedMeanDifference!)));
        return [{ ...warning, parameters: { variables: off.map((row) => row.variable), largest } }];
      }
      case 'ties-matter':
        return released.ties ? [{ ...warning, parameters: { ...released.ties } }] : [];
      case 'negative-control-fails': {
        const { variable, period } = warning.parameters;
        const isShown = released.further?.effects.some(
          (effect) => effect.variable === variable && effect.period === period && !effect.withheld,
        );
        return isShown ? [warning] : [];
      }
      default:
        return [warning];
    }
  });
}

function gateOverlap(overlap: ShownOverlap, { groups, estimand }: ShownDesign): ShownOverlap {
  const step = minimumGroup / Math.min(groups.treated.all!, groups.control.all!);
  const focal = (estimand === 'ATC' ? groups.control : groups.treated).all!;
  return {
    ...overlap,
    // The lowest and the highest score are somebody's; the edges of the bins are round numbers.
    treated: null,
    control: null,
    focalOutside: gateShare(overlap.focalOutside, focal),
    // In steps of ten units of the smaller group: with a score of few values the exact share counts who has one of them.
    coefficient: Math.min(1, Math.round(overlap.coefficient / step) * step),
    bins: gateBins(overlap.bins),
  };
}

/** A share that is a count of few, or all but few, is withheld. */
export function gateShare(share: number | null, of: number): number | null {
  if (share === null) return null;
  const count = Math.round(share * of);
  return few(count) || few(of - count) ? null : share;
}

/** Bins of few, and what would give them away. */
function gateBins(bins: readonly ShownBin[]): readonly ShownBin[] {
  const gate = (counts: readonly (number | null)[]): readonly (number | null)[] => {
    const { groups: reasons } = withholdSmallGroups(
      counts.map((n) => n ?? 0),
      minimumGroup,
    );
    return counts.map((n, b) => (reasons[b] === null ? n : null));
  };
  const treated = gate(bins.map((bin) => bin.treated));
  const control = gate(bins.map((bin) => bin.control));
  return bins.map((bin, b) => ({ ...bin, treated: treated[b]!, control: control[b]! }));
}

const sides = (['before', 'after'] as const).flatMap((side) =>
  (['treated', 'control'] as const).map((group) => ({ side, group })),
);

/**
 * Means of a column are counts or sums in disguise: a row in which fewer than the minimum can be told apart, in any group or
 * sample, is withheld. With a level goes whatever other level would give it away; with a row of a product all of its rows.
 */
function gateBalance({ balance }: ShownDesign): readonly ShownBalance[] {
  const hidden = new Set<ShownBalance>();
  for (const rows of Map.groupBy(balance, (row) => row.term).values()) {
    const small = rows.filter((row) => sides.some(({ side, group }) => few(row.support![side][group])));
    if (rows[0]!.kind !== 'levels') {
      if (small.length > 0) for (const row of rows) hidden.add(row);
      continue;
    }
    for (const row of small) hidden.add(row);
    for (const { side, group } of sides) {
      const counts = rows.map((row) => row.counts![side][group]);
      const verdict = withholdSmallGroups(counts, minimumGroup);
      rows.forEach((row, r) => {
        if (verdict.groups[r] !== null) hidden.add(row);
      });
    }
  }
  return balance.map((row) => (hidden.has(row) ? hideRow(row) : { ...row, support: null }));
}

const hiddenSide: ShownBalanceSide = {
  meanTreated: null,
  meanControl: null,
  standardizedMeanDifference: null,
  varianceRatio: null,
  ecdfMean: null,
  ecdfMax: null,
  overlapCoefficient: null,
  standardizedPairDistance: null,
};

/** The name of a level that few hold says where they are. */
function hideRow({ variable, term, kind }: ShownBalance): ShownBalance {
  return {
    variable: withoutLevel(variable),
    term,
    kind,
    before: hiddenSide,
    after: hiddenSide,
    counts: null,
    support: null,
    withheld: true,
  };
}

const hideBefore = (row: ShownBalance): ShownBalance => ({ ...row, before: hiddenSide, counts: null, support: null });
