import type { FurtherQuestions, OutcomeBefore } from '../../core/effects/answer-further.ts';
import { CoreError } from '../../core/errors.ts';
import { asCoded } from '../../core/panel/as-coded.ts';
import type { PanelColumns } from '../../core/panel/columns.ts';
import { entry, treatmentEntry } from '../../core/panel/treatment-entry.ts';
import { valuesInPeriod, wavesOfPeriod } from '../../core/panel/unit-periods.ts';
import { AppError } from '../errors.ts';
import { furtherQuestions, noFurtherSettings } from './further-questions.ts';
import type { EligibilityRule } from './study-protocol.ts';
import {
  baselineValues,
  clusterAt,
  frameOf,
  isObserved,
  missingFurther,
  numeric,
  outcomeOf,
  refuseEmpty,
  type StudyPeriods,
  type StudyUnits,
  type StudyUnitsRequest,
  stayUntreated,
  studyPeriods,
  treatmentColumn,
  type UnitFlow,
  unitFlow,
} from './study-units.ts';

export interface DesignUnitsRequest extends StudyUnitsRequest {
  readonly eligibility: readonly EligibilityRule[];
  /** the period in which the treated adopted; null: after the baseline, up to the first wave of the follow-up */
  readonly adoptedIn: string | null;
}

/** The units of a design: complete in all that is known before the treatment, whatever becomes of them. */
export interface DesignUnits extends Pick<StudyUnits, 'frame' | 'treated' | 'cluster' | 'attrition' | 'missing'> {
  readonly unitIds: readonly string[];
  /** the outcome's variable before the treatment */
  readonly before: OutcomeBefore | null;
  /** number of each among the units of the panel */
  readonly places: readonly number[];
}

/**
 * Chooses the units of a design. Nothing after the baseline is read but the treatment.
 *
 * @param history rows up to the end of the baseline
 * @param entries the treatment, in all waves
 * @throws as `studyUnits`
 */
export function designUnits(history: PanelColumns, entries: PanelColumns, request: DesignUnitsRequest): DesignUnits {
  const span = studyPeriods(history.waves, request);
  const flow = enterDesign(entries, request, span);
  for (const rule of request.eligibility) flow.keep('eligible', meets(history, rule, span));
  const values = baselineValues(history, request, span.baseline);
  // What comes after the baseline is asked when the design is sealed. In a cross-section nothing is before the treatment.
  const known = furtherQuestions(history, { ...request, ...noFurtherSettings, preperiod: request.preperiod }, span);
  const isChange = request.outcomeIs === 'change' && !span.isCrossSection;
  const own = isChange
    ? numeric(
        valuesInPeriod(history, history.columns[request.outcome]!, span.baseline, request.minimumShare),
        request.outcome,
      )
    : null;
  const hasBefore = (u: number): boolean => own === null || isObserved(own, u);
  const missing = [
    ...flow.missingIn(values),
    { variable: request.outcome, units: flow.lacking(hasBefore) },
    ...missingFurther(flow, known),
  ];
  flow.keep('covariates-complete', (u) => [...values.values()].every((c) => isObserved(c, u)));
  if (isChange) flow.keep('outcome-known-at-baseline', hasBefore);
  if (known.outcomes.length > 0) {
    flow.keep('outcome-known-before', (u) => known.outcomes.every(({ isKnown }) => isKnown[u] === 1));
  }
  const { left, codes } = flow;
  refuseEmpty(left, codes, missing, request.treatment);
  return {
    frame: frameOf(values, left),
    treated: Uint8Array.from(left, (u) => codes[u]!),
    cluster: clusterAt(history, request.cluster, span.baseline, left),
    before: known.ofUnits(left).before,
    unitIds: left.map((u) => history.unitIds[u]!),
    places: left,
    attrition: flow.attrition,
    missing: missing.filter((m) => m.units > 0),
  };
}

/** Who enters by treatment: as in a study in one go, or by the period of adoption. */
function enterDesign(entries: PanelColumns, request: DesignUnitsRequest, span: StudyPeriods): UnitFlow {
  const treatment = treatmentColumn(entries, request);
  const { adoptedIn } = request;
  const [before, after] = adoptedIn === null ? [span.baseline, span.followUp] : adoption(entries, adoptedIn, span);
  const flow = unitFlow(entries.unitIds.length, treatmentEntry(entries, treatment, before, after));
  const { codes } = flow;
  flow.keep('treatment-known', (u) => codes[u] !== entry.unknown);
  if (span.isCrossSection) return flow;
  const [earlier, later] =
    adoptedIn === null
      ? ['not-treated-at-baseline', 'treated-before-follow-up']
      : ['not-adopted-earlier', 'not-adopted-later'];
  flow.keep(earlier!, (u) => codes[u] !== entry.before);
  flow.keep(later!, (u) => codes[u] !== entry.during);
  stayUntreated(flow, entries, treatment, request, span);
  return flow;
}

/** The waves before the adoption, and those from its last wave to the end of the follow-up. */
function adoption(
  { waves }: PanelColumns,
  adoptedIn: string,
  { baseline, followUp, isCrossSection }: StudyPeriods,
): readonly [readonly number[], readonly number[]] {
  const within = isCrossSection ? [] : wavesOfPeriod(waves, adoptedIn);
  const [first, last] = [within[0] ?? -1, within.at(-1) ?? -1];
  if (first <= baseline.at(-1)! || last > followUp[0]!) {
    throw new AppError(
      'invalid-request',
      `The treatment is adopted in "${adoptedIn}"; expected a period after the baseline that ends before the follow-up does more than begin. Choose another \`baseline\`, \`in\` or \`followUp\`.`,
      { in: adoptedIn },
    );
  }
  const to = followUp.at(-1)!;
  return [Array.from({ length: first }, (_, w) => w), Array.from({ length: to - last + 1 }, (_, w) => last + w)];
}

/** @throws invalid-request for a period after the baseline, or a condition that does not fit the variable */
function meets(history: PanelColumns, rule: EligibilityRule, span: StudyPeriods): (unit: number) => boolean {
  const { variable, at, is, from, to } = rule;
  const waves = at === 'baseline' ? span.baseline : wavesOfPeriod(history.waves, at);
  if (waves.at(-1)! > span.baseline.at(-1)!) {
    throw new AppError(
      'invalid-request',
      `Eligibility by "${variable}" at "${at}" would look past the baseline. Take the baseline or an earlier period.`,
      { variable, at },
    );
  }
  const column = history.columns[variable]!;
  if (is !== null) {
    const { codes, levels, status } = valuesInPeriod(history, asCoded(column, variable), waves, 0) as ReturnType<
      typeof asCoded
    >;
    const strange = is.find((level) => !levels.includes(level));
    if (strange !== undefined) {
      throw new CoreError(
        'invalid-argument',
        `"${variable}" has no value "${strange}"; it has ${levels.slice(0, 5).join(', ')}${levels.length > 5 ? ', …' : ''}.`,
        { variable, received: strange },
      );
    }
    return (u) => status[u] === 0 && is.includes(levels[codes[u]!]!);
  }
  if (column.type !== 'number') {
    throw new AppError(
      'invalid-request',
      `Eligibility by "${variable}" asks for a range, and its values are texts. Name them with \`is\`.`,
      { variable },
    );
  }
  const { values, status } = valuesInPeriod(history, column, waves, 0) as typeof column;
  return (u) =>
    status[u] === 0 &&
    values[u]! >= (from ?? Number.NEGATIVE_INFINITY) &&
    values[u]! <= (to ?? Number.POSITIVE_INFINITY);
}

/** The outcome and the further questions of the units of a design, and of whom all of it is known. */
export function outcomesOfUnits(
  panel: PanelColumns,
  request: StudyUnitsRequest,
  places: readonly number[],
): { readonly outcome: Float64Array; readonly isOutcomeKnown: Uint8Array; readonly further: FurtherQuestions } {
  const span = studyPeriods(panel.waves, request);
  const own = outcomeOf(panel, request, span);
  const further = furtherQuestions(panel, request, span);
  return {
    outcome: Float64Array.from(places, (u) => (own.isKnown[u] === 1 ? own.values[u]! : 0)),
    isOutcomeKnown: Uint8Array.from(places, (u) =>
      own.isKnown[u] === 1 && further.outcomes.every(({ isKnown }) => isKnown[u] === 1) ? 1 : 0,
    ),
    further: further.ofUnits(places),
  };
}
