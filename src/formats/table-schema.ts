import { AppError } from '../app/errors.ts';
import type {
  ColumnConstraints,
  CsvDialect,
  MissingStatus,
  SchemaField,
  TableSchema,
  ValueFormat,
} from '../app/file-formats.ts';

type Json = Readonly<Record<string, unknown>>;

const types: Readonly<Record<string, SchemaField['type']>> = {
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  date: 'date',
  datetime: 'string',
  time: 'string',
  year: 'wave',
  yearmonth: 'wave',
  duration: 'string',
  object: 'string',
  array: 'string',
  list: 'string',
  geopoint: 'string',
  geojson: 'string',
  any: null,
};
const roles = ['kpi', 'attribute', 'context', 'treatment', 'building-block', 'collective', 'text'] as const;
const directions = ['more-is-better', 'less-is-better', 'neutral'] as const;
const levels = ['nominal', 'ordinal', 'interval', 'ratio'] as const;
const statuses: Readonly<Record<string, MissingStatus>> = {
  absent: 'absent',
  suppressed: 'suppressed',
  'not-applicable': 'notApplicable',
  'not applicable': 'notApplicable',
};

/**
 * A Frictionless Table Schema (version 1 or 2), or a data resource that holds one, as this service uses it. Besides the
 * standard properties a field may say `role`, `unit`, `direction`, `level` and `codebook`; unknown properties are
 * allowed by the standard and left alone.
 *
 * @throws invalid-request naming the place (a JSON Pointer), what stands there and what may stand there
 */
export function readTableSchema(json: unknown): TableSchema | null {
  if (json === null || json === undefined) return null;
  const given = object(json, '');
  if (given.resources !== undefined && given.fields === undefined) {
    throw wrong('/resources', given.resources, 'one resource or its schema, not a whole data package');
  }
  const resource = given.fields === undefined && given.schema !== undefined ? given : null;
  const at = resource === null ? '' : '/schema';
  const schema = resource === null ? given : object(given.schema, '/schema');
  if (!Array.isArray(schema.fields) || schema.fields.length === 0) {
    throw wrong(`${at}/fields`, schema.fields, 'a list of fields');
  }
  const common = symbols(schema.missingValues, `${at}/missingValues`);
  const fields = schema.fields.map((field, i) => readField(field, `${at}/fields/${i}`, common));
  const names = fields.map((field) => field.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw wrong(`${at}/fields`, twice, 'each name once');
  const primaryKey = typeof schema.primaryKey === 'string' ? [schema.primaryKey] : (schema.primaryKey ?? []);
  if (!Array.isArray(primaryKey) || !primaryKey.every((name) => names.includes(name))) {
    throw wrong(`${at}/primaryKey`, schema.primaryKey, 'names of fields');
  }
  const match = oneOf(schema.fieldsMatch, ['exact', 'equal', 'subset', 'superset', 'partial'], `${at}/fieldsMatch`);
  return {
    fields,
    primaryKey,
    allowsOtherColumns: match === 'subset' || match === 'partial',
    allowsMissingColumns: match === 'superset' || match === 'partial',
    title: text(resource?.title, '/title'),
    encoding: encoding(resource?.encoding),
    delimiter: delimiter(resource?.dialect),
  };
}

function readField(json: unknown, at: string, common: ReadonlyMap<string, MissingStatus>): SchemaField {
  const field = object(json, at);
  if (typeof field.name !== 'string' || field.name === '') throw wrong(`${at}/name`, field.name, 'a name');
  const type = field.type === undefined ? null : types[String(field.type)];
  if (type === undefined) throw wrong(`${at}/type`, field.type, Object.keys(types).join(', '));
  const categories = readCategories(field.categories, `${at}/categories`);
  const codebook = readCodebook(field.codebook, `${at}/codebook`) ?? categories;
  const constraints = readConstraints(field.constraints, `${at}/constraints`);
  const ordered = field.categoriesOrdered === true;
  return {
    name: field.name.trim(),
    title: text(field.title, `${at}/title`),
    type: type === 'string' && (categories !== null || constraints.allowed !== null) ? 'code' : type,
    role: oneOf(field.role, roles, `${at}/role`),
    unit: text(field.unit, `${at}/unit`),
    direction: oneOf(field.direction, directions, `${at}/direction`),
    level: oneOf(field.level, levels, `${at}/level`) ?? (ordered ? 'ordinal' : null),
    codebook,
    symbols: new Map([...common, ...symbols(field.missingValues, `${at}/missingValues`)]),
    format: readFormat(field, at),
    constraints:
      constraints.allowed === null && categories !== null
        ? { ...constraints, allowed: Object.keys(categories) }
        : constraints,
  };
}

function readFormat(field: Json, at: string): Partial<ValueFormat> {
  const format: { -readonly [K in keyof ValueFormat]?: ValueFormat[K] } = {};
  if (field.bareNumber === false) throw wrong(`${at}/bareNumber`, false, 'true: write numbers without units');
  if (field.decimalChar !== undefined) {
    const sign = oneOf(field.decimalChar, ['.', ','] as const, `${at}/decimalChar`);
    if (sign !== null) format.decimal = sign;
  }
  if (field.groupChar !== undefined) {
    if (typeof field.groupChar !== 'string' || field.groupChar.length !== 1) {
      throw wrong(`${at}/groupChar`, field.groupChar, 'one character');
    }
    format.group = field.groupChar;
  }
  if (field.type === 'date' && field.format !== undefined && field.format !== 'default') {
    if (typeof field.format !== 'string' || !field.format.includes('%')) {
      throw wrong(`${at}/format`, field.format, '"default" or a pattern such as "%d-%m-%Y"');
    }
    format.date = field.format;
  }
  if (field.trueValues !== undefined) format.trueTexts = texts(field.trueValues, `${at}/trueValues`);
  if (field.falseValues !== undefined) format.falseTexts = texts(field.falseValues, `${at}/falseValues`);
  return format;
}

export const noConstraints: ColumnConstraints = Object.freeze({
  required: false,
  unique: false,
  minimum: null,
  maximum: null,
  minimumLength: null,
  maximumLength: null,
  allowed: null,
  pattern: null,
});

function readConstraints(json: unknown, at: string): ColumnConstraints {
  if (json === undefined) return noConstraints;
  const given = object(json, at);
  const bound = (name: string): number | string | null => {
    const value = given[name];
    if (value === undefined) return null;
    if (typeof value === 'number' || typeof value === 'string') return value;
    throw wrong(`${at}/${name}`, value, 'a number or a text');
  };
  const length = (name: string): number | null => {
    const value = given[name];
    if (value === undefined) return null;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    throw wrong(`${at}/${name}`, value, 'a whole number of characters');
  };
  if (given.enum !== undefined && !Array.isArray(given.enum)) throw wrong(`${at}/enum`, given.enum, 'a list of values');
  return {
    required: given.required === true,
    unique: given.unique === true,
    minimum: bound('minimum'),
    maximum: bound('maximum'),
    minimumLength: length('minLength'),
    maximumLength: length('maxLength'),
    allowed: given.enum === undefined ? null : (given.enum as unknown[]).map(String),
    pattern: text(given.pattern, `${at}/pattern`),
  };
}

/** Version 1: texts. Version 2: also `{value, label}`, where the label may name a status. */
function symbols(json: unknown, at: string): ReadonlyMap<string, MissingStatus> {
  if (json === undefined) return new Map();
  if (!Array.isArray(json)) throw wrong(at, json, 'a list');
  return new Map(
    json.map((entry, i): [string, MissingStatus] => {
      if (typeof entry === 'string') return [entry.trim(), 'absent'];
      const { value, label } = object(entry, `${at}/${i}`);
      if (typeof value !== 'string') throw wrong(`${at}/${i}/value`, value, 'a text');
      const status = label === undefined ? 'absent' : statuses[String(label).toLowerCase()];
      return [value.trim(), status ?? 'absent'];
    }),
  );
}

function readCategories(json: unknown, at: string): Record<string, string> | null {
  if (json === undefined) return null;
  if (!Array.isArray(json) || json.length === 0) throw wrong(at, json, 'a list of categories');
  return Object.fromEntries(
    json.map((entry, i) => {
      if (typeof entry === 'string' || typeof entry === 'number') return [String(entry), String(entry)];
      const { value, label } = object(entry, `${at}/${i}`);
      if (typeof value !== 'string' && typeof value !== 'number') throw wrong(`${at}/${i}/value`, value, 'a value');
      return [String(value), label === undefined ? String(value) : String(label)];
    }),
  );
}

function readCodebook(json: unknown, at: string): Record<string, string> | null {
  if (json === undefined || json === null) return null;
  return Object.fromEntries(Object.entries(object(json, at)).map(([code, meaning]) => [code, String(meaning)]));
}

function encoding(json: unknown): TableSchema['encoding'] {
  const name = text(json, '/encoding')?.toLowerCase() ?? null;
  if (name === null) return null;
  if (name === 'utf-8' || name === 'utf8') return 'utf-8';
  if (['windows-1252', 'cp1252', 'latin1', 'iso-8859-1', 'iso8859-1'].includes(name)) return 'windows-1252';
  throw wrong('/encoding', json, '"utf-8" or "windows-1252"');
}

function delimiter(dialect: unknown): CsvDialect['delimiter'] | null {
  if (dialect === undefined || typeof dialect === 'string') return null;
  const given = object(dialect, '/dialect');
  const csv = given.csv === undefined ? given : object(given.csv, '/dialect/csv');
  return oneOf(csv.delimiter, [',', ';', '\t'] as const, '/dialect/delimiter');
}

function object(json: unknown, at: string): Json {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Json;
  throw wrong(at === '' ? '/' : at, json, 'an object');
}

function text(json: unknown, at: string): string | null {
  if (json === undefined || json === null) return null;
  if (typeof json === 'string') return json;
  throw wrong(at, json, 'a text');
}

function texts(json: unknown, at: string): readonly string[] {
  if (Array.isArray(json) && json.every((entry) => typeof entry === 'string')) return json;
  throw wrong(at, json, 'a list of texts');
}

function oneOf<C extends string>(json: unknown, choices: readonly C[], at: string): C | null {
  if (json === undefined || json === null) return null;
  if (choices.includes(json as C)) return json as C;
  throw wrong(at, json, choices.join(', '));
}

function wrong(pointer: string, received: unknown, expected: string): AppError {
  return new AppError(
    'invalid-request',
    `The schema holds ${JSON.stringify(received) ?? 'nothing'} at ${pointer}; expected ${expected}.`,
    { pointer: `/schema${pointer}`, received: received ?? null, expected },
  );
}
