import { CoreError } from '../errors.ts';
import { type Frame, numbers, refuseTooLarge } from './design-matrix.ts';

/**
 * Sampling weights of the units: how many of the population each stands for, scaled to a mean of 1.
 *
 * @param variable numeric variable of the frame, or null: every unit stands for itself
 * @returns n positive numbers, or null
 * @throws unknown-variable, missing-values; invalid-argument for a weight that is not positive (variable, count, first rows);
 *   non-finite for one that is too large to compute with
 * Cost: O(n).
 */
export function samplingWeights(frame: Frame, variable: string | null): Float64Array | null {
  if (variable === null) return null;
  const values = numbers(frame, variable);
  const wrong = [...values.keys()].filter((row) => !(values[row]! > 0 && Number.isFinite(values[row]!)));
  if (wrong.length > 0) {
    throw new CoreError(
      'invalid-argument',
      `The sampling weight "${variable}" is not a positive number for ${wrong.length} of ${values.length} units. Leave out these units, or name another variable.`,
      { variable, count: wrong.length, firstRows: wrong.slice(0, 5) },
    );
  }
  refuseTooLarge({ name: variable, values });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value / mean);
}
