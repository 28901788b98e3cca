import { type Frame, factorCodes, numbers } from '../propensity/design-matrix.ts';
import { codesOfValues } from './exact-cells.ts';

/** Codes of equal values, of numbers and coded variables alike. @throws unknown-variable, missing-values */
export function valueCodes(frame: Frame, variable: string): Int32Array {
  const column = frame.columns[variable];
  return column?.type === 'number' ? codesOfValues(numbers(frame, variable)) : factorCodes(frame, variable).codes;
}

export const codesOf = (frame: Frame, variables: readonly string[]): readonly Int32Array[] =>
  variables.map((variable) => valueCodes(frame, variable));
