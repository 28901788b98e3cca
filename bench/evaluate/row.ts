/** One line of the evaluation: the contract of `npm run evaluate -- --json`. */
export interface Row {
  readonly test: string;
  readonly metric: string;
  readonly value: number | null;
  readonly goal: string;
  readonly ok: boolean | null;
}

export const below = (test: string, metric: string, value: number, limit: number): Row => ({
  test,
  metric,
  value,
  goal: `<= ${limit}`,
  ok: value <= limit,
});

export const above = (test: string, metric: string, value: number, limit: number): Row => ({
  test,
  metric,
  value,
  goal: `>= ${limit}`,
  ok: value >= limit,
});

export const within = (test: string, metric: string, value: number, low: number, high: number): Row => ({
  test,
  metric,
  value,
  goal: `${low} to ${high}`,
  ok: value >= low && value <= high,
});

export const absent = (test: string): Row => ({
  test,
  metric: 'reference data',
  value: null,
  goal: 'SAMENWIJS_REFERENCE names the folder',
  ok: null,
});

export const shown = (test: string, metric: string, value: number): Row => ({
  test,
  metric,
  value,
  goal: 'shown',
  ok: true,
});

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Upper end of the 95 % interval of a mean of paired differences. */
export function upperBound(differences: readonly number[], quantile: number): number {
  const mean = meanOf(differences);
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const se = Math.sqrt(squares / (differences.length - 1) / differences.length);
  return mean + quantile * se;
}
