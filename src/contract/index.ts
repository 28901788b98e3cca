/** The public face of this room. */
export { checkInput } from './check-input.ts';
export type { Operation } from './operation.ts';
export { type OperationId, operations, results } from './operations.ts';
export { type Violation, violations } from './validate.ts';
