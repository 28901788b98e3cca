export interface SelectedCase {
  readonly case: number;
  /** smaller is better suited for a within-case study */
  readonly score: number;
}

const bestFirst = (cases: SelectedCase[]): SelectedCase[] => cases.sort((a, b) => a.score - b.score || a.case - b.case);

/**
 * Typical cases of a sufficient set: y >= x > 0.5, score (y-x) + (1-x).
 *
 * @param x n memberships of the term or solution in [0, 1]; @param y n memberships of the outcome
 * Source: Schneider, Rohlfing 2013, doi:10.1177/0049124113481341; formulas of Oana, Schneider 2018, doi:10.32614/RJ-2018-031.
 */
export function typicalCases(x: Float64Array, y: Float64Array): SelectedCase[] {
  return select(
    x,
    (i) => x[i]! > 0.5 && y[i]! >= x[i]!,
    (i) => y[i]! - x[i]! + (1 - x[i]!),
  );
}

/** Deviant cases for consistency in kind: x > 0.5 > y, score (1-(x-y)) + (1-x). */
export function deviantConsistencyCases(x: Float64Array, y: Float64Array): SelectedCase[] {
  return select(
    x,
    (i) => x[i]! > 0.5 && y[i]! < 0.5,
    (i) => 1 - (x[i]! - y[i]!) + (1 - x[i]!),
  );
}

/**
 * Deviant cases for coverage: x < 0.5 < y, score |y - r| + (1 - r), where r is the membership in the case's own truth table row.
 *
 * @param ownRow n memberships in the corner each case is nearest to
 */
export function deviantCoverageCases(x: Float64Array, y: Float64Array, ownRow: Float64Array): SelectedCase[] {
  return select(
    x,
    (i) => x[i]! < 0.5 && y[i]! > 0.5,
    (i) => Math.abs(y[i]! - ownRow[i]!) + (1 - ownRow[i]!),
  );
}

function select(x: Float64Array, belongs: (i: number) => boolean, score: (i: number) => number): SelectedCase[] {
  const cases: SelectedCase[] = [];
  for (let i = 0; i < x.length; i++) if (belongs(i)) cases.push({ case: i, score: score(i) });
  return bestFirst(cases);
}
