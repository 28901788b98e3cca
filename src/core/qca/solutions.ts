import { CoreError } from '../errors.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { type Condition, isSilent, spokenConditions } from './conditions.ts';
import {
  type Cube,
  complementOf,
  countConfigurations,
  countUnion,
  cubeContains,
  free,
  literalsOf,
  meets,
  rowNumbersOfUnion,
  spokenPart,
} from './cubes.ts';
import { findMinimalModels, type MinimalModels, type SearchLimits } from './minimal-models.ts';
import type { RowOutput, TruthTable, TruthTableRow } from './truth-table.ts';

export interface MinimizeSettings {
  /** which rows are to be explained */
  readonly explain: '1' | 'C';
  /** contradictory rows become don't-cares: terms may cover them, need not */
  readonly includeContradictions: boolean;
  /** configurations that no term may cover although they are not observed (enhanced standard analysis) */
  readonly excluded: readonly Cube[];
  readonly rowDominance: boolean;
  readonly limits: SearchLimits;
  readonly proceed?: (done: number, found: number) => boolean;
  /** see `ModelOptions` */
  readonly sample?: RandomStream | null;
}

/** What the truth table says each configuration is for the minimisation. */
export interface RowRoles {
  /** rows to be covered */
  readonly positives: readonly Cube[];
  /** their indices in the truth table */
  readonly positiveRows: readonly number[];
  /** observed or excluded configurations that no term may cover */
  readonly negatives: readonly Cube[];
  /** observed rows included as don't-cares */
  readonly included: readonly Cube[];
}

/**
 * Sorts rows by their role. Rows below the frequency cutoff (`?`) are remainders, like rows without any case. An
 * excluded row that is itself positive stays positive: exclusion concerns remainders only.
 *
 * @throws contradictory-configurations if nothing tells a positive row from a negative one, because a temporal "-" says nothing
 */
export function assignRoles(
  table: TruthTable,
  settings: Pick<MinimizeSettings, 'explain' | 'includeContradictions' | 'excluded'>,
): RowRoles {
  const positives: Cube[] = [];
  const positiveRows: number[] = [];
  const negatives: Cube[] = [];
  const included: Cube[] = [];
  const isIncluded = (output: RowOutput) => settings.includeContradictions && output === 'C';
  table.rows.forEach(({ configuration, output }, r) => {
    if (output === settings.explain) {
      positives.push(configuration);
      positiveRows.push(r);
    } else if (output === '?') return;
    else if (isIncluded(output)) included.push(configuration);
    else negatives.push(configuration);
  });
  const spoken = positives.map((row) => spokenPart(row, table.conditions));
  const confusedWith = (cube: Cube) => spoken.findIndex((row) => meets(row, cube));
  if (isTemporal(table.conditions)) {
    const lost = negatives.find((row) => confusedWith(row) >= 0);
    if (lost !== undefined) {
      const negative = table.rows.find(({ configuration }) => configuration === lost)!;
      throw notTold(table.rows[positiveRows[confusedWith(lost)]!]!, negative, table.conditions);
    }
  }
  const excluded = settings.excluded.filter((cube) => confusedWith(cube) < 0);
  return { positives, positiveRows, negatives: [...negatives, ...excluded], included };
}

function notTold(positive: TruthTableRow, negative: TruthTableRow, conditions: readonly Condition[]): CoreError {
  const say = ({ configuration }: TruthTableRow): string =>
    conditions
      .map((condition, c) => `${condition.name}=${isSilent(condition, configuration[c]!) ? '-' : configuration[c]}`)
      .join(', ');
  return new CoreError(
    'contradictory-configurations',
    `The row ${say(positive)} is sufficient and the row ${say(negative)} is not, but "-" says nothing about a condition, so nothing tells them apart. Give the condition a value in both, or add one in which they differ.`,
    { rows: [positive.rowNumber, negative.rowNumber] },
  );
}

/** What is found, or null where other cutoffs or anchors leave a row that only a temporal "-" keeps apart from a negative one. */
export function unlessContradictory<Found>(find: () => Found): Found | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof CoreError && error.code === 'contradictory-configurations') return null;
    throw error;
  }
}

/**
 * What terms that may fill only `allowed` must stay out of: its complement. A temporal "-" is no value of its own. An allowed row
 * that holds one stands for both values, and a term without a literal on the condition may cover any "-" row but a negative one.
 */
export function outsideOf(
  allowed: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
): readonly Cube[] {
  if (!isTemporal(conditions)) return complementOf(allowed, conditions);
  const spoken = allowed.map((cube) => spokenPart(cube, conditions));
  return [...complementOf(spoken, spokenConditions(conditions)), ...negatives];
}

const isTemporal = (conditions: readonly Condition[]): boolean => conditions.some(({ type }) => type === 'temporal');

/**
 * The conservative (complex) solution: no remainder is assumed. Terms consist of positive rows, and of included
 * contradictory ones, only; everything else is a cube they may not touch, so the same kernel finds them.
 *
 * Cost: complement of the rows as cubes, then `findMinimalModels`. Source: Ragin 1987; Thiem, Dusa 2013, doi:10.32614/RJ-2013-009.
 */
export function solveConservative(table: TruthTable, settings: MinimizeSettings): MinimalModels {
  const { positives, negatives, included } = assignRoles(table, settings);
  const outside = outsideOf([...positives, ...included], negatives, table.conditions);
  return findMinimalModels(positives, outside, table.conditions, settings);
}

/**
 * The parsimonious solution: any remainder may be assumed, observed negative and excluded rows may not.
 *
 * @example
 * const conditions = [makeCondition('coach', 'crisp'), makeCondition('meeting', 'crisp')];
 * const data = makeCalibratedData(['a', 'b', 'c'], conditions, [[1, 1, 0], [1, 0, 1]], [1, 1, 0]);
 * const table = buildTruthTable(data, { ...defaultTruthTableSettings, consistencyCutoff: 1 });
 * const settings = {
 *   explain: '1',
 *   includeContradictions: false,
 *   excluded: [],
 *   rowDominance: false,
 *   limits: defaultSearchLimits,
 * } as const;
 * const { terms, models } = solveParsimonious(table, settings);
 * models.map((model) => model.map((t) => formatCube(terms[t]!.term, conditions)).join(' + ')); // → ['coach']
 */
export function solveParsimonious(table: TruthTable, settings: MinimizeSettings): MinimalModels {
  const { positives, negatives } = assignRoles(table, settings);
  return findMinimalModels(positives, negatives, table.conditions, settings);
}

/**
 * What theory expects of a condition's contribution to the outcome: a product of literals. A single literal speaks
 * for one condition (several levels of it may be expected); a longer product is a conjunctural expectation.
 */
export type DirectionalExpectation = Cube;

/**
 * What easy counterfactuals leave of conservative term `a` within parsimonious term `b`, whose literals all stand in
 * `a`: literals of `b` stay; of the others, those that an expectation contradicts are dropped (that the outcome would
 * also occur with the expected value is easy to assume) and the rest stay.
 *
 * A single-literal expectation is contradicted by a value of its condition that none of them expects; a product
 * expectation, unless `a` holds all of it, by every literal of `a` on one of its conditions.
 */
export function keepExpected(a: Cube, b: Cube, expectations: readonly DirectionalExpectation[]): Cube {
  const kept = a.slice();
  for (let c = 0; c < a.length; c++) {
    if (a[c]! === free || b[c]! !== free) continue;
    if (isContradicted(a, c, expectations)) kept[c] = free;
  }
  return kept;
}

function isContradicted(a: Cube, c: number, expectations: readonly DirectionalExpectation[]): boolean {
  let singles = 0;
  let met = false;
  for (const expectation of expectations) {
    if (expectation[c]! === free) continue;
    if (literalsOf(expectation).length > 1) {
      if (!cubeContains(expectation, a)) return true;
      continue;
    }
    singles++;
    if (expectation[c]! === a[c]!) met = true;
  }
  return singles > 0 && !met;
}

/** The intermediate solution that one conservative and one parsimonious model give. */
export interface Derivation {
  /** indices of the models it comes from */
  readonly conservative: number;
  readonly parsimonious: number;
  readonly models: MinimalModels;
  /** kept terms, the cubes of easy counterfactuals; with the conservative terms that match no parsimonious one */
  readonly easyTerms: readonly Cube[];
  readonly unmatched: readonly Cube[];
}

/**
 * Intermediate solutions, one for each pair of a listed conservative and a listed parsimonious model.
 *
 * The prime implicants of the positive rows plus easy counterfactuals are those of the union of the kept terms (and
 * of conservative terms that lie in no parsimonious term), so the complement of these few cubes is all that is
 * needed: no list of 2^k rows, no limit on the number of conditions.
 *
 * @param derivationLimit pairs to derive at most, in order
 * Cost: per pair, a complement of few cubes and `findMinimalModels`. Source: Ragin, Sonnett 2005, doi:10.1007/978-3-322-80441-9_6.
 */
export function solveIntermediate(
  table: TruthTable,
  settings: MinimizeSettings,
  expectations: readonly DirectionalExpectation[],
  conservative: MinimalModels,
  parsimonious: MinimalModels,
  derivationLimit: number,
): Derivation[] {
  const { positives, negatives, included } = assignRoles(table, settings);
  const derivations: Derivation[] = [];
  const solved = new Map<string, MinimalModels>();
  const pairs = Math.min(derivationLimit, conservative.models.length * parsimonious.models.length);
  const proceed = (done: number, found: number) =>
    settings.proceed?.((derivations.length + done) / pairs, found) ?? true;
  for (let c = 0; c < conservative.models.length; c++)
    for (let p = 0; p < parsimonious.models.length; p++) {
      if (derivations.length >= derivationLimit) return derivations;
      const easyTerms: Cube[] = [];
      const unmatched: Cube[] = [];
      for (const t of conservative.models[c]!) {
        const a = conservative.terms[t]!.term;
        const within = parsimonious.models[p]!.map((u) => parsimonious.terms[u]!.term).filter((b) =>
          cubeContains(b, a),
        );
        if (within.length === 0) unmatched.push(a);
        for (const b of within) easyTerms.push(keepExpected(a, b, expectations));
      }
      const allowed = [...easyTerms, ...unmatched, ...included];
      const key = allowed
        .map((cube) => cube.join())
        .sort()
        .join(' ');
      let models = solved.get(key);
      if (models === undefined) {
        models = findMinimalModels(positives, outsideOf(allowed, negatives, table.conditions), table.conditions, {
          ...settings,
          proceed,
        });
        solved.set(key, models);
      }
      derivations.push({ conservative: c, parsimonious: p, models, easyTerms, unmatched });
    }
  return derivations;
}

/** Configurations that a model covers beyond the positive rows: counted always, listed up to a limit. */
export interface Assumptions {
  readonly count: bigint;
  /** ascending row numbers; null if there are more than the limit or they cannot be numbered */
  readonly rowNumbers: readonly number[] | null;
}

/**
 * Remainders (and included rows) that a set of terms covers: the simplifying assumptions of a model.
 *
 * @param terms     the terms
 * @param positives rows that need no assumption
 * @param limit     rows to list at most
 */
export function assumptionsOf(
  terms: readonly Cube[],
  positives: readonly Cube[],
  conditions: readonly Condition[],
  limit: number,
): Assumptions {
  const values = spokenConditions(conditions);
  const spoken = positives.map((row) => spokenPart(row, conditions));
  const covered = isTemporal(conditions)
    ? spoken
    : spoken.filter((row) => terms.some((term) => cubeContains(term, row)));
  const count = isTemporal(conditions)
    ? countUnion([...terms, ...spoken], values) - countUnion(spoken, values)
    : countUnion(terms, conditions) - BigInt(covered.length);
  const isNumbered = countConfigurations(conditions) <= BigInt(Number.MAX_SAFE_INTEGER);
  if (count > BigInt(limit) || !isNumbered) return { count, rowNumbers: null };
  const needless = new Set(rowNumbersOfUnion(covered, conditions, Number.POSITIVE_INFINITY));
  const numbers = rowNumbersOfUnion(terms, conditions, limit + needless.size);
  return { count, rowNumbers: numbers.filter((number) => !needless.has(number)) };
}
