/** How many decimals a set of values of one kind gets, so that they line up: three significant digits for the largest. */
export function decimalsFor(values: readonly number[]): number {
  const largest = Math.max(0, ...values.map(Math.abs));
  if (largest >= 100) return 0;
  if (largest >= 10) return 1;
  return largest >= 1 ? 2 : 3;
}
