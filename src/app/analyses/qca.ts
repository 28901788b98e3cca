import { CoreError } from '../../core/errors.ts';
import { referenceValues } from '../../core/insights/reference-values.ts';
import { unitsApart } from '../../core/insights/units-apart.ts';
import type { Column, PanelColumns } from '../../core/panel/columns.ts';
import { valueStatus } from '../../core/panel/columns.ts';
import type { QcaColumn, QcaInput, QcaLimits, SolutionKind } from '../../core/qca/analysis-records.ts';
import type { Calibration } from '../../core/qca/calibrate.ts';
import type { ConditionType } from '../../core/qca/conditions.ts';
import { isAboutPeople } from '../about-people.ts';
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import { minimumGroup } from '../minimum-group.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { DataSource, Draft } from '../results.ts';
import { gateQca, gateQcaWarnings, type QcaBody, toBody } from './qca-body.ts';

export type { QcaBody } from './qca-body.ts';

/** How one column of the cases comes from a variable, and a set from the column. */
export interface QcaVariable {
  readonly variable: string;
  /** its name in expressions; the variable's when null */
  readonly name: string | null;
  /** wave to read it at; the analysis' wave when null */
  readonly wave: string | null;
  /** an earlier wave: the column is then the change since it */
  readonly since: string | null;
  /** for a coded variable: the value that counts as 1, all others as 0 */
  readonly level: string | null;
  /** null: read from the calibrated values, and reported */
  readonly type: ConditionType | null;
  /** null: the values are memberships or levels already */
  readonly calibration: Calibration | null;
}

/** What is to be explained: a variable's set, or an expression over it and further sets, such as `SAVED*~MOVED`. */
export interface QcaOutcomeVariable extends QcaVariable {
  readonly negated: boolean;
  /** null: the set itself */
  readonly expression: string | null;
  /** the further sets that the expression names */
  readonly parts: readonly QcaVariable[];
}

/** Cases given with the request: a cell is a number, a text or null (missing). */
export interface QcaTable {
  readonly columns: readonly string[];
  readonly ids: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface QcaSettings {
  /** a panel, or null with `table` */
  readonly panel: string | null;
  readonly revision: number | null;
  readonly wave: string | null;
  /** what a case is: a unit of the panel, or a collective with the means of its units */
  readonly cases: 'unit' | 'collective';
  readonly table: QcaTable | null;
  readonly outcome: QcaOutcomeVariable;
  readonly conditions: readonly QcaVariable[];
  readonly frequencyCutoff: number;
  readonly consistencyCutoff: number;
  readonly contradictionCutoff: number | null;
  readonly priCutoff: number;
  readonly explain: '1' | 'C';
  readonly includeContradictions: boolean;
  readonly excludedRows: readonly number[];
  /** enhanced standard analysis: what no solution may assume */
  readonly enhanced: QcaInput['enhanced'];
  readonly solutions: readonly SolutionKind[];
  readonly directionalExpectations: readonly string[];
  readonly necessity: QcaInput['necessity'];
  /** which models to list where there are more than `limits.models` */
  readonly listing: QcaInput['listing'];
  /** how often the outcome is dealt to the cases anew to see what chance gives; 0 = not */
  readonly permutations: number;
  readonly seed: number;
  readonly limits: QcaLimits;
}

type VariableRequest = Pick<QcaVariable, 'variable'> & Partial<QcaVariable>;

/** What a caller must say; the rest has the defaults below. */
export type QcaRequest = Partial<Omit<QcaSettings, 'outcome' | 'conditions' | 'limits' | 'necessity' | 'enhanced'>> & {
  readonly outcome: VariableRequest & {
    readonly negated?: boolean;
    readonly expression?: string | null;
    readonly parts?: readonly VariableRequest[];
  };
  readonly conditions: readonly VariableRequest[];
  readonly necessity?: Partial<QcaSettings['necessity']>;
  readonly enhanced?: Partial<QcaSettings['enhanced']>;
  readonly limits?: Partial<QcaLimits>;
};

const defaults = {
  panel: null,
  revision: null,
  wave: null,
  cases: 'unit',
  table: null,
  frequencyCutoff: 1,
  consistencyCutoff: 0.8,
  contradictionCutoff: null,
  priCutoff: 0,
  explain: '1',
  includeContradictions: false,
  excludedRows: [],
  solutions: ['conservative', 'parsimonious'],
  directionalExpectations: [],
  listing: 'first',
  permutations: 0,
  seed: 1,
} as const satisfies Partial<QcaSettings>;
const necessityDefaults = { consistencyCutoff: 0.9, coverageCutoff: 0, relevanceCutoff: 0.5 } as const;
const enhancedDefaults = { contradictoryAssumptions: false, simultaneousSubsets: false, impossible: [] } as const;
const limitDefaults = {
  primeImplicants: 1_000_000,
  models: 100,
  nodes: 5_000_000,
  derivations: 50,
  listed: 200,
} as const;
const variableDefaults = { name: null, wave: null, since: null, level: null, type: null, calibration: null } as const;

/** Qualitative comparative analysis: truth table, every minimal model, fit, necessity and certificates. */
export const qca = {
  settings(request: QcaRequest): QcaSettings {
    const { outcome, conditions, necessity, enhanced, limits, ...rest } = request;
    if (((rest.panel ?? null) === null) === ((rest.table ?? null) === null)) {
      throw new AppError('invalid-request', 'Give either a panel or a table of cases, not both and not neither.', {});
    }
    return {
      ...defaults,
      ...rest,
      outcome: {
        ...variableDefaults,
        negated: false,
        expression: null,
        ...outcome,
        parts: (outcome.parts ?? []).map((part) => ({ ...variableDefaults, ...part })),
      },
      conditions: conditions.map((condition) => ({ ...variableDefaults, ...condition })),
      necessity: { ...necessityDefaults, ...necessity },
      enhanced: { ...enhancedDefaults, ...enhanced },
      limits: { ...limitDefaults, ...limits },
    };
  },

  async run(settings: QcaSettings, context: AnalysisContext): Promise<Draft<QcaSettings, QcaBody>> {
    const cases = settings.table === null ? await casesFromPanel(settings, context) : casesFromTable(settings.table);
    context.progress(0.1, 'reading');
    const columnOf = (variable: QcaVariable): QcaColumn => {
      const { values, observed } = cases.column(variable);
      return {
        name: nameOf(variable),
        values,
        observed,
        calibration: variable.calibration,
        type: variable.type,
      };
    };
    const analysis = await context.ports.compute.run(
      'qca',
      {
        caseIds: cases.ids,
        outcome: {
          ...columnOf(settings.outcome),
          negated: settings.outcome.negated,
          expression: settings.outcome.expression,
          parts: settings.outcome.parts.map(columnOf),
        },
        conditions: settings.conditions.map(columnOf),
        truthTable: {
          frequencyCutoff: settings.frequencyCutoff,
          consistencyCutoff: settings.consistencyCutoff,
          contradictionCutoff: settings.contradictionCutoff,
          priCutoff: settings.priCutoff,
          binomialTest: null,
        },
        explain: settings.explain,
        includeContradictions: settings.includeContradictions,
        excludedRows: settings.excludedRows,
        enhanced: settings.enhanced,
        solutions: settings.solutions,
        directionalExpectations: settings.directionalExpectations,
        necessity: settings.necessity,
        listing: settings.listing,
        permutations: settings.permutations,
        seed: settings.seed,
        limits: settings.limits,
      },
      context,
    );
    return {
      class: 'release',
      settings,
      seed: settings.seed,
      sources: cases.sources,
      attrition: [
        { step: 'cases-given', units: cases.given },
        ...(cases.given === cases.ids.length ? [] : [{ step: 'cases-large-enough', units: cases.ids.length }]),
        { step: 'cases-complete', units: analysis.caseCount },
      ],
      warnings: analysis.warnings,
      body: toBody({ ...analysis, memberships: withoutScores(analysis.memberships, cases.sidesOnly) }, cases.protected),
    };
  },

  release(body: QcaBody, actor: Actor): QcaBody {
    return actor.role === 'operator' || !body.protected ? body : gateQca(body);
  },

  releaseWarnings: gateQcaWarnings,
};

const withoutScores = (memberships: QcaBody['memberships'], sets: ReadonlySet<string>): QcaBody['memberships'] => ({
  ...memberships,
  raw: Object.fromEntries(Object.entries(memberships.raw).filter(([name]) => !sets.has(name))),
});

const nameOf = ({ name, variable }: QcaVariable): string => name ?? variable;

interface Cases {
  readonly ids: readonly string[];
  /** how many there are before those that are too small are left out */
  readonly given: number;
  readonly protected: boolean;
  readonly sources: readonly DataSource[];
  column(variable: QcaVariable): { readonly values: Float64Array; readonly observed: Uint8Array };
  /** sets read so far whose scores may not be told, only on which side of their threshold they lie */
  readonly sidesOnly: ReadonlySet<string>;
}

function casesFromTable({ columns, ids, rows }: QcaTable): Cases {
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
    sources: [],
    sidesOnly: new Set(),
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
      return { values, observed };
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

async function casesFromPanel(settings: QcaSettings, context: AnalysisContext): Promise<Cases> {
  const { panels } = context.ports;
  const panel = settings.panel!;
  const description = await panels.describe(panel, settings.revision);
  const used = [settings.outcome, ...settings.outcome.parts, ...settings.conditions];
  const wanted = new Set(used.map(({ variable }) => variable));
  const group = settings.cases === 'collective' ? collectiveColumn(description) : null;
  if (group !== null) wanted.add(group);
  const data = await loadColumns(panels, description, [...wanted]);
  const people = isAboutPeople(description.unitKind);
  const place = group === null ? unitPlaces(data) : collectivePlaces(data, group, people ? minimumGroup : 1);
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
    sources: [{ panel, revision: data.revision, digest: data.digest, units: null }],
    sidesOnly,
    column(variable) {
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
