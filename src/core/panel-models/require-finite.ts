import { CoreError } from '../errors.ts';

/** @throws non-finite (details: column, row) at the first value that is NaN or infinite */
export function requireFinite(name: string, values: Float64Array): void {
  for (let row = 0; row < values.length; row++) {
    if (Number.isFinite(values[row]!)) continue;
    throw new CoreError('non-finite', `${name} is ${values[row]} in row ${row}; expected a finite number.`, {
      column: name,
      row,
    });
  }
}
