import type { FurtherQuestions } from '../../core/effects/answer-further.ts';
import { CoreError } from '../../core/errors.ts';
import { asCoded } from '../../core/panel/as-coded.ts';
import { type Column, type NumberColumn, type PanelColumns, valueStatus } from '../../core/panel/columns.ts';
import { observedLevels } from '../../core/panel/observed-levels.ts';
import { refuseOtherThanZeroOne } from '../../core/panel/refuse-other-than-zero-one.ts';
import { entry, treatmentEntry } from '../../core/panel/treatment-entry.ts';
import { takeRows, valuesInPeriod, wavesOfPeriod } from '../../core/panel/unit-periods.ts';
import type { Frame } from '../../core/propensity/design-matrix.ts';
import { AppError } from '../errors.ts';
import type { AttritionStep } from '../results.ts';
import { type FurtherSettings, furtherQuestions, laterWaves, type PanelQuestions } from './further-questions.ts';

export interface StudyUnitsRequest extends FurtherSettings {
  readonly treatment: string;
  readonly treatedLevel: string | null;
  readonly outcome: string;
  readonly outcomeIs: 'level' | 'change';
  /** every variable that the design reads */
  readonly variables: readonly string[];
  readonly baseline: string | null;
  readonly followUp: string | null;
  readonly minimumShare: number;
  readonly cluster: string | null;
  /** whether the caller named the clusters: then they must not change */
  readonly isClusterAskedFor: boolean;
}

/** The units of a study, complete in everything it uses, in canonical order. */
export interface StudyUnits {
  readonly frame: Frame;
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  readonly cluster: Int32Array | null;
  readonly further: FurtherQuestions;
  /** of each row; with `waves` a unit may have several */
  readonly unitIds: readonly string[];
  /** the wave at which each row is compared, of a study in risk sets; else null */
  readonly waves: readonly string[] | null;
  readonly attrition: readonly AttritionStep[];
  /** units without a value, by variable, among those whose treatment is known */
  readonly missing: readonly { readonly variable: string; readonly units: number }[];
}

/**
 * From a panel to one row per unit: covariates out of the baseline period, treatment entered after it, outcome out of the
 * follow-up. Units with a missing value in anything used are left out and counted, step by step.
 *
 * @throws invalid-request where periods are needed and missing, overlap; no-variation for a treatment that all or none began,
 * empty-group where fewer than two of a side are left; what the core functions throw
 */
export function studyUnits(panel: PanelColumns, request: StudyUnitsRequest): StudyUnits {
  const span = studyPeriods(panel.waves, request);
  const flow = enterStudy(panel, request, span);
  const values = baselineValues(panel, request, span.baseline);
  const own = outcomeOf(panel, request, span);
  const further = furtherQuestions(panel, request, span);
  const missing = [
    ...flow.missingIn(values),
    { variable: request.outcome, units: flow.lacking((u) => own.isKnown[u] === 1) },
    ...missingFurther(flow, further),
  ];
  flow.keep('covariates-complete', (u) => [...values.values()].every((c) => isObserved(c, u)));
  flow.keep('outcome-known', (u) => own.isKnown[u] === 1);
  if (further.outcomes.length > 0) {
    flow.keep('further-outcomes-known', (u) => further.outcomes.every(({ isKnown }) => isKnown[u] === 1));
  }
  const { left, codes } = flow;
  refuseEmpty(left, codes, missing, request.treatment);
  return {
    frame: frameOf(values, left),
    treated: Uint8Array.from(left, (u) => codes[u]!),
    outcome: Float64Array.from(left, (u) => own.values[u]!),
    cluster: clusterOf(panel, request, span, left, codes),
    further: further.ofUnits(left),
    unitIds: left.map((u) => panel.unitIds[u]!),
    waves: null,
    attrition: flow.attrition,
    missing: missing.filter((m) => m.units > 0),
  };
}

export interface StudyPeriods {
  readonly baseline: readonly number[];
  readonly followUp: readonly number[];
  readonly isCrossSection: boolean;
}

export const isObserved = (column: Column, unit: number): boolean => column.status[unit] === valueStatus.observed;

/** Every variable of the design, one value per unit. */
export const baselineValues = (
  panel: PanelColumns,
  { variables }: Pick<StudyUnitsRequest, 'variables'>,
  baseline: readonly number[],
): ReadonlyMap<string, Column> =>
  new Map(variables.map((name) => [name, valuesInPeriod(panel, panel.columns[name]!, baseline, 0)]));

export const frameOf = (values: ReadonlyMap<string, Column>, units: readonly number[]): Frame => ({
  rows: units.length,
  columns: Object.fromEntries([...values].map(([name, c]) => [name, observedLevels(takeRows(c, units))])),
});

/** The outcome of every unit of the panel, level or change, and for whom it is known. */
export function outcomeOf(
  panel: PanelColumns,
  { outcome, outcomeIs, minimumShare }: Pick<StudyUnitsRequest, 'outcome' | 'outcomeIs' | 'minimumShare'>,
  { baseline, followUp }: StudyPeriods,
): { readonly values: Float64Array; readonly isKnown: Uint8Array } {
  const at = (waves: readonly number[]) =>
    numeric(valuesInPeriod(panel, panel.columns[outcome]!, waves, minimumShare), outcome);
  const after = at(followUp);
  const before = outcomeIs === 'change' ? at(baseline) : null;
  return {
    values: after.values.map((value, u) => value - (before === null ? 0 : before.values[u]!)),
    isKnown: Uint8Array.from(after.status, (_, u) =>
      isObserved(after, u) && (before === null || isObserved(before, u)) ? 1 : 0,
    ),
  };
}

/** The units that are left, and how many after each step. */
export interface UnitFlow {
  readonly left: readonly number[];
  /** see `treatmentEntry`, of every unit of the panel */
  readonly codes: Uint8Array;
  readonly attrition: readonly AttritionStep[];
  keep(step: string, holds: (unit: number) => boolean): void;
  /** how many of those left do not hold it */
  lacking(holds: (unit: number) => boolean): number;
  missingIn(values: ReadonlyMap<string, Column>): StudyUnits['missing'];
}

export function unitFlow(units: number, codes: Uint8Array): UnitFlow {
  let left: readonly number[] = Array.from({ length: units }, (_, u) => u);
  const attrition: AttritionStep[] = [{ step: 'units-of-panel', units }];
  const lacking = (holds: (unit: number) => boolean): number => left.filter((u) => !holds(u)).length;
  return {
    get left() {
      return left;
    },
    codes,
    attrition,
    keep(step, holds) {
      left = left.filter(holds);
      attrition.push({ step, units: left.length });
    },
    lacking,
    missingIn: (values) =>
      [...values].map(([variable, column]) => ({ variable, units: lacking((u) => isObserved(column, u)) })),
  };
}

export const missingFurther = (flow: UnitFlow, { outcomes }: PanelQuestions): StudyUnits['missing'] =>
  outcomes
    .filter(({ kind }) => kind !== 'placebo-date')
    .map(({ variable, period, isKnown }) => ({
      variable: period === null ? variable : `${variable} ${period}`,
      units: flow.lacking((u) => isKnown[u] === 1),
    }));

/** Who enters the study by treatment alone; later follow-ups ask that controls stay untreated to the last. */
function enterStudy(panel: PanelColumns, request: StudyUnitsRequest, span: StudyPeriods): UnitFlow {
  const { baseline, followUp } = span;
  const treatment = treatmentColumn(panel, request);
  const flow = unitFlow(panel.unitIds.length, treatmentEntry(panel, treatment, baseline, followUp));
  const { codes } = flow;
  flow.keep('treatment-known', (u) => codes[u] !== entry.unknown);
  if (span.isCrossSection) return flow;
  flow.keep('not-treated-at-baseline', (u) => codes[u] !== entry.before);
  flow.keep('treated-before-follow-up', (u) => codes[u] !== entry.during);
  stayUntreated(flow, panel, treatment, request, span);
  return flow;
}

export function stayUntreated(
  { keep, codes }: UnitFlow,
  panel: PanelColumns,
  treatment: NumberColumn,
  request: FurtherSettings,
  span: StudyPeriods,
): void {
  const later = laterWaves(panel.waves, request, span).at(-1);
  if (later === undefined) return;
  const last = treatmentEntry(panel, treatment, span.baseline, later);
  keep('untreated-to-the-end', (u) => codes[u] === entry.treated || last[u] === entry.untreated);
}

/** @throws invalid-request where periods are needed and missing, or overlap */
export function studyPeriods(
  waves: readonly string[],
  { baseline, followUp }: Pick<StudyUnitsRequest, 'baseline' | 'followUp'>,
): StudyPeriods {
  if (waves.length === 1 && baseline === null && followUp === null) {
    return { baseline: [0], followUp: [0], isCrossSection: true };
  }
  if (baseline === null || followUp === null) {
    throw new AppError(
      'invalid-request',
      `The panel has ${waves.length} waves, from ${waves[0]} to ${waves[waves.length - 1]}: say which are \`baseline\` (covariates, before the treatment) and \`followUp\` (outcome). A period may be a wave or the beginning of several, such as a year.`,
      { waves: waves.length },
    );
  }
  const from = wavesOfPeriod(waves, baseline);
  const to = wavesOfPeriod(waves, followUp);
  if (from[from.length - 1]! >= to[0]!) {
    throw new AppError(
      'invalid-request',
      `The baseline "${baseline}" must end before the follow-up "${followUp}" begins.`,
      { baseline, followUp },
    );
  }
  return { baseline: from, followUp: to, isCrossSection: false };
}

/** 0/1 by row: the numbers themselves, or whether the code is the treated level. */
export function treatmentColumn(
  { columns, unitIndex, unitIds }: PanelColumns,
  { treatment, treatedLevel }: Pick<StudyUnitsRequest, 'treatment' | 'treatedLevel'>,
): NumberColumn {
  const column = columns[treatment]!;
  if (treatedLevel === null) {
    if (column.type === 'number') {
      refuseOtherThanZeroOne(column, unitIndex, unitIds, treatment);
      return column;
    }
    throw new CoreError(
      'invalid-argument',
      `The treatment "${treatment}" holds texts (${column.levels.slice(0, 5).join(', ')}); say which one means treated (\`treatedLevel\`).`,
      { variable: treatment },
    );
  }
  const { levels, codes, status } = asCoded(column, treatment);
  const level = levels.indexOf(treatedLevel);
  if (level < 0) {
    throw new CoreError(
      'invalid-argument',
      `"${treatment}" has no value "${treatedLevel}"; it has ${levels.slice(0, 5).join(', ')}${levels.length > 5 ? ', …' : ''}.`,
      { variable: treatment, received: treatedLevel },
    );
  }
  return { type: 'number', values: Float64Array.from(codes, (code) => (code === level ? 1 : 0)), status };
}

export function numeric(column: Column, name: string): NumberColumn {
  if (column.type === 'number') return column;
  throw new AppError('invalid-request', `The outcome "${name}" is coded; expected a number.`, { variable: name });
}

function clusterOf(
  panel: PanelColumns,
  { cluster: name, isClusterAskedFor }: StudyUnitsRequest,
  { baseline, followUp }: StudyPeriods,
  units: readonly number[],
  treated: ArrayLike<number>,
): Int32Array | null {
  const found = clusterAt(panel, name, followUp, units);
  if (found === null) return null;
  // Collectives that were not asked for count only where they were treated as wholes.
  if (isClusterAskedFor || areTreatedAsWholes(found, units, treated)) {
    const before = clusterAt(panel, name, baseline, units)!;
    const moved = [...units.keys()].filter((i) => before[i]! >= 0 && found[i]! >= 0 && before[i] !== found[i]);
    if (moved.length > 0) {
      throw new CoreError(
        'invalid-argument',
        `"${name}" changes within ${moved.length} units between the baseline and the follow-up (first: ${panel.unitIds[units[moved[0]!]!]}); a cluster is one for a unit. Name a variable that stays, or leave out these units.`,
        { variable: name, units: moved.length },
      );
    }
  }
  return found;
}

function areTreatedAsWholes(cluster: Int32Array, units: readonly number[], treated: ArrayLike<number>): boolean {
  const given = new Map<number, number>();
  for (const [i, u] of units.entries()) {
    if (cluster[i]! < 0) continue;
    const known = given.get(cluster[i]!);
    if (known !== undefined && known !== treated[u]) return false;
    given.set(cluster[i]!, treated[u]!);
  }
  return given.size < cluster.filter((code) => code >= 0).length;
}

/** Cluster of each unit in a period, -1 where not known; null without clusters. */
export function clusterAt(
  panel: PanelColumns,
  name: string | null,
  waves: readonly number[],
  units: readonly number[],
): Int32Array | null {
  if (name === null) return null;
  const raw = panel.columns[name]!;
  const column = raw.type === 'coded' ? raw : clusterNumbers(raw);
  const { codes } = valuesInPeriod(panel, column, waves, 0) as Extract<Column, { type: 'coded' }>;
  return Int32Array.from(units, (u) => codes[u]!);
}

/** Any number may name a cluster. */
export function clusterNumbers(column: NumberColumn): Extract<Column, { type: 'coded' }> {
  const place = new Map<number, number>();
  const codes = Int32Array.from(column.values, (value, row) => {
    if (column.status[row] !== valueStatus.observed) return -1;
    if (!place.has(value)) place.set(value, place.size);
    return place.get(value)!;
  });
  return { type: 'coded', levels: [...place.keys()].map(String), codes, status: column.status };
}

export function refuseEmpty(
  left: readonly number[],
  codes: Uint8Array,
  missing: StudyUnits['missing'],
  treatment: string,
): void {
  const treated = left.filter((u) => codes[u] === entry.treated).length;
  const control = left.length - treated;
  if (treated >= 2 && control >= 2) return;
  // Everybody's, not of those left: where nobody was treated at all, no other covariate helps.
  const known = [entry.treated, entry.untreated].map((side) => codes.filter((code) => code === side).length);
  const [everTreated, neverTreated] = known as [number, number];
  if ((everTreated === 0) !== (neverTreated === 0)) {
    throw new CoreError(
      'no-variation',
      `The treatment "${treatment}" does not vary: between the baseline and the follow-up ${everTreated} units began it and ${neverTreated} did not. Choose another treatment, or other periods.`,
      { variable: treatment, treated: everTreated, control: neverTreated },
    );
  }
  if (everTreated === 1 || neverTreated === 1) {
    throw new CoreError(
      'empty-group',
      `The treatment "${treatment}" has ${everTreated} treated and ${neverTreated} untreated units; at least two of each are needed. Choose another treatment, or other periods.`,
      { variable: treatment, treated: everTreated, control: neverTreated },
    );
  }
  const worst = [...missing].sort((a, b) => b.units - a.units)[0];
  const cause = worst && worst.units > 0 ? ` Most units are missing "${worst.variable}" (${worst.units}).` : '';
  throw new CoreError(
    'empty-group',
    `After the steps of the study ${treated} treated and ${control} control units are left; at least two of each are needed.${cause} Leave out a covariate, or choose other periods.`,
    { treated, control, missing },
  );
}
