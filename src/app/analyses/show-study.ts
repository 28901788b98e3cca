import type { StudyDesignOutput } from '../../core/effects/design-study.ts';
import type { StudyEstimate } from '../../core/effects/estimate-study.ts';
import type { StudyBalanceRow } from '../../core/effects/study-balance.ts';
import type { StudySensitivity } from '../../core/effects/study-sensitivity.ts';
import { isAboutPeople } from '../about-people.ts';
import type { PanelDescription } from '../panels.ts';
import { showFurther } from './further-release.ts';
import type { ShownBalanceSide, ShownDesign, ShownEstimate } from './matching-study-body.ts';
import type { MatchingStudySettings } from './study-settings.ts';
import type { StudyUnits } from './study-units.ts';

/**
 * A design as a body shows it.
 *
 * @param order place in the question of each term; squares and products come after them
 */
export function showDesign(
  output: StudyDesignOutput,
  settings: Pick<MatchingStudySettings, 'treatment' | 'outcome' | 'estimand'>,
  { description, unitKind }: PanelDescription,
  missing: StudyUnits['missing'],
  order: readonly number[],
): ShownDesign {
  const named = (name: string) => description.find((v) => v.name === name)!;
  const { name, title, unit, direction } = named(settings.outcome);
  const { groups, caliperWidths, denominator, overlap, equipoise, weightBins, inference, entries } = output;
  const balance = output.balance.map(({ before, after, term, ...row }) => ({
    ...row,
    term: placeOf(term, order),
    before: toSide(before),
    after: toSide(after),
    withheld: false,
  }));
  return {
    treatment: { name: settings.treatment, title: named(settings.treatment).title },
    outcome: { name, title, unit, direction },
    estimand: settings.estimand,
    protected: isAboutPeople(unitKind),
    withheld: null,
    groups,
    missing,
    caliperWidths,
    denominator,
    overlap,
    equipoise,
    weightBins,
    balance: balance.sort((a, b) => a.term - b.term),
    inference,
    entries,
  };
}

/** An estimate as a body shows it; order as above. */
export function showEstimate(
  output: StudyEstimate | Omit<StudyEstimate, 'lost'>,
  order: readonly number[],
): ShownEstimate & Pick<ShownDesign, 'inference'> {
  const { effects, outcomeSupport, inference, permutation, ties, further } = output;
  const inPlace = <T extends StudySensitivity | null>(sensitivity: T): T => {
    const benchmark = sensitivity?.robustness?.benchmark;
    if (!benchmark) return sensitivity;
    const robustness = { ...sensitivity.robustness, benchmark: { ...benchmark, term: placeOf(benchmark.term, order) } };
    return { ...sensitivity, robustness };
  };
  const ordered = {
    ...further,
    effects: further.effects.map((effect) => ({ ...effect, sensitivity: inPlace(effect.sensitivity) })),
    sensitivity: inPlace(further.sensitivity),
  };
  return { effects, outcomeSupport, inference, permutation, ties, further: showFurther(ordered) };
}

const placeOf = (term: number, order: readonly number[]): number => order[term] ?? term;

function toSide(row: StudyBalanceRow['before']): ShownBalanceSide {
  const { variable: _, isBinary: __, ...side } = row;
  return side;
}
