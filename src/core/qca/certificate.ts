import { type Condition, silentLevel } from './conditions.ts';
import { type Cube, complementOf, cubeContains, free } from './cubes.ts';
import { intersect } from './expression.ts';
import type { MinimalModels } from './minimal-models.ts';
import { isPermitted, joinCubes } from './row-groups.ts';

/**
 * Evidence that a solution is what it claims, for a reader who trusts no search. Plain data, all cubes as lists of
 * levels with -1 for "any". Checked by `checkCertificate`, which shares no code with the search.
 */
export interface Certificate {
  readonly version: 1;
  readonly conditions: readonly {
    readonly name: string;
    readonly levels: number;
    readonly silentLevel: number | null;
  }[];
  /** configurations to be covered */
  readonly positives: readonly (readonly number[])[];
  /**
   * What terms may cover: anything outside these cubes (`forbidden`, parsimonious), or nothing outside these cubes
   * (`allowed`, conservative and intermediate).
   */
  readonly territory: { readonly kind: 'forbidden' | 'allowed'; readonly cubes: readonly (readonly number[])[] };
  /** every term of a listed model; per literal a configuration that its removal would cover and that is not permitted */
  readonly terms: readonly {
    readonly term: readonly number[];
    readonly witnesses: readonly { readonly condition: number; readonly configuration: readonly number[] }[];
  }[];
  readonly termsPerModel: number;
  readonly models: readonly (readonly number[])[];
  /**
   * Indices of positive rows that no `termsPerModel - 1` permitted terms cover, in an order in which trying all ways
   * to group them is short; null if no such proof was found within the budget.
   */
  readonly lowerBound: readonly number[] | null;
}

export interface Territory {
  readonly kind: 'forbidden' | 'allowed';
  readonly cubes: readonly Cube[];
}

/**
 * Writes the certificate of a solution.
 *
 * @param solution  a complete solution
 * @param territory the negative cubes of a parsimonious solution, or the cubes a conservative or intermediate one may fill
 * @param nodes     groupings to try while the lower bound is sought
 * Cost: terms x literals x cubes, and at most `nodes` groupings per positive row.
 */
export function writeCertificate(
  solution: MinimalModels,
  territory: Territory,
  conditions: readonly Condition[],
  nodes: number,
): Certificate {
  const outside = territory.kind === 'forbidden' ? territory.cubes : complementOf(territory.cubes, conditions);
  const terms = solution.terms.map(({ term }) => ({
    term: Array.from(term),
    witnesses: Array.from(term.keys())
      .filter((c) => term[c]! !== free)
      .map((c) => ({ condition: c, configuration: Array.from(witness(term, c, outside)) })),
  }));
  return {
    version: 1,
    conditions: conditions.map(({ name, levels, type }) => ({
      name,
      levels,
      silentLevel: type === 'temporal' ? silentLevel : null,
    })),
    positives: solution.positives.map((row) => Array.from(row)),
    territory: { kind: territory.kind, cubes: territory.cubes.map((cube) => Array.from(cube)) },
    terms,
    termsPerModel: solution.termsPerModel,
    models: solution.models,
    lowerBound: hardRows(solution.positives, outside, conditions, solution.termsPerModel, nodes),
  };
}

/** A configuration outside the territory that the term covers once it loses the literal on condition c. */
function witness(term: Cube, c: number, outside: readonly Cube[]): Cube {
  const wider = term.slice();
  wider[c] = free;
  for (const cube of outside) {
    const shared = intersect(wider, cube);
    if (shared !== null) return shared.map((level, i) => (level === free ? (term[i]! === free ? 0 : term[i]!) : level));
  }
  throw new Error('a prime implicant keeps no literal it does not need');
}

/** A small set of positive rows that needs as many terms as all of them; every row of it is needed for that. */
function hardRows(
  positives: readonly Cube[],
  outside: readonly Cube[],
  conditions: readonly Condition[],
  size: number,
  nodes: number,
): number[] | null {
  if (size <= 1) return size === 1 ? [0] : [];
  const apart = (a: number, b: number) => !isPermitted(joinCubes(positives[a]!, positives[b]!, conditions), outside);
  const conflicts = positives.map((_, r) =>
    positives.reduce((count, __, s) => (s !== r && apart(r, s) ? count + 1 : count), 0),
  );
  let rows = positives.map((_, r) => r).sort((a, b) => conflicts[b]! - conflicts[a]! || a - b);
  rows = cliqueFirst(rows, apart);
  if (needs(rows, positives, outside, conditions, size, nodes) !== true) return null;
  for (const row of rows.slice().reverse()) {
    const fewer = rows.filter((other) => other !== row);
    if (needs(fewer, positives, outside, conditions, size, nodes) === true) rows = fewer;
  }
  return rows;
}

/** Rows of which no two share a term come first: each opens a group of its own, so no symmetric groupings are tried. */
function cliqueFirst(rows: readonly number[], apart: (a: number, b: number) => boolean): number[] {
  const clique: number[] = [];
  for (const row of rows) if (clique.every((other) => apart(row, other))) clique.push(row);
  return [...clique, ...rows.filter((row) => !clique.includes(row))];
}

/** Do the rows need at least `size` permitted terms? null if the budget ran out. */
function needs(
  rows: readonly number[],
  positives: readonly Cube[],
  outside: readonly Cube[],
  conditions: readonly Condition[],
  size: number,
  nodes: number,
): boolean | null {
  let left = nodes;
  const groups: Cube[] = [];
  const place = (at: number): boolean | null => {
    if (at === rows.length) return false;
    if (--left < 0) return null;
    const row = positives[rows[at]!]!;
    for (let g = 0; g < groups.length; g++) {
      const before = groups[g]!;
      const joined = cubeContains(before, row) ? before : joinCubes(before, row, conditions);
      if (joined !== before && !isPermitted(joined, outside)) continue;
      groups[g] = joined;
      const verdict = place(at + 1);
      groups[g] = before;
      if (verdict !== true) return verdict;
      if (joined === before) return true; // a row inside a group never needs another place
    }
    if (groups.length >= size - 1) return true;
    groups.push(joinCubes(row, row, conditions));
    const verdict = place(at + 1);
    groups.pop();
    return verdict;
  };
  return place(0);
}
