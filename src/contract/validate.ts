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
  for (const error of validator.Errors(value)) {
    if (error.keyword === 'additionalProperties') {
      const known = Object.keys(at(schema, error.schemaPath).properties ?? {});
      for (const name of error.params.additionalProperties) {
        const near = nearest(name, known);
        found.set(`${error.instancePath}/${name}`, {
          pointer: `${error.instancePath}/${escapePointer(name)}`,
          message: `unknown field "${name}"; ${near ? `did you mean "${near}"? ` : ''}Known fields: ${known.join(', ') || 'none'}`,
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
      const allowed = 'allowedValues' in error.params ? `: ${error.params.allowedValues.join(', ')}` : '';
      found.set(error.instancePath, { pointer: error.instancePath, message: error.message + allowed });
    }
  }
  return [...found.values()];
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
