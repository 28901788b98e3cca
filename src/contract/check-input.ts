import type { Operation } from './operation.ts';
import { type OperationId, operations } from './operations.ts';
import { unknownField, type Violation, violations } from './validate.ts';

/**
 * What is wrong with the merged input of an operation: parameters, query and body each against its schema, and no field that
 * belongs to none of them. Empty where all is well.
 */
export function checkInput(id: OperationId, input: object): readonly Violation[] {
  const { parameters, query, body } = operations[id] as Operation;
  const schemas = [parameters, query, body];
  const known = new Set(schemas.flatMap((schema) => Object.keys(schema.properties)));
  const wrong = schemas.flatMap((schema) =>
    violations(schema, Object.fromEntries(Object.entries(input).filter(([key]) => key in schema.properties))),
  );
  const strangers = Object.keys(input).filter((key) => !known.has(key));
  return [
    ...wrong,
    ...strangers.map((key) => ({
      pointer: `/${key}`,
      message: unknownField(key, null, [...known]),
    })),
  ];
}
