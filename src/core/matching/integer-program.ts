/**
 * A linear program in whole numbers: maximise objective'x subject to lower <= A x <= upper and 0 <= x <= most. Row r of A has
 * the entries offsets[r] … offsets[r + 1] - 1 of `column` and `value`.
 */
export interface IntegerProgram {
  readonly objective: Float64Array;
  readonly most: Float64Array;
  readonly offsets: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export interface IntegerSolution {
  /** the best values found, whole numbers */
  readonly values: Float64Array;
  /** no solution is better than this */
  readonly bound: number;
  /** whether the search ended with a proof that none is better */
  readonly isOptimal: boolean;
}

/**
 * Solves an integer program, or returns the best solution that `nodes` nodes of the search tree gave; null where none was found.
 * The same program gives the same answer. Implemented outside the core, which has no solver of its own.
 */
export type SolveIntegerProgram = (
  program: IntegerProgram,
  limits: { readonly nodes: number },
) => IntegerSolution | null;
