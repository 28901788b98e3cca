import { AppError } from '../app/errors.ts';
import type { Average, EventTimeAverage } from '../core/panel-models/aggregate-effects.ts';
import type { BasePeriod, ControlGroup } from '../core/panel-models/cohorts.ts';
import { estimateGroupTimeEffects } from '../core/panel-models/group-time-effects.ts';
import type { TwoByTwoEstimator } from '../core/panel-models/two-by-two.ts';
import { designColumns } from '../core/propensity/design-matrix.ts';
import type { CaseContext } from './case.ts';
import { panelCodes } from './panel-codes.ts';
import { frameFor, type TermWords, toTerms } from './words.ts';

interface DifferenceWords {
  readonly outcome: string;
  readonly time: string;
  readonly unit: string;
  readonly cohort: string;
  readonly neverTreated: number;
  readonly covariates: readonly TermWords[];
  readonly controlGroup: ControlGroup;
  readonly estimator: TwoByTwoEstimator;
  readonly basePeriod: BasePeriod;
  readonly anticipation: number;
  readonly repeatedCrossSections: boolean;
}

/** panel.did */
export function differenceInDifferences(words: DifferenceWords, { table, kernels }: CaseContext): unknown {
  if (words.repeatedCrossSections) {
    throw new AppError('not-implemented', 'Difference in differences on repeated cross-sections is not built yet.');
  }
  const period = panelCodes(table, words.time);
  const effects = estimateGroupTimeEffects(
    {
      unit: panelCodes(table, words.unit).codes,
      period: period.codes,
      times: Float64Array.from(period.labels, Number),
      outcome: table.numbers(words.outcome),
      covariates: designColumns(frameFor(table, words.covariates), toTerms(words.covariates)),
      firstTreated: table.numbers(words.cohort),
      neverTreated: words.neverTreated,
      controlGroup: words.controlGroup,
      estimator: words.estimator,
      basePeriod: words.basePeriod,
      anticipation: words.anticipation,
      cluster: null,
      confidence: 0.95,
      seed: 1,
    },
    kernels,
  );
  const { dynamic, group, calendar } = effects;
  return {
    groupTime: Object.fromEntries(
      effects.cells
        .filter((cell) => cell.estimate !== null)
        .map(({ cohort, time, estimate, standardError }) => [`${cohort},${time}`, { estimate, standardError }]),
    ),
    n: effects.units,
    simple: asWords(effects.simple),
    dynamic: {
      overall: asWords(dynamic.overall),
      byEventTime: keyed(dynamic.byEventTime, (average: EventTimeAverage) => average.eventTime),
    },
    group: { overall: asWords(group.overall), byCohort: keyed(group.byCohort, (average) => average.cohort) },
    calendar: { overall: asWords(calendar.overall), byTime: keyed(calendar.byTime, (average) => average.time) },
    preTest: effects.preTest,
  };
}

const asWords = (average: Average | null) =>
  average === null ? null : { estimate: average.estimate, standardError: average.standardError };

function keyed<A extends Average>(averages: readonly A[], key: (average: A) => number): object {
  return Object.fromEntries(averages.map((average) => [String(key(average)), asWords(average)]));
}
