import type { FileFormats, FileProblem, PlannedKeys, ReadingPlan } from '../app/file-formats.ts';
import type { IngestRequest, UnitKind } from '../app/panels.ts';
import { rankWaves, type StagedWaves, summariseUnits } from './check-keys.ts';
import { type Loading, type Retyped, retypeColumn, tooManyColumns } from './loading.ts';
import type { Reading } from './open-reading.ts';
import { type ProblemList, wholeFile } from './problem-list.ts';
import {
  keySql,
  numberRows,
  readableNumbers,
  rowsTable,
  type StagedColumn,
  stagedColumns,
  stageRows,
} from './stage.ts';
import { pivotLong } from './stage-long.ts';

/** A file in the table of its revision to be, its waves ranked and its units summarised; not yet judged. */
export interface Loaded {
  readonly reading: Reading;
  readonly plan: ReadingPlan;
  readonly keys: PlannedKeys;
  readonly columns: readonly StagedColumn[];
  readonly rows: number;
  readonly units: number;
  readonly waves: StagedWaves;
  /** rows beyond the first of a unit and wave */
  readonly duplicates: number;
  readonly cautions: readonly FileProblem[];
}

/**
 * Loads a file by its plan. An uncertain key with duplicates gives way to the next; a file that the database cannot
 * read with numbers is read as texts, and one that it cannot read at all is searched for faults and, where there are none,
 * written again and read once more.
 *
 * @returns null for a file that cannot be loaded; `errors` then say why
 * @throws too-many-columns, invalid-request
 */
export async function loadFile(
  loading: Loading,
  reading: Reading,
  retyped: Retyped,
  errors: ProblemList,
): Promise<Loaded | null> {
  if (reading.header.length > loading.columnLimit) throw tooManyColumns(reading.header.length, loading.columnLimit);
  const { formats, request, schema } = loading;
  const plan = retype(
    formats.plan(reading.header, reading.sample, reading.decimal, request, schema, reading.fileTypes),
    retyped,
    formats,
  );
  if (plan.errors.length > 0) {
    errors.add(plan.errors.length, plan.errors);
    return null;
  }
  try {
    for (const [i, keys] of plan.keys.entries()) {
      const loaded = await loadWithKeys(loading, reading, plan, keys, retyped, errors);
      const givesWay = !keys.certain && i < plan.keys.length - 1;
      if (loaded === null || loaded.duplicates === 0 || !givesWay) return loaded;
    }
    return null;
  } catch (cause) {
    if (!isUnreadable(cause)) throw cause;
    if (reading.readsNumbers) return loadFile(loading, { ...reading, readsNumbers: false }, retyped, errors);
    return recover(loading, reading, retyped, errors, cause as Error);
  }
}

function retype(plan: ReadingPlan, retyped: Retyped, formats: FileFormats): ReadingPlan {
  if (retyped.size === 0) return plan;
  return { ...plan, columns: plan.columns.map((column) => retypeColumn(column, retyped.get(column.name), formats)) };
}

/** Reads a file into the table of its revision to be. @returns its variables, and the columns left over by a long file */
export async function stageFile(
  loading: Loading,
  reading: Reading,
  plan: ReadingPlan,
  keys: PlannedKeys,
  retyped: Retyped,
  errors: ProblemList,
): Promise<{ readonly columns: readonly StagedColumn[]; readonly unused: readonly string[] } | null> {
  const { session, key, request } = loading;
  const { isClean } = reading;
  await session.run(`DROP TABLE IF EXISTS ${rowsTable(key)}`);
  if (keys.long === null) {
    const numbers = reading.readsNumbers ? readableNumbers(plan.columns, keys, reading.decimal) : new Set<number>();
    const columns = stagedColumns(plan.columns, keys, numbers);
    const keyed = keySql(keys, request.panel, isClean);
    await stageRows(session, key, reading.relation(numbers), columns, keyed, isClean);
    return { columns, unused: [] };
  }
  const pivoted = await pivotLong(loading, reading, plan, { ...keys, long: keys.long }, retyped, errors);
  if (errors.count > 0) return null;
  await stageRows(session, key, pivoted.relation, pivoted.columns, { unit: 'unit', wave: 'wave' }, isClean);
  return pivoted;
}

async function loadWithKeys(
  loading: Loading,
  reading: Reading,
  plan: ReadingPlan,
  keys: PlannedKeys,
  retyped: Retyped,
  errors: ProblemList,
): Promise<Loaded | null> {
  const { session, key, request, formats, signal } = loading;
  const staged = await stageFile(loading, reading, plan, keys, retyped, errors);
  if (staged === null) return null;
  signal.throwIfAborted();
  const [{ rows }] = (await session.rows<{ rows: number }>(`SELECT count(*) AS "rows" FROM ${rowsTable(key)}`)) as [
    { rows: number },
  ];
  if (rows === 0) {
    errors.add(1, [wholeFile('no-rows', 'The file has a header and nothing else; send at least one row.')]);
    return null;
  }
  if (keys.unit.length === 0 && keys.wave === null) await numberRows(session, key, rows);
  const waveColumn = keys.wave === null ? null : plan.columns[keys.wave]!.name;
  const waves = await rankWaves(session, formats, key, waveColumn, errors);
  const { units, duplicates } = await summariseUnits(session, key, keys.wave !== null);
  const cautions = [
    ...reading.cautions,
    ...plan.cautions,
    ...keyCautions(plan, keys),
    ...unitKindCaution(plan, keys, request),
    ...staged.unused.map((name) =>
      wholeFile('unused-column', 'The long form has no place for this column; it was not kept.', name),
    ),
  ];
  return { reading, plan, keys, columns: staged.columns, rows, units, waves, duplicates, cautions };
}

function keyCautions(plan: ReadingPlan, keys: PlannedKeys): FileProblem[] {
  if (keys.unit.length > 0) return [];
  return keys.wave === null
    ? [
        wholeFile(
          'rows-are-units',
          'No column names units, so every row is one, numbered in order of the file; name one with "unit".',
        ),
      ]
    : [
        wholeFile(
          'one-unit',
          'No column names units and every wave occurs once, so the file is one unit; name a column with "unit" if not.',
          plan.columns[keys.wave]!.name,
        ),
      ];
}

const protection =
  'so the panel is protected like one of households: groups below 10 units are shown to the operator only. Say what a unit is if these are no people or homes.';
const openness =
  'so figures of single units are shown to everybody. Say "household" or "other" if a unit is a person or a home.';
const meanings: Readonly<Record<UnitKind, string>> = {
  household: `Nobody said what a unit is; the column is named like one of households, ${protection}`,
  other: `Nobody said what a unit is and nothing shows it, ${protection}`,
  neighbourhood: `Nobody said what a unit is; names and ids are those of places, ${openness}`,
  collective: `Nobody said what a unit is; names and ids are those of collectives, ${openness}`,
};

/** What a unit is decides who may see figures of single units: said out loud where nobody stated it. */
function unitKindCaution(plan: ReadingPlan, keys: PlannedKeys, request: IngestRequest): FileProblem[] {
  if (request.unitKind !== null) return [];
  const columns = keys.unit.map((j) => plan.columns[j]!.name).join('/') || null;
  return [wholeFile('unit-kind-inferred', meanings[keys.unitKind], columns, keys.unitKind)];
}

const isUnreadable = (error: unknown): boolean =>
  /CSV Error|CSV Parser|Invalid unicode|Could not convert string|Malformed JSON|Invalid Input Error/i.test(
    (error as Error).message ?? '',
  );

/** Why the database could not read a delimited file: faults in its records, or a way of writing that it does not know. */
async function recover(
  loading: Loading,
  reading: Reading,
  retyped: Retyped,
  errors: ProblemList,
  cause: Error,
): Promise<Loaded | null> {
  if (reading.format !== 'csv' || reading.records === null) {
    errors.add(1, [
      wholeFile('unreadable-file', 'The file cannot be read as the format it is said to be; write it again.'),
    ]);
    return null;
  }
  const { path, layout } = reading.records;
  const faults = await loading.formats.findRecordFaults(path, layout, loading.signal);
  if (faults.count > 0) {
    errors.add(faults.count, faults.first);
    return null;
  }
  if (reading.rewritten !== null) return loadFile(loading, await reading.rewritten(), retyped, errors);
  const line = /on Line: (\d+)/.exec(cause.message)?.[1];
  errors.add(1, [
    {
      rule: 'unreadable-file',
      record: line === undefined ? null : Number(line) - 2,
      column: null,
      value: null,
      remedy: /line size/i.test(cause.message)
        ? 'A record is longer than 2 MB; is a quote missing?'
        : 'The file is no delimited text that can be read; write it again with a header, one record a line.',
    },
  ]);
  return null;
}
