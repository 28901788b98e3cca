import { CoreError } from '../../core/errors.ts';
import { referenceValues } from '../../core/insights/reference-values.ts';
import { unitsApart } from '../../core/insights/units-apart.ts';
import type { Column, PanelColumns } from '../../core/panel/columns.ts';
import { valueStatus } from '../../core/panel/columns.ts';
import { isAboutPeople } from '../about-people.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import { minimumGroup } from '../minimum-group.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { AttritionStep, DataSource } from '../results.ts';
import type { QcaSettings, QcaTable, QcaVariable } from './qca-settings.ts';

/** What a set is called in expressions. */
export const nameOf = ({ name, variable }: QcaVariable): string => name ?? variable;

/** Cases of a QCA before calibration. */
export interface QcaCases {
  readonly ids: readonly string[];
  /** how many there are before those that are too small are left out */
  readonly given: number;
  readonly protected: boolean;
  /** true where a unit stands for several cases */
  readonly isRepeated: boolean;
  readonly sources: readonly DataSource[];
  /** what consent leaves out, before the cases are counted */
  readonly attrition: readonly AttritionStep[];
  /** the text that a column has for each case; null: the wave of units at each wave, see `QcaSettings.clusters` */
  labels(variable: string | null, as: 'cluster' | 'unit'): readonly string[];
  column(variable: QcaVariable): {
    readonly values: Float64Array;
    readonly observed: Uint8Array;
    /** true where a cell is "-", does not apply */
    readonly isTemporal?: boolean;
  };
  /** sets read so far whose scores may not be told, only on which side of their threshold they lie */
  readonly sidesOnly: ReadonlySet<string>;
}

/** Cases given with the request. @throws invalid-request for a ragged table or a case that stands in it twice */
export function casesFromTable({ columns, ids, rows }: QcaTable): QcaCases {
  const ragged = rows.findIndex((row) => row.length !== columns.length);
  if (ids.length !== rows.length || ragged >= 0) {
    throw new AppError(
      'invalid-request',
      ragged >= 0
        ? `Row ${ragged + 1} of the table has ${rows[ragged]!.length} cells for ${columns.length} columns.`
        : `The table has ${ids.length} ids for ${rows.length} rows; give one id for each row.`,
      { row: ragged },
    );
  }
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined)
    throw new AppError('invalid-request', `The case "${twice}" stands in the table twice.`, { case: twice });
  return {
    ids,
    given: ids.length,
    protected: false,
    isRepeated: false,
    sources: [],
    attrition: [],
    sidesOnly: new Set(),
    labels(variable, as) {
      if (variable === null && as === 'unit') return ids;
      const at = variable === null ? -1 : columns.indexOf(variable);
      if (at >= 0) return rows.map((row) => String(row[at] ?? ''));
      throw new AppError(
        'invalid-request',
        variable === null
          ? 'Say which column of the table names the cluster of a case.'
          : `The table has no column "${variable}"; it has ${columns.join(', ')}.`,
        { variable },
      );
    },
    column({ variable, level, wave, since }) {
      const at = columns.indexOf(variable);
      if (at < 0)
        throw new AppError('invalid-request', `The table has no column "${variable}"; it has ${columns.join(', ')}.`, {
          variable,
        });
      if (wave !== null || since !== null)
        throw new AppError('invalid-request', `"${variable}" names a wave, but a table has none; use a panel.`, {
          variable,
        });
      const values = new Float64Array(rows.length);
      const observed = new Uint8Array(rows.length);
      rows.forEach((row, i) => {
        const cell = row[at]!;
        if (cell === null || cell === '') return;
        observed[i] = 1;
        values[i] = level !== null ? (String(cell) === level ? 1 : 0) : numberOf(cell, variable, ids[i]!);
      });
      return { values, observed, isTemporal: level === null && rows.some((row) => row[at] === '-') };
    },
  };
}

/** A temporal "-" (does not apply) is level 2. */
function numberOf(cell: string | number, variable: string, id: string): number {
  const value = cell === '-' ? 2 : Number(cell);
  if (Number.isFinite(value)) return value;
  throw new AppError(
    'invalid-request',
    `"${variable}" of case "${id}" is "${cell}"; expected a number. For a text say which value counts as 1, with level.`,
    { variable, case: id },
  );
}

/** Cases of a panel: its units at a wave, its units at each wave, or its collectives. */
export async function casesFromPanel(settings: QcaSettings, context: AnalysisContext): Promise<QcaCases> {
  const { panels } = context.ports;
  const panel = settings.panel!;
  const description = await panels.describe(panel, settings.revision);
  const used = [settings.outcome, ...settings.outcome.parts, ...settings.conditions];
  const wanted = new Set(used.map(({ variable }) => variable));
  const group = settings.cases === 'collective' ? collectiveColumn(description) : null;
  if (group !== null) wanted.add(group);
  const labels = [settings.clusters?.cluster, settings.clusters?.unit].filter((name) => typeof name === 'string');
  const { data, source, attrition } = await loadColumns(panels, description, [...wanted, ...labels], 'qca');
  const isRepeated = settings.cases === 'unit-wave';
  if (isRepeated) refuseWaves(settings, used);
  const people = isAboutPeople(description.unitKind);
  const place =
    group !== null
      ? collectivePlaces(data, group, people ? minimumGroup : 1)
      : isRepeated
        ? unitWavePlaces(data)
        : unitPlaces(data);
  const sidesOnly = new Set<string>();
  const read = (variable: QcaVariable, told: Told) => {
    const now = meansAt(data, variable, variable.wave ?? settings.wave, place, told);
    if (variable.since === null) return now;
    const before = meansAt(data, variable, variable.since, place, told);
    return {
      values: now.values.map((value, c) => value - before.values[c]!),
      observed: now.observed.map((seen, c) => seen & before.observed[c]!),
    };
  };
  return {
    ids: place.ids,
    given: place.given,
    protected: people && group === null,
    isRepeated,
    labels: (variable, as) => panelLabels(data, settings, place, variable, as),
    sources: [source],
    attrition,
    sidesOnly,
    column(variable) {
      if (isRepeated) return valuesAtEachWave(data, variable, place);
      const strict = read(variable, people && group !== null ? 'each-number' : null);
      if (!people || group === null || !isOneThreshold(variable, used)) return strict;
      const sides = read(variable, 'one-threshold');
      if (sides.observed.some((seen, c) => seen !== strict.observed[c])) sidesOnly.add(nameOf(variable));
      return sides;
    },
  };
}

/** Which case each row of the panel belongs to, -1 for none. */
interface Places {
  readonly ids: readonly string[];
  /** how many there are before those that are too small are left out */
  readonly given: number;
  readonly caseOf: Int32Array;
}

const unitPlaces = (data: PanelColumns): Places => ({
  ids: data.unitIds,
  given: data.unitIds.length,
  caseOf: Int32Array.from(data.unitIndex),
});

/** Every unit at every wave it has a row in. */
function unitWavePlaces(data: PanelColumns): Places {
  const rows = Array.from({ length: data.rows }, (_, i) => i);
  return {
    ids: rows.map((i) => `${data.unitIds[data.unitIndex[i]!]} ${data.waves[data.waveIndex[i]!]}`),
    given: rows.length,
    caseOf: Int32Array.from(rows),
  };
}

function refuseWaves(settings: QcaSettings, used: readonly QcaVariable[]): void {
  const named = used.find(({ wave, since }) => wave !== null || since !== null);
  if (settings.wave === null && named === undefined) return;
  throw new AppError(
    'invalid-request',
    `With units at each wave as cases no wave can be named${named === undefined ? '' : ` ("${named.variable}" does)`}: every wave is read.`,
    { variable: named?.variable ?? null },
  );
}

function valuesAtEachWave(data: PanelColumns, { variable, level }: QcaVariable, { ids }: Places) {
  const column = data.columns[variable]!;
  const read = reader(column, variable, level);
  const observed = Uint8Array.from(ids, (_, i) => (column.status[i] === valueStatus.observed ? 1 : 0));
  return { values: Float64Array.from(ids, (_, i) => (observed[i] === 1 ? read(i) : 0)), observed };
}

/** Labels of cases: of units at each wave from their own row, of units from their row at the wave of the analysis. */
function panelLabels(
  data: PanelColumns,
  settings: QcaSettings,
  { ids, caseOf }: Places,
  variable: string | null,
  as: 'cluster' | 'unit',
): readonly string[] {
  const isRepeated = settings.cases === 'unit-wave';
  if (variable === null) {
    if (as === 'unit') return isRepeated ? ids.map((_, i) => data.unitIds[data.unitIndex[i]!]!) : ids;
    if (isRepeated) return ids.map((_, i) => data.waves[data.waveIndex[i]!]!);
    throw new AppError(
      'invalid-request',
      'Say which variable names the cluster of a case; only units at each wave have one.',
      {},
    );
  }
  const column = data.columns[variable]!;
  const w = isRepeated ? -1 : waveIndex(data, settings.wave, variable);
  const labels = ids.map(() => '');
  for (let i = 0; i < data.rows; i++) {
    const c = caseOf[i]!;
    if (c < 0 || (w >= 0 && data.waveIndex[i] !== w) || column.status[i] !== valueStatus.observed) continue;
    labels[c] = column.type === 'number' ? String(column.values[i]!) : column.levels[column.codes[i]!]!;
  }
  return labels;
}

/** Collectives of at least so many units: a name that few share says where they are. */
function collectivePlaces(data: PanelColumns, group: string, least: number): Places {
  const column = data.columns[group]!;
  if (column.type !== 'coded')
    throw new AppError('invalid-request', `The collective column "${group}" is a number; expected names.`, {
      variable: group,
    });
  const members = column.levels.map(() => new Set<number>());
  column.codes.forEach((code, row) => {
    if (code >= 0) members[code]!.add(data.unitIndex[row]!);
  });
  const large = [...column.levels.keys()].filter((code) => members[code]!.size >= least);
  const caseOfCode = new Map(large.map((code, at) => [code, at]));
  return {
    ids: large.map((code) => column.levels[code]!),
    given: column.levels.length,
    caseOf: column.codes.map((code) => caseOfCode.get(code) ?? -1),
  };
}

/** What an answer tells of the means of people: each of them, or on which side of one number it lies; null for no people. */
type Told = 'each-number' | 'one-threshold' | null;

const isOneThreshold = ({ variable, calibration }: QcaVariable, used: readonly QcaVariable[]): boolean =>
  calibration?.method === 'crisp' &&
  calibration.thresholds.length === 1 &&
  used.filter((other) => other.variable === variable).length === 1;

/**
 * The mean over a case's observed rows of one wave; a coded variable counts 1 where it has the level. A mean of people is one only
 * of at least the minimum group, and, where each number is told, only if none or as many differ from each of the variable's
 * reference values: 0.05 of twenty is one household.
 */
function meansAt(
  data: PanelColumns,
  { variable, level }: QcaVariable,
  wave: string | null,
  { ids, caseOf }: Places,
  told: Told,
) {
  const w = waveIndex(data, wave, variable);
  const read = reader(data.columns[variable]!, variable, level);
  const { status } = data.columns[variable]!;
  const observed = status.map((s) => (s === valueStatus.observed ? 1 : 0));
  const values = Float64Array.from(observed, (seen, i) => (seen === 1 ? read(i) : 0));
  const sums = new Float64Array(ids.length);
  const counts = new Uint32Array(ids.length);
  for (let i = 0; i < data.rows; i++) {
    const c = caseOf[i]!;
    if (c < 0 || data.waveIndex[i] !== w || observed[i] !== 1) continue;
    sums[c]! += values[i]!;
    counts[c]!++;
  }
  const apart = unitsApart({
    waves: data.waves.length,
    groups: ids.length,
    waveIndex: data.waveIndex,
    groupIndex: caseOf,
    values,
    observed,
    references: told === 'each-number' ? referenceValues(values, observed) : [],
  })[w]!;
  const hasValue = Uint8Array.from(counts, (n, c) => {
    const isEnough = n >= (told === null ? 1 : minimumGroup);
    return isEnough && apart.every((ofWay) => ofWay[c] === 0 || ofWay[c]! >= minimumGroup) ? 1 : 0;
  });
  return { values: sums.map((sum, c) => (hasValue[c] === 1 ? sum / counts[c]! : 0)), observed: hasValue };
}

function waveIndex(data: PanelColumns, wave: string | null, variable: string): number {
  if (wave === null && data.waves.length === 1) return 0;
  const w = wave === null ? -1 : data.waves.indexOf(wave);
  if (w >= 0) return w;
  const known = `${data.waves.slice(0, 5).join(', ')}${data.waves.length > 5 ? ', …' : ''}`;
  throw new AppError(
    'invalid-request',
    wave === null
      ? `The panel has ${data.waves.length} waves; say at which one "${variable}" is to be read (wave): ${known}.`
      : `The panel has no wave "${wave}"; it has ${known}.`,
    { wave, variable },
  );
}

function reader(column: Column, variable: string, level: string | null): (row: number) => number {
  if (column.type === 'number') {
    if (level === null) return (row) => column.values[row]!;
    return (row) => (String(column.values[row]!) === level ? 1 : 0);
  }
  const code = level === null ? -1 : column.levels.indexOf(level);
  if (code >= 0) return (row) => (column.codes[row] === code ? 1 : 0);
  throw new CoreError(
    'invalid-argument',
    `"${variable}" is coded; say which of its values counts as 1 (level): ${column.levels.slice(0, 10).join(', ')}.`,
    { variable, level },
  );
}

function collectiveColumn(description: PanelDescription): string {
  if (description.collectiveColumn !== null) return description.collectiveColumn;
  throw new AppError(
    'invalid-request',
    `Panel "${description.panel}" has no collective column, so collectives cannot be its cases. Use units, or ingest the panel again and name the column.`,
    { panel: description.panel },
  );
}
