import { haesebrouckConsistency, type SufficiencyFit, sufficiencyFit } from './fit.ts';

export const theoryAreas = [
  'theory',
  'solution',
  'theory*solution',
  '~theory*solution',
  'theory*~solution',
  '~theory*~solution',
] as const;
export type TheoryArea = (typeof theoryAreas)[number];

export interface AreaFit extends SufficiencyFit {
  readonly haesebrouckConsistency: number | null;
  /** indices of cases with area membership > 0.5 and outcome > 0.5, and with outcome < 0.5 */
  readonly members: readonly number[];
  readonly nonMembers: readonly number[];
}

/**
 * Theory evaluation: theory and solution, their intersections and what each leaves out, with fit and cases.
 * Cases in `theory*solution` support both; members of the outcome in `~theory*solution` ask for theory to be
 * extended; in `theory*~solution` the empirics miss what theory expects; in `~theory*~solution` nobody explains them.
 *
 * @param theory n memberships; @param solution n; @param outcome n; all 0 to `one`
 * Source: Ragin 1987, ch. 7; Schneider, Wagemann 2012, section 11.3.
 */
export function evaluateTheory(
  theory: Float64Array,
  solution: Float64Array,
  outcome: Float64Array,
  one: number,
): Readonly<Record<TheoryArea, AreaFit>> {
  const not = (x: Float64Array) => x.map((m) => one - m);
  const and = (a: Float64Array, b: Float64Array) => a.map((m, i) => Math.min(m, b[i]!));
  const area = (x: Float64Array): AreaFit => {
    const inside = (side: (y: number) => boolean) =>
      Array.from(x.keys()).filter((i) => x[i]! * 2 > one && side(outcome[i]! * 2));
    return {
      ...sufficiencyFit(x, outcome, one),
      haesebrouckConsistency: haesebrouckConsistency(x, outcome),
      members: inside((y) => y > one),
      nonMembers: inside((y) => y < one),
    };
  };
  return {
    theory: area(theory),
    solution: area(solution),
    'theory*solution': area(and(theory, solution)),
    '~theory*solution': area(and(not(theory), solution)),
    'theory*~solution': area(and(theory, not(solution))),
    '~theory*~solution': area(and(not(theory), not(solution))),
  };
}
