import { CoreError } from '../errors.ts';
import { type CalibratedData, literalMembership } from './calibrated-data.ts';
import { type Cube, free } from './cubes.ts';
import { cutoffTolerance } from './cutoffs.ts';
import { type NecessityFit, necessityFit, type SufficiencyFit, sufficiencyFit } from './fit.ts';

export interface NecessitySearch {
  readonly consistencyCutoff: number;
  readonly coverageCutoff: number;
  readonly relevanceCutoff: number;
  /** literals per expression at most; null = no bound */
  readonly maximumLiterals: number | null;
  /** expressions to evaluate at most */
  readonly nodes: number;
}

/** A product of literals, or a sum of the literals of one cube, with its fit as a necessary condition. */
export interface NecessaryExpression {
  readonly form: 'product' | 'sum';
  readonly literals: Cube;
  readonly fit: NecessityFit;
}

interface Literal {
  readonly condition: number;
  readonly level: number;
  readonly membership: Float64Array;
}

function literalsWithMembership(data: CalibratedData): Literal[] {
  return data.conditions.flatMap((condition, c) =>
    Array.from({ length: condition.type === 'temporal' ? 2 : condition.levels }, (_, level) => ({
      condition: c,
      level,
      membership: literalMembership(data, c, level),
    })),
  );
}

const reaches = (value: number | null, cutoff: number) =>
  cutoff <= 0 || (value !== null && value >= cutoff - cutoffTolerance);

function countNode(budget: { left: number }, nodes: number): void {
  if (--budget.left < 0) {
    throw new CoreError(
      'limit-exceeded',
      `More than ${nodes} expressions would be evaluated; set fewer literals or fewer conditions.`,
      { nodes },
    );
  }
}

/**
 * Necessary conditions: every product that reaches the consistency cutoff, and every minimal sum of two or more
 * literals of different conditions that reaches it while no part of it does. Coverage and relevance cutoffs are
 * applied afterwards. Consistency of necessity falls with every factor and rises with every summand, so both
 * searches leave a branch exactly when its extensions are decided.
 *
 * @throws limit-exceeded beyond `nodes` evaluations
 * Cost: O(n) per evaluation. Source: Ragin 2006; Schneider, Wagemann 2012; Dusa 2018 (superSubset).
 */
export function findNecessaryExpressions(data: CalibratedData, search: NecessitySearch): NecessaryExpression[] {
  const { outcome, one } = data;
  const literals = literalsWithMembership(data);
  const most = search.maximumLiterals ?? data.conditions.length;
  const budget = { left: search.nodes };
  const found: NecessaryExpression[] = [];
  const report = (form: 'product' | 'sum', chosen: readonly Literal[], fit: NecessityFit) => {
    if (!reaches(fit.coverage, search.coverageCutoff) || !reaches(fit.relevance, search.relevanceCutoff)) return;
    found.push({ form, literals: cubeOf(chosen, data), fit });
  };
  const combine = (a: Float64Array, b: Float64Array, pick: (x: number, y: number) => number) =>
    a.map((x, i) => pick(x, b[i]!));

  function products(from: number, chosen: Literal[], membership: Float64Array | null): void {
    for (let at = from; at < literals.length; at++) {
      const literal = literals[at]!;
      if (chosen.at(-1)?.condition === literal.condition) continue;
      countNode(budget, search.nodes);
      const x = membership ? combine(membership, literal.membership, Math.min) : literal.membership;
      const fit = necessityFit(x, outcome, one);
      if (!reaches(fit.consistency, search.consistencyCutoff)) continue;
      const longer = [...chosen, literal];
      report('product', longer, fit);
      if (longer.length < most) products(at + 1, longer, x);
    }
  }
  const sumOf = (chosen: readonly Literal[]) =>
    chosen.slice(1).reduce((x, literal) => combine(x, literal.membership, Math.max), chosen[0]!.membership);
  function sums(from: number, chosen: Literal[], membership: Float64Array | null): void {
    for (let at = from; at < literals.length; at++) {
      const literal = literals[at]!;
      if (chosen.at(-1)?.condition === literal.condition) continue;
      countNode(budget, search.nodes);
      const x = membership ? combine(membership, literal.membership, Math.max) : literal.membership;
      const longer = [...chosen, literal];
      const fit = necessityFit(x, outcome, one);
      if (!reaches(fit.consistency, search.consistencyCutoff)) {
        if (longer.length < most) sums(at + 1, longer, x);
        continue;
      }
      if (longer.length < 2) continue;
      const redundant = longer.some((_, skip) => {
        const part = necessityFit(sumOf(longer.filter((_, o) => o !== skip)), outcome, one);
        return reaches(part.consistency, search.consistencyCutoff);
      });
      if (!redundant) report('sum', longer, fit);
    }
  }
  products(0, [], null);
  sums(0, [], null);
  return found;
}

const cubeOf = (chosen: readonly Literal[], data: CalibratedData): Cube => {
  const cube = new Int8Array(data.conditions.length).fill(free);
  for (const { condition, level } of chosen) cube[condition] = level;
  return cube;
};

export interface SufficiencySearch {
  readonly consistencyCutoff: number;
  readonly priCutoff: number;
  readonly coverageCutoff: number;
  readonly maximumLiterals: number | null;
  readonly nodes: number;
}

export interface SufficientProduct {
  readonly term: Cube;
  readonly fit: SufficiencyFit;
}

/**
 * Minimal sufficient products: those that reach the consistency and PRI cutoffs while no shorter product inside
 * them does; the coverage cutoff is applied afterwards. Consistency is not monotone, so all products up to the
 * bound are tried, shortest first, except those that contain one found before or hold no case.
 *
 * @throws limit-exceeded beyond `nodes` evaluations
 * Cost: O(n) per product, at most the product of (levels + 1) of them.
 */
export function findSufficientProducts(data: CalibratedData, search: SufficiencySearch): SufficientProduct[] {
  const { outcome, one } = data;
  const literals = literalsWithMembership(data);
  const most = search.maximumLiterals ?? data.conditions.length;
  const budget = { left: search.nodes };
  const found: SufficientProduct[] = [];
  let layer: { readonly chosen: readonly Literal[]; readonly last: number; readonly x: Float64Array }[] = [
    { chosen: [], last: -1, x: new Float64Array(outcome.length).fill(one) },
  ];
  for (let size = 1; size <= most && layer.length > 0; size++) {
    const next: typeof layer = [];
    const passed: SufficientProduct[] = [];
    for (const { chosen, last, x } of layer)
      for (let at = last + 1; at < literals.length; at++) {
        const literal = literals[at]!;
        if (chosen.at(-1)?.condition === literal.condition) continue;
        countNode(budget, search.nodes);
        const longer = [...chosen, literal];
        const term = cubeOf(longer, data);
        if (found.some((shorter) => shorter.term.every((level, c) => level === free || level === term[c]))) continue;
        const membership = x.map((m, i) => Math.min(m, literal.membership[i]!));
        const fit = sufficiencyFit(membership, outcome, one);
        if (fit.consistency === null) continue;
        if (reaches(fit.consistency, search.consistencyCutoff) && reaches(fit.pri, search.priCutoff))
          passed.push({ term, fit });
        else next.push({ chosen: longer, last: at, x: membership });
      }
    found.push(...passed);
    layer = next;
  }
  return found.filter(({ fit }) => reaches(fit.rawCoverage, search.coverageCutoff));
}
