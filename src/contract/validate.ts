import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** One thing wrong with a value: where (JSON Pointer) and what. */
export interface Violation {
  readonly pointer: string;
  readonly message: string;
}

const validators = new WeakMap<TSchema, Validator>();

function validatorOf(schema: TSchema): Validator {
  let validator = validators.get(schema);
  if (!validator) {
    validator = Compile(schema) as Validator;
    validators.set(schema, validator);
  }
  return validator;
}

/** What is wrong with `value`, each place once; empty where it fits the schema. */
export function violations(schema: TSchema, value: unknown): readonly Violation[] {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return [];
  const found = new Map<string, Violation>();
  const meant = narrow(schema, value) as TSchema;
  for (const error of Compile(meant).Errors(value)) {
    if (error.keyword === 'additionalProperties') {
      const known = Object.keys(at(meant, error.schemaPath).properties ?? {});
      for (const name of error.params.additionalProperties) {
        const near = nearest(name, known);
        found.set(`${error.instancePath}/${name}`, {
          pointer: `${error.instancePath}/${escapePointer(name)}`,
          message: unknownField(name, near, known),
        });
      }
    } else if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) {
        found.set(`${error.instancePath}/${name}`, {
          pointer: `${error.instancePath}/${escapePointer(name)}`,
          message: `required field "${name}" is missing`,
        });
      }
    } else if (!found.has(error.instancePath)) {
      const allowed = 'allowedValues' in error.params ? `: ${inWords(error.params.allowedValues)}` : '';
      found.set(error.instancePath, { pointer: error.instancePath, message: error.message + allowed });
    }
  }
  return [...found.values()];
}

interface Node {
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node | readonly Node[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly required?: readonly string[];
}

/** `by-design, units`; what is more than a word in quotes, so that a comma is seen to be one. */
const inWords = (values: readonly unknown[]): string =>
  values.map((value) => (/^[\w-]+$/.test(String(value)) ? String(value) : JSON.stringify(value))).join(', ');

/**
 * The schema with every union replaced by what the value was meant to be, so that what is wrong is said about that: a choice
 * among literals by the list of them, something or nothing by the something, a union of records by the record with the same
 * literals (`method`), else by the one with the most fields in common.
 */
function narrow(schema: Node, value: unknown): Node {
  const choices = choicesOf(schema, value);
  if (choices !== null) return { enum: choices };
  const something = schema.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  if (something.length === 1 && value !== null) return narrow(something[0]!, value);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined || Array.isArray(items) || value.length === 0
      ? schema
      : { ...schema, items: value.map((item) => narrow(items as Node, item)) };
  }
  if (typeof value !== 'object' || value === null) return schema;
  const records = schema.anyOf ? branchesOf(schema).filter((branch) => branch.properties) : [];
  if (records.length > 0) return narrow(meantRecord(records, value as Record<string, unknown>), value);
  if (!schema.properties) return schema;
  const properties = Object.fromEntries(
    Object.entries(schema.properties).map(([key, field]) => [
      key,
      key in value ? narrow(field, (value as Record<string, unknown>)[key]) : field,
    ]),
  );
  return { ...schema, properties };
}

const branchesOf = (schema: Node): readonly Node[] => schema.anyOf?.flatMap(branchesOf) ?? [schema];

/** The literals that the value was to be one of, with null where that is allowed; null where it was not to be a literal. */
function choicesOf(schema: Node, value: unknown): readonly unknown[] | null {
  const branches = branchesOf(schema);
  const literals = branches.flatMap((branch) => (branch.const === undefined ? [] : [branch.const]));
  const isChoice = branches.every((branch) => branch.const !== undefined || branch.type === 'null');
  if (literals.length === 0 || !(isChoice || literals.some((literal) => typeof literal === typeof value))) return null;
  return branches.some((branch) => branch.type === 'null') ? [...literals, null] : literals;
}

function meantRecord(records: readonly Node[], value: Readonly<Record<string, unknown>>): Node {
  if (records.length === 1) return records[0]!;
  const literalsOf = (field: Node): readonly unknown[] => (field.anyOf ?? [field]).map((one) => one.const);
  const tagsOf = (record: Node): readonly string[] =>
    Object.entries(record.properties!).flatMap(([key, field]) => (literalsOf(field).includes(undefined) ? [] : [key]));
  const tag = tagsOf(records[0]!).find((key) => records.every((record) => tagsOf(record).includes(key)));
  if (tag === undefined) {
    const shared = (record: Node): number => Object.keys(value).filter((key) => key in record.properties!).length;
    return records.reduce((best, record) => (shared(record) > shared(best) ? record : best));
  }
  const match = records.find((record) => literalsOf(record.properties![tag]!).includes(value[tag]));
  if (match) return match;
  const known = records.flatMap((record) => literalsOf(record.properties![tag]!));
  return { type: 'object', required: [tag], properties: { [tag]: { enum: known } } };
}

/** Texts of a query string or a command line to the numbers and booleans the schema asks for. */
export const fromText = (schema: TSchema, value: unknown): unknown => validatorOf(schema).Convert(value);

function at(schema: TSchema, path: string): { properties?: Record<string, unknown> } {
  let place: unknown = schema;
  for (const part of path.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    place = (place as Record<string, unknown>)?.[part];
  }
  return (place ?? {}) as { properties?: Record<string, unknown> };
}

export const unknownField = (name: string, near: string | null, known: readonly string[]): string =>
  `unknown field "${name}"${near === null ? '.' : `, did you mean "${near}"?`} Known fields: ${known.join(', ') || 'none'}`;

const escapePointer = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The known name within two edits of a misspelt one. */
function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = 3;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
