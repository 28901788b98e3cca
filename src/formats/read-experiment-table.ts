import { createHash } from 'node:crypto';
import { AppError } from '../app/errors.ts';
import type { BuildingBlock, Experiment, GivenExperiments, GivenTable } from '../app/experiments.ts';
import { recordsOf, type TableRecord } from './experiment-records.ts';

interface Field {
  readonly name: string;
  readonly type: string | null;
  readonly title: string;
  readonly unit: string;
  readonly role: string | null;
  readonly categories: readonly string[] | null;
}

/** What a column can be: the role that says so, or the name by which it is known without one. */
const parts = {
  experiment: ['experiment'],
  kpi: ['kpi'],
  group: ['group', 'neighbourhood'],
  region: ['region'],
  grade: ['grade'],
  effect: ['effect'],
  variance: ['variance'],
  n: ['n', 'households'],
} as const satisfies Record<string, readonly string[]>;
type Part = keyof typeof parts;

/**
 * Reads any table of experiments by its Table Schema. Roles: `group` and `effect` must be there, and `variance` or `n`; `region`,
 * `grade`, `kpi` (a text; a number with the role `kpi` is the effect) and `experiment` may be; a column of that name needs no role. Columns with the role `context` are numbers, booleans
 * (0 and 1) or texts (a context for each category but the first); columns with the role `building-block` are booleans or integers
 * (0 or 1), numbers (doses, as a share of the largest) or texts (a block for each category). Nothing else becomes a context.
 *
 * With `n` in place of `variance` the variance of an effect d is 4 s2 / n + d2 / (2 n): two arms of equal size, s the
 * `standardDeviation` of the effect's field or 1 (Hedges and Olkin 1985, p. 86).
 *
 * @throws invalid-request for a schema that does not say enough; invalid-file naming line, column, value and what was expected
 */
export function readExperimentTable({ csv, schema }: GivenTable): GivenExperiments {
  const { fields, missing } = readSchema(schema);
  const roles = new Set<string>(['context', 'building-block', ...Object.keys(parts), 'attribute', 'text']);
  const strange = fields.find(({ role }) => role !== null && !roles.has(role));
  if (strange !== undefined) {
    throw unclear(
      `the field "${strange.name}" has the role "${strange.role}"; expected one of ${[...roles].join(', ')}`,
    );
  }
  const column = (part: Part): Field | null =>
    fields.find(({ role, type }) => role === part && (part !== 'kpi' || !isNumeric(type))) ??
    (part === 'effect' ? fields.find(({ role, type }) => role === 'kpi' && isNumeric(type)) : undefined) ??
    fields.find(({ role, name }) => (parts[part] as readonly string[]).includes(name) && isFree(role)) ??
    null;
  const needed = (part: Part): Field => {
    const field = column(part);
    if (field !== null) return field;
    throw unclear(`no field has the role "${part}"`);
  };
  const [group, effect] = [needed('group'), needed('effect')];
  const [region, grade, kpi, experiment, variance, size] = (
    ['region', 'grade', 'kpi', 'experiment', 'variance', 'n'] as const
  ).map(column) as (Field | null)[];
  if (!variance && !size) throw unclear('no field has the role "variance" or "n"');
  const blockFields = fields.filter(({ role }) => role === 'building-block');
  if (blockFields.length === 0) throw unclear('no field has the role "building-block"');
  const contextFields = fields.filter(({ role }) => role === 'context');
  const used = [group, effect, region, grade, kpi, experiment, variance, size, ...blockFields, ...contextFields];
  const records = recordsOf(
    csv,
    used.flatMap((field) => (field ? [field.name] : [])),
  );
  const isMissing = (value: string) => missing.has(value) || value.trim() === '';
  const number = (record: TableRecord, { name }: Field, expected = 'a number', holds = (_: number) => true): number => {
    const value = Number(record.row[name]);
    if (!isMissing(record.row[name]!) && Number.isFinite(value) && holds(value)) return value;
    throw wrong(record, name, expected);
  };
  const text = (record: TableRecord, { name }: Field): string => {
    if (!isMissing(record.row[name]!)) return record.row[name]!;
    throw wrong(record, name, 'a text');
  };
  const categoriesOf = (field: Field): readonly string[] => {
    const found = new Set(records.map(({ row }) => row[field.name]!).filter((value) => !isMissing(value)));
    return field.categories ?? [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  };

  const blocks = blockFields.map((field) => readBlocks(field, records, { number, text, categoriesOf }));
  const contexts = contextFields.map((field) => readContexts(field, { number, categoriesOf, isMissing }));
  const standardDeviation = spreadOf(schema, effect.name);
  const experiments = records.map((record, i): Experiment => {
    const d = number(record, effect);
    const n = size ? number(record, size, 'a number above 0', (v) => v > 0) : null;
    const mix = blocks.flatMap((block) => block.amounts(i));
    return {
      experiment: experiment ? text(record, experiment) : record.digest,
      kpi: kpi ? text(record, kpi) : effect.name,
      neighbourhood: text(record, group),
      region: region ? text(record, region) : 'all',
      start: '',
      grade: grade ? text(record, grade) : 'not stated',
      effect: d,
      variance: variance
        ? number(record, variance, 'a number above 0', (v) => v > 0)
        : (4 * standardDeviation ** 2) / n! + d ** 2 / (2 * n!),
      households: n ?? Number.POSITIVE_INFINITY,
      blocks: mix.filter(({ amount }) => amount > 0).map(({ block }) => block),
      ...(mix.some(({ amount }) => amount > 0 && amount < 1)
        ? {
            doses: Object.fromEntries(
              mix.filter(({ amount }) => amount > 0).map(({ block, amount }) => [block, amount]),
            ),
          }
        : {}),
      context: Object.fromEntries(contexts.flatMap((context) => context.values(record))),
    };
  });
  refuseTwice(experiments);
  const gradeNames = grade ? categoriesOf(grade) : ['not stated'];
  const strayGrade = experiments.findIndex((row) => !gradeNames.includes(row.grade));
  if (strayGrade >= 0) throw wrong(records[strayGrade]!, grade!.name, gradeNames.join(', '));
  const registry = {
    digest: createHash('sha256').update(csv).update(JSON.stringify(schema)).digest('hex'),
    blocks: blocks.flatMap(({ names }) => names.map(plainBlock)),
    contexts: contexts.flatMap(({ names, field }) =>
      names.map((name) => ({ name, title: field.title, unit: field.unit })),
    ),
    grades: gradeNames,
    experiments: experiments.sort((a, b) =>
      Buffer.compare(Buffer.from(`${a.experiment}\0${a.kpi}`), Buffer.from(`${b.experiment}\0${b.kpi}`)),
    ),
    neighbourhoods: {},
    regionOf: {},
  };
  const warnings = [
    ...(size ? [] : [{ code: 'sizes-not-stated', parameters: {} }]),
    ...(grade ? [] : [{ code: 'grades-not-stated', parameters: {} }]),
    ...(variance ? [] : [{ code: 'variance-from-size', parameters: { standardDeviation } }]),
  ];
  return { registry, warnings };
}

/** A role that does not claim the column for something else. */
const isFree = (role: string | null) => role === null || role === 'attribute';
const isNumeric = (type: string | null) => type === 'number' || type === 'integer';

interface Cells {
  number(record: TableRecord, field: Field, expected?: string, holds?: (value: number) => boolean): number;
  categoriesOf(field: Field): readonly string[];
}

/** The blocks of a column, and how much of each was in the mix of a row. */
function readBlocks(
  field: Field,
  records: readonly TableRecord[],
  { number, text, categoriesOf }: Cells & { text(record: TableRecord, field: Field): string },
) {
  if (field.type === 'string') {
    const names = categoriesOf(field);
    const values = records.map((record) => {
      const value = text(record, field);
      if (names.includes(value)) return value;
      throw wrong(record, field.name, names.join(', '));
    });
    return {
      names,
      amounts: (row: number) => names.map((block) => ({ block, amount: values[row] === block ? 1 : 0 })),
    };
  }
  const dosed = field.type === 'number';
  const values = records.map((record) =>
    dosed
      ? number(record, field, 'a dose, 0 or more', (v) => v >= 0)
      : flagOf(record, field.name, field.type === 'boolean'),
  );
  const largest = dosed ? values.reduce((a, b) => Math.max(a, b), 0) : 1;
  const amount = (row: number) => (largest > 0 ? values[row]! / largest : 0);
  return { names: [field.name], amounts: (row: number) => [{ block: field.name, amount: amount(row) }] };
}

/** The contexts of a column, and their values in a row. */
function readContexts(
  field: Field,
  { number, categoriesOf, isMissing }: Cells & { isMissing(value: string): boolean },
) {
  if (field.type === 'string') {
    const categories = categoriesOf(field).slice(1);
    const named = categories.map((category) => [category, `${field.name}=${category}`] as const);
    return {
      field,
      names: named.map(([, name]) => name),
      values: ({ row }: TableRecord): [string, number | null][] =>
        named.map(([category, name]) => [
          name,
          isMissing(row[field.name]!) ? null : row[field.name] === category ? 1 : 0,
        ]),
    };
  }
  const value = (record: TableRecord) =>
    field.type === 'boolean' ? flagOf(record, field.name, true) : number(record, field);
  return {
    field,
    names: [field.name],
    values: (record: TableRecord): [string, number | null][] => [
      [field.name, isMissing(record.row[field.name]!) ? null : value(record)],
    ],
  };
}

function flagOf(record: TableRecord, name: string, words: boolean): number {
  const value = record.row[name]!.trim().toLowerCase();
  if (value === '1' || (words && value === 'true')) return 1;
  if (value === '0' || (words && value === 'false')) return 0;
  throw wrong(record, name, words ? 'true, false, 0 or 1' : '0 or 1 (for doses give the field the type "number")');
}

const plainBlock = (id: string): BuildingBlock => ({
  id,
  name: { en: id, nl: id },
  description: { en: '', nl: '' },
  costPerHousehold: 0,
  prerequisites: [],
  excludes: [],
});

function refuseTwice(experiments: readonly Experiment[]): void {
  const seen = new Set<string>();
  for (const { experiment, kpi } of experiments) {
    const key = `${experiment}\0${kpi}`;
    if (seen.has(key)) {
      throw new AppError(
        'invalid-file',
        `Experiment ${experiment} stands twice for ${kpi}; expected one row per experiment and KPI.`,
        { experiment, kpi },
      );
    }
    seen.add(key);
  }
}

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema itself, or the one resource with experiments of a data package. */
function schemaOf(json: unknown): Json {
  if (!isObject(json)) throw unclear('it is no object');
  if (Array.isArray(json.fields)) return json;
  if (isObject(json.schema)) return schemaOf(json.schema);
  const resources = Array.isArray(json.resources) ? json.resources.filter(isObject) : [];
  const found =
    resources.find(({ name }) => name === 'experiments') ?? (resources.length === 1 ? resources[0] : undefined);
  if (found) return schemaOf(found);
  throw unclear('it has no list "fields"');
}

function readSchema(json: unknown): { readonly fields: readonly Field[]; readonly missing: ReadonlySet<string> } {
  const schema = schemaOf(json);
  const fields = (schema.fields as unknown[]).map((field, i): Field => {
    if (!isObject(field) || typeof field.name !== 'string' || field.name === '')
      throw unclear(`field ${i + 1} has no name`);
    const optional = (key: string) => (typeof field[key] === 'string' ? (field[key] as string) : null);
    const allowed = field.categories ?? (isObject(field.constraints) ? field.constraints.enum : undefined);
    return {
      name: field.name,
      type: optional('type'),
      title: optional('title') ?? field.name,
      unit: optional('unit') ?? '',
      role: optional('role'),
      categories: Array.isArray(allowed) ? allowed.map((entry) => String(isObject(entry) ? entry.value : entry)) : null,
    };
  });
  const symbols = Array.isArray(schema.missingValues) ? schema.missingValues : [''];
  return { fields, missing: new Set(symbols.map((entry) => String(isObject(entry) ? entry.value : entry))) };
}

/** What one standard deviation of the outcome is in units of the effect: 1 for a standardised effect. */
function spreadOf(json: unknown, effect: string): number {
  const field = (schemaOf(json).fields as Json[]).find(({ name }) => name === effect)!;
  const spread = field.standardDeviation ?? 1;
  if (typeof spread === 'number' && spread > 0 && Number.isFinite(spread)) return spread;
  throw unclear(`"standardDeviation" of the field "${effect}" is ${JSON.stringify(spread)}; expected a number above 0`);
}

const unclear = (what: string) =>
  new AppError(
    'invalid-request',
    `The schema of the table of experiments does not say enough: ${what}. Expected a Table Schema whose fields have the roles group, effect, variance or n, building-block and context, and where there are such columns region, grade, kpi and experiment.`,
  );

const wrong = ({ row, line }: TableRecord, column: string, expected: string) =>
  new AppError('invalid-file', `Line ${line}, column ${column}: received "${row[column]}"; expected ${expected}.`, {
    line,
    column,
    value: row[column],
  });
