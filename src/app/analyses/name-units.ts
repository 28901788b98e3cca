import { CoreError } from '../../core/errors.ts';
import { refuseTooLarge } from '../../core/propensity/design-matrix.ts';

/** @throws non-finite where an outcome is too large to compute with, naming it and its first units */
export function refuseLargeOutcome(name: string, values: Float64Array, unitIds: readonly string[]): void {
  try {
    refuseTooLarge({ name, values });
  } catch (error) {
    throw nameUnits(error, unitIds);
  }
}

/**
 * A refusal of the core with the ids of the units behind the rows that it names (`row`, `firstRows`), in `details.units` and in
 * its words; any other error as it is. The release gate shows neither to anybody but the operator.
 */
export function nameUnits(error: unknown, unitIds: readonly string[]): unknown {
  if (!(error instanceof CoreError)) return error;
  const { row, firstRows } = error.details;
  const rows = (Array.isArray(firstRows) ? firstRows : [row]).filter((r) => Number.isInteger(r) && r < unitIds.length);
  if (rows.length === 0) return error;
  const units = rows.map((r) => unitIds[r]!);
  const { row: _, firstRows: __, ...details } = error.details;
  const message = `${error.message} First units: ${units.join(', ')}.`;
  return new CoreError(error.code, message, { ...details, units }, { cause: error });
}

/** A refusal of a constant outcome with its name; any other error as it is. */
export function nameOutcome(error: unknown, variable: string): unknown {
  if (!(error instanceof CoreError) || error.code !== 'no-variation' || !('everywhere' in error.details)) return error;
  const { everywhere } = error.details;
  const message = `The outcome "${variable}" is ${everywhere} for every unit of the matched sample, so no effect can be estimated. Choose another outcome or period.`;
  return new CoreError(error.code, message, { everywhere, variable }, { cause: error });
}
