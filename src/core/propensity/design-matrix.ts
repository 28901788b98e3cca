import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import { type Column, valueStatus } from '../panel/columns.ts';
import type { ModelTerm } from './model-terms.ts';

/** Columns of equal length, by name. */
export interface Frame {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
}

export interface DesignColumn {
  /** `age`, `race=hispan`, `age^2`, `log1p(re74)`, `age+educ`, `treat:race=hispan` */
  readonly name: string;
  readonly values: Float64Array;
}

export interface DesignMatrix {
  readonly matrix: Matrix;
  readonly names: readonly string[];
}

export const interceptName = '(Intercept)';

/**
 * The columns that model terms describe.
 *
 * @param frame   variables without missing values in the ones used
 * @param factors `reference` leaves out the first level of each factor (models), `all` shows every level (balance, distances)
 * @returns one column per term column, in order; new arrays
 * @throws unknown-variable; missing-values (variable, count, first rows); invalid-argument for a value that is none of
 *   the levels, a power of a factor, or the logarithm of a number that has none; non-finite for an overflowing power or a value above
 *   1e150, whose squares are no numbers (columns, count, first rows)
 * Cost: O(n) per column.
 */
export function designColumns(
  frame: Frame,
  terms: readonly ModelTerm[],
  factors: 'reference' | 'all' = 'reference',
): readonly DesignColumn[] {
  const columns = terms.flatMap((term) => columnsOf(frame, term, factors));
  for (const column of columns) refuseTooLarge(column);
  return columns;
}

/** Above this a sum of squares is no number any more. */
const largest = 1e150;

/** @throws non-finite, naming the column, how many values are wrong and the first rows */
export function refuseTooLarge({ name, values }: DesignColumn): void {
  if (values.every((value) => Math.abs(value) <= largest)) return;
  const wrong = [...values.keys()].filter((row) => !(Math.abs(values[row]!) <= largest));
  throw new CoreError(
    'non-finite',
    `The column "${name}" is too large to compute with for ${wrong.length} of ${values.length} units, such as ${values[wrong[0]!]}; expected values up to ${largest}. Correct or leave out these values, or take a logarithm.`,
    { columns: [name], count: wrong.length, firstRows: wrong.slice(0, 5) },
  );
}

/** Packs columns row by row, with an intercept first where asked. */
export function packMatrix(rows: number, columns: readonly DesignColumn[], intercept: boolean): DesignMatrix {
  const names = intercept ? [interceptName, ...columns.map((c) => c.name)] : columns.map((c) => c.name);
  const cols = names.length;
  const values = new Float64Array(rows * cols);
  if (intercept) for (let i = 0; i < rows; i++) values[i * cols] = 1;
  columns.forEach((column, c) => {
    const at = c + (intercept ? 1 : 0);
    const from = column.values;
    for (let i = 0; i < rows; i++) values[i * cols + at] = from[i]!;
  });
  return { matrix: { rows, cols, values }, names };
}

/** Design matrix of a model: an intercept and the columns of the terms. @throws as `designColumns` */
export function modelMatrix(frame: Frame, terms: readonly ModelTerm[]): DesignMatrix {
  return packMatrix(frame.rows, designColumns(frame, terms), true);
}

function columnsOf(frame: Frame, term: ModelTerm, factors: 'reference' | 'all'): readonly DesignColumn[] {
  if ('product' in term) {
    const left = columnsOf(frame, term.product[0], factors);
    const right = columnsOf(frame, term.product[1], factors);
    return left.flatMap((a) =>
      right.map((b) => ({ name: `${a.name}:${b.name}`, values: a.values.map((v, i) => v * b.values[i]!) })),
    );
  }
  if ('sum' in term) {
    const parts = term.sum.map((name) => numbers(frame, name));
    const values = new Float64Array(frame.rows);
    for (const part of parts) for (let i = 0; i < values.length; i++) values[i] = values[i]! + part[i]!;
    return [{ name: term.sum.join('+'), values }];
  }
  const column = columnOf(frame, term.variable);
  if (term.levels !== undefined || column.type === 'coded') return factorColumns(frame, term, factors);
  return [transformed(term, numbers(frame, term.variable))];
}

function transformed(term: Extract<ModelTerm, { variable: string }>, values: Float64Array): DesignColumn {
  const { variable, power, transform } = term;
  let name = variable;
  let result = values.slice();
  if (transform !== undefined) {
    name = `${transform}(${variable})`;
    const lowest = transform === 'log' ? 0 : -1;
    const row = values.findIndex((value) => !(value > lowest));
    if (row >= 0) {
      throw new CoreError(
        'invalid-argument',
        `${name} does not exist for ${values[row]} (row ${row}); it needs values above ${lowest}. Choose another transform.`,
        { variable, row, received: values[row] },
      );
    }
    result = result.map(transform === 'log' ? Math.log : Math.log1p);
  }
  if (power !== undefined) {
    name = `${name}^${power}`;
    result = result.map((value) => value ** power);
    const row = result.findIndex((value) => !Number.isFinite(value));
    if (row >= 0) {
      throw new CoreError('non-finite', `${name} is not finite for ${values[row]} (row ${row}).`, { variable, row });
    }
  }
  return { name, values: result };
}

function factorColumns(
  frame: Frame,
  term: Extract<ModelTerm, { variable: string }>,
  factors: 'reference' | 'all',
): readonly DesignColumn[] {
  const { variable } = term;
  if (term.power !== undefined || term.transform !== undefined) {
    throw new CoreError('invalid-argument', `"${variable}" is a factor; a factor has no power and no transform.`, {
      variable,
    });
  }
  const codes = factorCodes(frame, variable, term.levels);
  const first = factors === 'all' ? 0 : 1;
  return codes.levels.slice(first).map((level, k) => ({
    name: `${variable}=${level}`,
    values: Float64Array.from(codes.codes, (code) => (code === k + first ? 1 : 0)),
  }));
}

/**
 * Codes 0 … L - 1 of a variable as a factor; a numeric variable takes the text of its numbers.
 *
 * @param levels order of the levels, the reference first; left out: those of the coded variable, or the different
 *   numbers in ascending order
 * @throws unknown-variable, missing-values; invalid-argument for a value that is none of the levels
 */
export function factorCodes(
  frame: Frame,
  variable: string,
  levels?: readonly string[],
): { readonly levels: readonly string[]; readonly codes: Int32Array } {
  const column = columnOf(frame, variable);
  const known =
    levels ??
    (column.type === 'coded'
      ? column.levels
      : [...new Set(column.values)].sort((a, b) => a - b).map((value) => String(value)));
  const place = new Map(known.map((level, code) => [level, code]));
  const codes = new Int32Array(frame.rows);
  for (let i = 0; i < frame.rows; i++) {
    const text = column.type === 'coded' ? column.levels[column.codes[i]!]! : String(column.values[i]!);
    const code = place.get(text);
    if (code === undefined) {
      throw new CoreError(
        'invalid-argument',
        `"${variable}" has the value "${text}" (row ${i}), which is none of the levels ${known.join(', ')}. Add it to the levels.`,
        { variable, received: text, row: i },
      );
    }
    codes[i] = code;
  }
  return { levels: known, codes };
}

/** Values of a numeric variable, all observed; read only. @throws unknown-variable, missing-values, invalid-argument */
export function numbers(frame: Frame, variable: string): Float64Array {
  const column = columnOf(frame, variable);
  if (column.type === 'number') return column.values;
  throw new CoreError('invalid-argument', `"${variable}" is coded, not a number; use it as a factor.`, { variable });
}

function columnOf(frame: Frame, variable: string): Column {
  const column = Object.hasOwn(frame.columns, variable) ? frame.columns[variable] : undefined;
  if (column === undefined) {
    throw new CoreError(
      'unknown-variable',
      `There is no variable "${variable}"; there are ${Object.keys(frame.columns).join(', ')}.`,
      { variable },
    );
  }
  let missing = 0;
  const first: number[] = [];
  for (let i = 0; i < frame.rows; i++) {
    if (column.status[i] === valueStatus.observed) continue;
    missing++;
    if (first.length < 5) first.push(i);
  }
  if (missing > 0) {
    throw new CoreError(
      'missing-values',
      `"${variable}" has no value in ${missing} of ${frame.rows} rows (first rows: ${first.join(', ')}). Leave these units out, or fill in the values, first.`,
      { variable, count: missing, firstRows: first },
    );
  }
  return column;
}
