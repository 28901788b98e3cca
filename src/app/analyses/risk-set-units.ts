import { noFurtherQuestions } from '../../core/effects/answer-further.ts';
import { CoreError } from '../../core/errors.ts';
import { type Column, type PanelColumns, valueStatus } from '../../core/panel/columns.ts';
import { observedLevels } from '../../core/panel/observed-levels.ts';
import { fates, type RiskSetSettings, riskSetMoments } from '../../core/panel/risk-set-moments.ts';
import { takeRows } from '../../core/panel/unit-periods.ts';
import { AppError } from '../errors.ts';
import type { AttritionStep } from '../results.ts';
import { clusterNumbers, numeric, type StudyUnits, type StudyUnitsRequest, treatmentColumn } from './study-units.ts';

/** Columns of the frame that no variable can be called by. */
export const momentColumns = { wave: '(wave)', unit: '(unit)' } as const;

/** `gas@2`: the value two waves before the entry; without a lag the waves before the entry together. */
export function laggedVariable(
  text: string,
  isVariable: (name: string) => boolean,
): { readonly variable: string; readonly lag: number | null } {
  const parts = /^(.*)@([1-9][0-9]*)$/.exec(text);
  if (isVariable(text) || parts === null || !isVariable(parts[1]!)) return { variable: text, lag: null };
  return { variable: parts[1]!, lag: Number(parts[2]) };
}

interface Moment {
  readonly unit: number;
  readonly wave: number;
  readonly isTreated: boolean;
}

/**
 * From a panel to one row per unit and wave at which it is compared, see `riskSetMoments`: covariates out of the waves before
 * it, the outcome so many waves after it. Steps count units that have a row left.
 *
 * @throws empty-group where fewer than two of a side are left; invalid-request for a lag beyond `lags`; what the core throws
 */
export function riskSetUnits(
  panel: PanelColumns,
  request: Omit<StudyUnitsRequest, 'baseline' | 'followUp'>,
  settings: RiskSetSettings,
): StudyUnits {
  const { lags, after } = settings;
  const column = (name: string): Column => panel.columns[name]!;
  const rowAt = rowsByUnitAndWave(panel);
  const treatment = treatmentColumn(panel, request);
  const { unit, wave, treated, fate } = riskSetMoments(panel, treatment, settings);
  const all = Array.from(unit, (u, i): Moment => ({ unit: u, wave: wave[i]!, isTreated: treated[i] === 1 }));
  const outcome = numeric(column(request.outcome), request.outcome);
  const outcomeAt = ({ unit: u, wave: w }: Moment): number | null => {
    const later = observed(outcome, rowAt(u, w + after));
    const earlier = request.outcomeIs === 'change' ? observed(outcome, rowAt(u, w - 1)) : 0;
    return later === null || earlier === null ? null : later - earlier;
  };
  const values = new Map(
    request.variables.map((name) => {
      const { variable, lag } = laggedVariable(name, (known) => known in panel.columns);
      if (lag !== null && lag > lags) throw lagTooLong(name, lag, lags);
      const from = lag === null ? lags : lag;
      const to = lag === null ? 1 : lag;
      return [name, beforeMoments(column(variable), all, (m) => rowsBetween(rowAt, m, from, to))] as const;
    }),
  );
  const outcomes = all.map(outcomeAt);

  const attrition: AttritionStep[] = [{ step: 'units-of-panel', units: panel.unitIds.length }];
  const ofFate = (holds: (code: number) => boolean): number => fate.filter(holds).length;
  attrition.push({ step: 'treatment-known', units: ofFate((code) => code !== fates.unknown) });
  attrition.push({
    step: 'not-treated-from-start',
    units: ofFate((code) => code !== fates.unknown && code !== fates.fromStart),
  });
  let left: readonly number[] = all.map((_, i) => i);
  attrition.push({ step: 'in-a-risk-set', units: unitsOf(all, left) });
  const keep = (step: string, holds: (moment: number) => boolean): void => {
    left = left.filter(holds);
    attrition.push({ step, units: unitsOf(all, left) });
  };
  const lacks = (holds: (moment: number) => boolean): number =>
    unitsOf(
      all,
      left.filter((i) => !holds(i)),
    );
  const isKnown = (c: Column) => (i: number) => c.status[i] === valueStatus.observed;
  const missing = [...values].map(([variable, c]) => ({ variable, units: lacks(isKnown(c)) }));
  missing.push({ variable: request.outcome, units: lacks((i) => outcomes[i] !== null) });
  keep('covariates-complete', (i) => [...values.values()].every((c) => isKnown(c)(i)));
  keep('outcome-known', (i) => outcomes[i] !== null);
  const sides = panel.waves.map(() => ({ treated: 0, control: 0 }));
  for (const i of left) sides[all[i]!.wave]![all[i]!.isTreated ? 'treated' : 'control']++;
  keep('both-groups-at-wave', (i) => Math.min(...Object.values(sides[all[i]!.wave]!)) > 0);
  refuseFew(all, left, missing, request.treatment);

  const moments = left.map((i) => all[i]!);
  const columns = Object.fromEntries([...values].map(([name, c]) => [name, observedLevels(takeRows(c, left))]));
  const status = new Uint8Array(moments.length);
  return {
    frame: {
      rows: moments.length,
      columns: {
        ...columns,
        [momentColumns.wave]: observedLevels({
          type: 'coded',
          levels: panel.waves,
          codes: Int32Array.from(moments, (m) => m.wave),
          status,
        }),
        [momentColumns.unit]: { type: 'number', values: Float64Array.from(moments, (m) => m.unit), status },
      },
    },
    treated: Uint8Array.from(moments, (m) => (m.isTreated ? 1 : 0)),
    outcome: Float64Array.from(left, (i) => outcomes[i]!),
    cluster: clustersOf(panel, request, moments, rowAt, after),
    further: noFurtherQuestions,
    unitIds: moments.map((m) => panel.unitIds[m.unit]!),
    waves: moments.map((m) => panel.waves[m.wave]!),
    attrition,
    missing: missing.filter((m) => m.units > 0),
  };
}

type RowAt = (unit: number, wave: number) => number;

/** Row of a unit at a wave, -1 where there is none. */
function rowsByUnitAndWave({ unitIds, waves, unitIndex, waveIndex, rows }: PanelColumns): RowAt {
  const at = new Int32Array(unitIds.length * waves.length).fill(-1);
  for (let row = 0; row < rows; row++) at[unitIndex[row]! * waves.length + waveIndex[row]!] = row;
  return (unit, wave) => at[unit * waves.length + wave]!;
}

/** Rows of a unit from so many waves before a moment to so many before it, in order of time. */
function rowsBetween(rowAt: RowAt, { unit, wave }: Moment, from: number, to: number): readonly number[] {
  return Array.from({ length: from - to + 1 }, (_, i) => rowAt(unit, wave - from + i)).filter((row) => row >= 0);
}

/** The mean of the observed numbers, or the last observed code, for each moment. */
function beforeMoments(
  column: Column,
  moments: readonly Moment[],
  rowsOf: (moment: Moment) => readonly number[],
): Column {
  const status = new Uint8Array(moments.length).fill(valueStatus.absent);
  const seen = moments.map((moment, i) => {
    const rows = rowsOf(moment).filter((row) => column.status[row] === valueStatus.observed);
    if (rows.length > 0) status[i] = valueStatus.observed;
    return rows;
  });
  if (column.type === 'coded') {
    const codes = Int32Array.from(seen, (rows) => (rows.length === 0 ? -1 : column.codes[rows.at(-1)!]!));
    return { type: 'coded', levels: column.levels, codes, status };
  }
  const mean = (rows: readonly number[]) => rows.reduce((sum, row) => sum + column.values[row]!, 0) / rows.length;
  return { type: 'number', values: Float64Array.from(seen, (rows) => (rows.length === 0 ? 0 : mean(rows))), status };
}

function observed(column: Extract<Column, { type: 'number' }>, row: number): number | null {
  return row >= 0 && column.status[row] === valueStatus.observed ? column.values[row]! : null;
}

const unitsOf = (moments: readonly Moment[], left: readonly number[]): number =>
  new Set(left.map((i) => moments[i]!.unit)).size;

/** Cluster of each moment: at the wave of its outcome. */
function clustersOf(
  panel: PanelColumns,
  { cluster: name, isClusterAskedFor }: Pick<StudyUnitsRequest, 'cluster' | 'isClusterAskedFor'>,
  moments: readonly Moment[],
  rowAt: RowAt,
  after: number,
): Int32Array | null {
  if (name === null) return null;
  const raw = panel.columns[name]!;
  const { codes } = raw.type === 'coded' ? raw : clusterNumbers(raw);
  const found = Int32Array.from(moments, ({ unit, wave }) => {
    const row = rowAt(unit, wave + after);
    return row < 0 ? -1 : codes[row]!;
  });
  if (isClusterAskedFor) refuseMoved(panel, name, moments, found);
  return found;
}

function refuseMoved(panel: PanelColumns, name: string, moments: readonly Moment[], cluster: Int32Array): void {
  const first = new Map<number, number>();
  const moved = new Set<number>();
  moments.forEach(({ unit }, i) => {
    if (cluster[i]! < 0) return;
    const known = first.get(unit);
    if (known === undefined) first.set(unit, cluster[i]!);
    else if (known !== cluster[i]) moved.add(unit);
  });
  if (moved.size === 0) return;
  throw new CoreError(
    'invalid-argument',
    `"${name}" changes within ${moved.size} units between the waves at which they are compared (first: ${panel.unitIds[Math.min(...moved)]}); a cluster is one for a unit. Name a variable that stays, or leave out these units.`,
    { variable: name, units: moved.size },
  );
}

function refuseFew(
  moments: readonly Moment[],
  left: readonly number[],
  missing: StudyUnits['missing'],
  treatment: string,
): void {
  const count = (side: boolean): number =>
    unitsOf(
      moments,
      left.filter((i) => moments[i]!.isTreated === side),
    );
  const treated = count(true);
  const control = count(false);
  if (treated >= 2 && control >= 2) return;
  const worst = missing.toSorted((a, b) => b.units - a.units)[0];
  const cause = worst && worst.units > 0 ? ` Most units are missing "${worst.variable}" (${worst.units}).` : '';
  throw new CoreError(
    'empty-group',
    `In the risk sets of "${treatment}" ${treated} units that enter and ${control} possible controls are left; at least two of each are needed.${cause} Take fewer lags, an earlier outcome or a shorter look-ahead, or leave out a covariate.`,
    { treated, control, missing },
  );
}

function lagTooLong(name: string, lag: number, lags: number): AppError {
  return new AppError(
    'invalid-request',
    `"${name}" is a value ${lag} waves before the entry, and the risk sets take ${lags}; raise \`lags\` or take a later value.`,
    { variable: name, lags },
  );
}
