/** Every code the pure core may raise; each has a page in docs/problems. */
export const coreErrorCodes = [
  // input
  'dimension-mismatch',
  'missing-values',
  'invalid-argument',
  'unknown-variable',
  // data
  'no-variation',
  'empty-group',
  'separation',
  'collinear',
  'no-overlap',
  'contradictory-configurations',
  'too-few-groups',
  'invalid-inference',
  // numerical
  'singular-matrix',
  'not-converged',
  'kernel-failure',
  'non-finite',
  // search
  'limit-exceeded',
  'cancelled',
] as const;

export type CoreErrorCode = (typeof coreErrorCodes)[number];

/**
 * A refusal of the statistical core. `message` says what was received, what was expected and what to do;
 * `code` is stable; `details` holds the same facts as data (column names, counts, first units).
 */
export class CoreError extends Error {
  readonly code: CoreErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: CoreErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CoreError';
    this.code = code;
    this.details = Object.freeze(details);
  }
}

/** A caution that travels in a result; `code` names a text in messages/{en,nl}.json under `warning`. */
export interface Warning {
  readonly code: string;
  readonly parameters: Readonly<Record<string, string | number | readonly string[]>>;
}
