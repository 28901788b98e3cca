import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';
import { independentColumns } from '../propensity/independent-columns.ts';
import type { Strength } from './robustness-value.ts';

/**
 * What each term explains of the treatment (given the other terms) and of the outcome (given also the treatment), as partial R^2.
 *
 * @param terms columns of each term; collinear columns are left out
 * @param treated n values, 0 or 1; @param outcome n finite values; neither constant
 * @returns one per term; null for a term without a column of its own
 * Cost: one pass of O(n p^2), then O(p^3) per term. Source: Cinelli and Hazlett 2020, doi:10.1111/rssb.12348, section 4.4 (groups of columns).
 */
export function covariateStrengths(
  terms: readonly (readonly DesignColumn[])[],
  treated: Uint8Array,
  outcome: Float64Array,
  kernels: MatrixKernels,
): readonly (Strength | null)[] {
  const n = outcome.length;
  const columns = terms.flat();
  const all = [
    ...columns,
    { name: 'treatment', values: Float64Array.from(treated) },
    { name: 'outcome', values: outcome },
  ];
  const { matrix } = packMatrix(n, all, true);
  const { kept, standardised } = independentColumns(matrix, null, kernels);
  const p = standardised.cols;
  const gram = { rows: p, cols: p, values: new Float64Array(p * p) };
  kernels.gram(standardised, null, gram);
  const place = new Map(kept.map((column, at) => [column, at]));
  const ofTerm: number[][] = [];
  let next = 1;
  for (const term of terms) {
    ofTerm.push(term.flatMap(() => place.get(next++) ?? []));
  }
  const d = place.get(columns.length + 1);
  const y = place.get(columns.length + 2);
  if (d === undefined || y === undefined) return terms.map(() => null);
  const everything = ofTerm.flat();
  const rest = (target: number, on: readonly number[]): number => residualSquares(gram.values, p, target, on, kernels);
  const [ofTreatment, ofOutcome] = [rest(d, everything), rest(y, [...everything, d])];
  return ofTerm.map((own) => {
    if (own.length === 0) return null;
    const others = everything.filter((c) => !own.includes(c));
    const share = (full: number, less: number): number => (less > 0 ? Math.max(0, (less - full) / less) : 0);
    return {
      withTreatment: share(ofTreatment, rest(d, others)),
      withOutcome: share(ofOutcome, rest(y, [...others, d])),
    };
  });
}

/** Sum of squares of a column that a set of others leaves, out of their (centred) cross products. */
function residualSquares(
  gram: Float64Array,
  p: number,
  target: number,
  on: readonly number[],
  kernels: MatrixKernels,
): number {
  const m = on.length;
  const total = gram[target * p + target]!;
  if (m === 0) return total;
  const a = { rows: m, cols: m, values: new Float64Array(m * m) };
  const b = { rows: m, cols: 1, values: new Float64Array(m) };
  on.forEach((row, i) => {
    b.values[i] = gram[row * p + target]!;
    on.forEach((col, j) => {
      a.values[i * m + j] = gram[row * p + col]!;
    });
  });
  kernels.choleskyFactor(a, a);
  kernels.triangularSolve(a, b, b, { triangle: 'lower' });
  return Math.max(0, total - b.values.reduce((sum, v) => sum + v * v, 0));
}
