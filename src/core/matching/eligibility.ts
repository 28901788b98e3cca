import type { MatchingProblem } from './matching-problem.ts';

/** Whether a focal and a partner row may form a pair as far as anti-exact codes and covariate calipers say. */
export type PairRule = (focalRow: number, partnerRow: number) => boolean;

/** null where every pair is allowed, so that callers may take the fast path. */
export function pairRule(problem: Pick<MatchingProblem, 'antiExact' | 'covariateCalipers'>): PairRule | null {
  const { antiExact, covariateCalipers } = problem;
  if (antiExact.length === 0 && covariateCalipers.length === 0) return null;
  return (focalRow, partnerRow) => {
    for (const codes of antiExact) if (codes[focalRow] === codes[partnerRow]) return false;
    for (const { values, width } of covariateCalipers) {
      if (!(Math.abs(values[focalRow]! - values[partnerRow]!) <= width)) return false;
    }
    return true;
  };
}
