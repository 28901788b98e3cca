import type { PlannedColumn, PlannedKeys, ReadingPlan } from '../app/file-formats.ts';
import { quoteText, type Session } from './database.ts';
import { type Loading, type Retyped, retypeColumn, tooManyColumns } from './loading.ts';
import type { Reading } from './open-reading.ts';
import { type ProblemList, wholeFile } from './problem-list.ts';
import { clean, keySql, type StagedColumn } from './stage.ts';
import { storesNumber } from './value-sql.ts';

/** A long file as a wide relation. */
export interface PivotedFile {
  readonly columns: readonly StagedColumn[];
  /** SQL with the columns unit, wave and t0, t1, ... */
  readonly relation: string;
  /** columns of the file that are part of nothing */
  readonly unused: readonly string[];
}

type LongKeys = PlannedKeys & { readonly long: NonNullable<PlannedKeys['long']> };

/** The texts of a long file in the order of the file, as a temporary table of the session. */
export const longTexts = 'long_texts';

/**
 * Loads a long file (unit, wave, variable, value) as texts and turns it into a wide relation: one row for each unit and
 * wave, one column for each variable, in order of unit and wave. A value that has no row is absent.
 *
 * @throws too-many-columns where there are more variables than the limit
 */
export async function pivotLong(
  loading: Loading,
  reading: Reading,
  plan: ReadingPlan,
  keys: LongKeys,
  retyped: Retyped,
  errors: ProblemList,
): Promise<PivotedFile> {
  const { session, formats, request } = loading;
  const { isClean } = reading;
  const { unit, wave } = keySql(keys, request.panel, isClean);
  const collective = keys.collective === null ? 'NULL::VARCHAR' : clean(`t${keys.collective}`, isClean);
  await session.run(
    `CREATE OR REPLACE TEMPORARY TABLE ${longTexts} AS SELECT ${unit} AS unit, ${wave} AS wave,
       ${collective} AS collective, ${clean(`t${keys.long.variable}`, isClean)} AS variable,
       ${clean(`t${keys.long.value}`, isClean)} AS value
     FROM ${reading.relation(new Set())}`,
  );
  await checkLong(session, keys, plan, errors);
  const names = await session.rows<{ name: string }>(
    `SELECT variable AS name FROM ${longTexts} WHERE variable IS NOT NULL GROUP BY variable ORDER BY min(rowid)`,
  );
  if (names.length > loading.columnLimit) throw tooManyColumns(names.length, loading.columnLimit);
  const value = plan.columns[keys.long.value]!;
  const planned: PlannedColumn[] = [];
  for (const [position, { name }] of names.entries()) {
    const texts = await session.rows<{ value: string }>(
      `SELECT value FROM ${longTexts} WHERE variable = ? AND value IS NOT NULL ORDER BY rowid LIMIT 1000`,
      [name],
    );
    const type = value.typeDeclared
      ? value.variable.type
      : formats.inferType(
          texts.map((row) => row.value),
          value.format.decimal,
        );
    const column = { ...value, position, name, variable: { ...value.variable, name, title: null } };
    planned.push(
      retypeColumn(retypeColumn(column, value.typeDeclared ? undefined : type, formats), retyped.get(name), formats),
    );
  }
  const selected = planned.map(
    ({ name, position }) => `max(value) FILTER (variable = ${quoteText(name)}) AS t${position}`,
  );
  if (keys.collective !== null) {
    selected.push(`max(collective) AS t${planned.length}`);
    planned.push({ ...plan.columns[keys.collective]!, position: planned.length });
  }
  const used = [...keys.unit, keys.wave, keys.collective, keys.long.variable, keys.long.value];
  return {
    columns: planned.map((column, i) => ({
      planned: column,
      storedAs: `c${column.position}`,
      place: i + 1,
      isNumber: storesNumber(column),
      isRead: false,
    })),
    relation: `(SELECT unit, wave${selected.map((sql) => `, ${sql}`).join('')} FROM ${longTexts}
      GROUP BY unit, wave ORDER BY unit, wave)`,
    unused: plan.columns.filter((column) => !used.includes(column.position)).map((column) => column.name),
  };
}

async function checkLong(session: Session, keys: LongKeys, plan: ReadingPlan, errors: ProblemList): Promise<void> {
  const name = (position: number): string => plan.columns[position]!.name;
  const find = async (rule: string, rows: string, column: string, remedy: string) => {
    const found = await session.rows<{ record: number; value: string | null; total: number }>(
      `SELECT record, value, count(*) OVER () AS total FROM (${rows}) ORDER BY record LIMIT 100`,
    );
    errors.add(
      found[0]?.total ?? 0,
      found.map(({ record, value }) => ({ rule, record, column, value, remedy })),
    );
  };
  const missing = (field: string) => `SELECT rowid AS record, value FROM ${longTexts} WHERE ${field} IS NULL`;
  await find(
    'missing-variable',
    missing('variable'),
    name(keys.long.variable),
    'Every row of the long form names what its value measures.',
  );
  if (keys.unit.length > 0) {
    await find('missing-unit', missing('unit'), name(keys.unit[0]!), 'Every row names its unit; fill it in.');
  }
  if (keys.wave !== null) {
    await find('missing-wave', missing('wave'), name(keys.wave), 'Every row names its wave; fill it in.');
  }
  await find(
    'duplicate-key',
    `SELECT record, value FROM (SELECT rowid AS record, concat_ws(', ', unit, wave, variable) AS value,
       row_number() OVER (PARTITION BY unit, wave, variable ORDER BY rowid) AS place
       FROM ${longTexts} WHERE variable IS NOT NULL AND unit IS NOT NULL) WHERE place > 1`,
    name(keys.long.variable),
    'Keep one value for each unit, wave and variable; the first stands earlier in the file.',
  );
  if (keys.collective === null) return;
  const conflicts = await session.rows<{ unit: string }>(
    `SELECT DISTINCT unit FROM (SELECT unit FROM ${longTexts} GROUP BY unit, wave HAVING min(collective) <> max(collective))
     ORDER BY unit LIMIT 100`,
  );
  errors.add(
    conflicts.length,
    conflicts.map(({ unit }) =>
      wholeFile('conflicting-collective', 'A unit belongs to one collective in a wave.', name(keys.collective!), unit),
    ),
  );
}
