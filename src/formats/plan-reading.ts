import { AppError } from '../app/errors.ts';
import type {
  FileProblem,
  PlannedColumn,
  ReadingPlan,
  SchemaField,
  TableSchema,
  ValueFormat,
} from '../app/file-formats.ts';
import type { IngestRequest, Variable, VariableType } from '../app/panels.ts';
import { type ChosenKeys, chooseKeys, plainName } from './choose-keys.ts';
import { inferType, isGrouped, isPlainNumber, looksLikeNumber } from './infer-type.ts';
import { symbolsOf } from './status-symbols.ts';
import { noConstraints } from './table-schema.ts';
import { inferUnitKind } from './unit-kind.ts';

/**
 * How a file will be read: what the request asks wins, then what the schema says, and the rest is inferred from a
 * sample. The rules stand in docs/methods/ingestion.md, "What is inferred".
 *
 * @throws invalid-request where the request names a column that is not there
 */
export function planReading(
  header: readonly string[],
  sample: readonly (readonly string[])[],
  decimal: '.' | ',',
  request: IngestRequest,
  schema: TableSchema | null,
  fileTypes: readonly (VariableType | null)[],
): ReadingPlan {
  const cautions: FileProblem[] = [];
  const names = header.map((name, j) => {
    if (name !== '') return name;
    const given = `column_${j + 1}`;
    cautions.push(about('unnamed-column', given, `Column ${j + 1} has no name; it is read as "${given}".`));
    return given;
  });
  const errors = [...headerProblems(names, schema)];
  const fields = new Map(schema?.fields.map((field) => [field.name, field]));
  const columns = names.map((name, position) => {
    const texts = sample.map((record) => record[position] ?? '');
    return planColumn(position, name, texts, decimal, fields.get(name) ?? null, fileTypes[position] ?? null);
  });
  const keys = plannedKeys(names, sample, decimal, request, schema).map((chosen) => ({
    ...chosen,
    unitKind: request.unitKind ?? inferUnitKind(chosen.unit, names, sample),
  }));
  cautions.push(...unreadNumbers(columns, keys[0]!, sample));
  return { columns, keys, title: request.title ?? schema?.title ?? null, errors, cautions };
}

const about = (rule: string, column: string | null, remedy: string): FileProblem => ({
  rule,
  record: null,
  column,
  value: null,
  remedy,
});

function headerProblems(names: readonly string[], schema: TableSchema | null): FileProblem[] {
  const found: FileProblem[] = [];
  for (const [j, name] of names.entries()) {
    if (names.indexOf(name) !== j) {
      found.push(about('duplicate-column', name, `The header names "${name}" twice; give every column its own name.`));
    }
  }
  if (schema === null) return found;
  for (const field of schema.fields) {
    if (!names.includes(field.name) && !schema.allowsMissingColumns) {
      found.push(
        about(
          'missing-column',
          field.name,
          `The schema names "${field.name}", the file does not; add the column, or mend the schema.`,
        ),
      );
    }
  }
  const declared = new Set(schema.fields.map((field) => field.name));
  for (const name of names) {
    if (!declared.has(name) && !schema.allowsOtherColumns) {
      found.push(
        about(
          'undeclared-column',
          name,
          `The schema does not name "${name}"; declare it, or set "fieldsMatch" to "partial".`,
        ),
      );
    }
  }
  return found;
}

const plainFormat: ValueFormat = {
  decimal: '.',
  group: null,
  date: null,
  trueTexts: ['true', 'True', 'TRUE', '1'],
  falseTexts: ['false', 'False', 'FALSE', '0'],
};

function planColumn(
  position: number,
  name: string,
  texts: readonly string[],
  fileDecimal: '.' | ',',
  field: SchemaField | null,
  fileType: VariableType | null,
): PlannedColumn {
  const sign = field?.format.decimal ?? fileDecimal;
  const group = groupSign(texts, sign);
  const format: ValueFormat = { ...plainFormat, decimal: sign, group, ...field?.format };
  const declared = field?.type ?? fileType;
  const type = declared === null ? inferType(texts, format.decimal) : plainType(declared, field);
  const variable: Variable = {
    name,
    title: field?.title ?? null,
    role: field?.role ?? (type === 'text' ? 'text' : 'attribute'),
    type,
    unit: field?.unit ?? null,
    direction: field?.direction ?? 'neutral',
    level: field?.level ?? (type === 'number' || type === 'integer' ? 'ratio' : 'nominal'),
    codebook: field?.codebook ?? null,
  };
  return {
    position,
    name,
    variable,
    // A plain string may still turn out to be free text.
    typeDeclared: declared !== null && !(declared === 'string' && field?.role == null),
    roleDeclared: field?.role != null,
    levelDeclared: field?.level != null,
    symbols: new Map([...symbolsOf(type), ...(field?.symbols ?? [])]),
    format,
    isPlainNumbers: texts.every((text) => text === '' || isPlainNumber(text, sign)),
    constraints: field?.constraints ?? noConstraints,
  };
}

/**
 * The thousands separator of a column. Where a comma is the decimal sign a point before three digits can be nothing else; a
 * comma is one only where the sample shows it as such.
 */
function groupSign(texts: readonly string[], decimal: '.' | ','): string | null {
  if (decimal === ',') return '.';
  return texts.some((text) => isGrouped(text.trim(), '.')) ? ',' : null;
}

/** Columns read as codes most of whose texts look like numbers that are written in a way this file does not use. */
function unreadNumbers(
  columns: readonly PlannedColumn[],
  keys: ChosenKeys,
  sample: readonly (readonly string[])[],
): FileProblem[] {
  const inKey = [...keys.unit, keys.wave, keys.collective, keys.long?.variable];
  return columns.flatMap(({ position, name, variable, typeDeclared }) => {
    if (variable.type !== 'code' || typeDeclared || inKey.includes(position)) return [];
    const texts = sample.map((record) => (record[position] ?? '').trim()).filter((text) => text !== '');
    const numbers = texts.filter(looksLikeNumber);
    if (numbers.length * 2 <= texts.length) return [];
    const remedy =
      'Most texts of this column look like numbers but cannot be read as such, so it became a code. Write them with one decimal sign and no other signs, or say which decimal sign the file uses.';
    return [{ ...about('looks-like-a-number', name, remedy), value: numbers[0]! }];
  });
}

function plainType(declared: NonNullable<SchemaField['type']>, field: SchemaField | null): VariableType {
  if (declared === 'string') return field?.role === 'text' ? 'text' : 'code';
  // A year or month that is no part of the key is a label.
  if (declared === 'wave') return 'code';
  return declared;
}

function plannedKeys(
  names: readonly string[],
  sample: readonly (readonly string[])[],
  decimal: '.' | ',',
  request: IngestRequest,
  schema: TableSchema | null,
): ChosenKeys[] {
  const find = (asked: string | null, what: string): number | null => {
    if (asked === null) return null;
    const at = names.indexOf(asked);
    if (at >= 0) return at;
    throw new AppError(
      'invalid-request',
      `The request names "${asked}" as the ${what} column, which the file does not have; it has ${listed(names)}.`,
      { field: what, received: asked, columns: names },
    );
  };
  const fromSchema = schemaKeys(names, schema);
  const unit = find(request.unit, 'unit');
  const plain = names.map(plainName);
  return chooseKeys({
    asked: {
      unit: unit === null ? fromSchema.unit : [unit],
      wave: find(request.wave, 'wave') ?? fromSchema.wave,
      collective:
        find(request.collective, 'collective') ??
        indexOrNull(names, schema?.fields.find((field) => field.role === 'collective')?.name),
      variable: find(request.variable, 'variable') ?? fromSchema.variable,
      value: find(request.value, 'value') ?? fromSchema.value,
      layout: request.layout,
    },
    names: plain,
    sample,
    decimal,
  });
}

const listed = (names: readonly string[]): string =>
  names
    .slice(0, 20)
    .map((name) => `"${name}"`)
    .join(', ') + (names.length > 20 ? ` and ${names.length - 20} more` : '');

const indexOrNull = (names: readonly string[], name: string | undefined): number | null => {
  const at = name === undefined ? -1 : names.indexOf(name);
  return at < 0 ? null : at;
};

/**
 * The key that a schema's primary key means: its year, month or column named like a wave is the wave, the others the
 * unit; where all but one column belong to the key and one of them names what is measured, the file is long.
 */
function schemaKeys(
  names: readonly string[],
  schema: TableSchema | null,
): { unit: readonly number[]; wave: number | null; variable: number | null; value: number | null } {
  const none = { unit: [], wave: null, variable: null, value: null };
  if (schema === null || schema.primaryKey.length === 0) return none;
  const key = schema.primaryKey.map((name) => names.indexOf(name));
  if (key.some((j) => j < 0)) return none;
  const typeOf = (j: number) => schema.fields.find((field) => field.name === names[j])?.type ?? null;
  const isWave = (j: number) => typeOf(j) === 'wave' || typeOf(j) === 'date' || waveLike.test(plainName(names[j]!));
  const wave = key.length > 1 ? (key.find(isWave) ?? null) : key.length === 1 && isWave(key[0]!) ? key[0]! : null;
  const rest = key.filter((j) => j !== wave);
  const outside = names.flatMap((_, j) => (key.includes(j) ? [] : [j]));
  if (rest.length === 2 && outside.length === 1) {
    return { unit: [rest[0]!], wave, variable: rest[1]!, value: outside[0]! };
  }
  return { ...none, unit: rest, wave };
}

const waveLike = /^(wave|month|maand|year|jaar|quarter|kwartaal|date|datum|period|perioden?)$/;
