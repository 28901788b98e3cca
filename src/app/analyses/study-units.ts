import type { FurtherQuestions } from '../../core/effects/answer-further.ts';
import { CoreError } from '../../core/errors.ts';
import { asCoded } from '../../core/panel/as-coded.ts';
import { type Column, type NumberColumn, type PanelColumns, valueStatus } from '../../core/panel/columns.ts';
import { observedLevels } from '../../core/panel/observed-levels.ts';
import { entry, treatmentEntry } from '../../core/panel/treatment-entry.ts';
import { takeRows, valuesInPeriod, wavesOfPeriod } from '../../core/panel/unit-periods.ts';
import type { Frame } from '../../core/propensity/design-matrix.ts';
import { AppError } from '../errors.ts';
import type { AttritionStep } from '../results.ts';
import { type FurtherSettings, furtherQuestions } from './further-questions.ts';

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
  const span = periods(panel, request);
  const { baseline, followUp, isCrossSection } = span;
  const { column, outcomeIs, minimumShare } = { column: (name: string) => panel.columns[name]!, ...request };
  const codes = treatmentEntry(panel, treatmentColumn(column(request.treatment), request), baseline, followUp);
  const values = new Map(request.variables.map((name) => [name, valuesInPeriod(panel, column(name), baseline, 0)]));
  const after = numeric(valuesInPeriod(panel, column(request.outcome), followUp, minimumShare), request.outcome);
  const before =
    outcomeIs === 'change'
      ? numeric(valuesInPeriod(panel, column(request.outcome), baseline, minimumShare), request.outcome)
      : null;

  const further = furtherQuestions(panel, request, span);

  const units = panel.unitIds.map((_, u) => u);
  const attrition: AttritionStep[] = [{ step: 'units-of-panel', units: units.length }];
  const keep = (left: readonly number[], step: string, holds: (unit: number) => boolean): readonly number[] => {
    const next = left.filter(holds);
    attrition.push({ step, units: next.length });
    return next;
  };
  let left = keep(units, 'treatment-known', (u) => codes[u] !== entry.unknown);
  if (!isCrossSection) {
    left = keep(left, 'not-treated-at-baseline', (u) => codes[u] !== entry.before);
    left = keep(left, 'treated-before-follow-up', (u) => codes[u] !== entry.during);
    if (request.laterFollowUps.length > 0) {
      const last = treatmentEntry(
        panel,
        treatmentColumn(column(request.treatment), request),
        baseline,
        further.lastFollowUp,
      );
      left = keep(left, 'untreated-to-the-end', (u) => codes[u] === entry.treated || last[u] === entry.untreated);
    }
  }
  const isObserved = (c: Column) => (u: number) => c.status[u] === valueStatus.observed;
  const missing = [...values].map(([variable, c]) => ({
    variable,
    units: left.filter((u) => !isObserved(c)(u)).length,
  }));
  const withOutcome = (u: number) => isObserved(after)(u) && (before === null || isObserved(before)(u));
  missing.push({ variable: request.outcome, units: left.filter((u) => !withOutcome(u)).length });
  for (const { kind, variable, period, isKnown } of further.outcomes) {
    if (kind === 'placebo-date') continue;
    const named = period === null ? variable : `${variable} ${period}`;
    missing.push({ variable: named, units: left.filter((u) => isKnown[u] === 0).length });
  }
  left = keep(left, 'covariates-complete', (u) => [...values.values()].every((c) => isObserved(c)(u)));
  left = keep(left, 'outcome-known', withOutcome);
  if (further.outcomes.length > 0) {
    left = keep(left, 'further-outcomes-known', (u) => further.outcomes.every(({ isKnown }) => isKnown[u] === 1));
  }
  refuseEmpty(left, codes, missing, request.treatment);

  return {
    frame: {
      rows: left.length,
      columns: Object.fromEntries([...values].map(([name, c]) => [name, observedLevels(takeRows(c, left))])),
    },
    treated: Uint8Array.from(left, (u) => codes[u]!),
    outcome: Float64Array.from(left, (u) => after.values[u]! - (before === null ? 0 : before.values[u]!)),
    cluster: clusterOf(panel, request, { baseline, followUp }, left, codes),
    further: further.ofUnits(left),
    unitIds: left.map((u) => panel.unitIds[u]!),
    waves: null,
    attrition,
    missing: missing.filter((m) => m.units > 0),
  };
}

function periods(panel: PanelColumns, { baseline, followUp }: StudyUnitsRequest) {
  const { waves } = panel;
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
  column: Column,
  { treatment, treatedLevel }: Pick<StudyUnitsRequest, 'treatment' | 'treatedLevel'>,
): NumberColumn {
  if (treatedLevel === null) {
    if (column.type === 'number') return column;
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
  { baseline, followUp }: { readonly baseline: readonly number[]; readonly followUp: readonly number[] },
  units: readonly number[],
  treated: ArrayLike<number>,
): Int32Array | null {
  if (name === null) return null;
  const raw = panel.columns[name]!;
  const column = raw.type === 'coded' ? raw : clusterNumbers(raw);
  const { codes } = valuesInPeriod(panel, column, followUp, 0) as Extract<Column, { type: 'coded' }>;
  // Collectives that were not asked for count only where they were treated as wholes.
  if (isClusterAskedFor || areTreatedAsWholes(codes, treated, units)) {
    const before = (valuesInPeriod(panel, column, baseline, 0) as Extract<Column, { type: 'coded' }>).codes;
    const moved = units.filter((u) => before[u]! >= 0 && codes[u]! >= 0 && before[u] !== codes[u]);
    if (moved.length > 0) {
      throw new CoreError(
        'invalid-argument',
        `"${name}" changes within ${moved.length} units between the baseline and the follow-up (first: ${panel.unitIds[moved[0]!]}); a cluster is one for a unit. Name a variable that stays, or leave out these units.`,
        { variable: name, units: moved.length },
      );
    }
  }
  return Int32Array.from(units, (u) => codes[u]!);
}

function areTreatedAsWholes(cluster: Int32Array, treated: ArrayLike<number>, units: readonly number[]): boolean {
  const given = new Map<number, number>();
  for (const u of units) {
    if (cluster[u]! < 0) continue;
    const known = given.get(cluster[u]!);
    if (known !== undefined && known !== treated[u]) return false;
    given.set(cluster[u]!, treated[u]!);
  }
  return given.size < units.filter((u) => cluster[u]! >= 0).length;
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

function refuseEmpty(
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
