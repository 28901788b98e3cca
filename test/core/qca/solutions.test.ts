import { describe, expect, it } from 'vitest';
import { makeCalibratedData, negateOutcome } from '../../../src/core/qca/calibrated-data.ts';
import { type Condition, makeCondition } from '../../../src/core/qca/conditions.ts';
import { type Cube, cubeContains, formatCube } from '../../../src/core/qca/cubes.ts';
import { parseExpression, toProducts } from '../../../src/core/qca/expression.ts';
import {
  defaultSearchLimits,
  findMinimalModels,
  listPrimeImplicants,
  type MinimalModels,
} from '../../../src/core/qca/minimal-models.ts';
import {
  assignRoles,
  assumptionsOf,
  keepExpected,
  solveConservative,
  solveIntermediate,
  solveParsimonious,
} from '../../../src/core/qca/solutions.ts';
import { buildTruthTable, defaultTruthTableSettings, type TruthTable } from '../../../src/core/qca/truth-table.ts';
import { allRows, crispConditions, mulberry, naivePrimeImplicants, texts } from './support.ts';

const settings = {
  explain: '1',
  includeContradictions: false,
  excluded: [],
  rowDominance: false,
  limits: defaultSearchLimits,
} as const;
const products = (list: readonly string[], conditions: readonly Condition[]) =>
  list.flatMap((text) => toProducts(parseExpression(text, conditions), conditions));

function randomTable(random: () => number, conditions: readonly Condition[], cases: number): TruthTable {
  const columns = conditions.map(({ levels }) => Array.from({ length: cases }, () => Math.floor(random() * levels)));
  const outcomes = new Map<string, number>();
  const outcome = Array.from({ length: cases }, (_, i) => {
    const key = columns.map((column) => column[i]).join();
    if (!outcomes.has(key)) outcomes.set(key, random() < 0.5 ? 1 : 0);
    return outcomes.get(key)!;
  });
  return buildTruthTable(
    makeCalibratedData(
      outcome.map((_, i) => `c${i}`),
      conditions,
      columns,
      outcome,
    ),
    defaultTruthTableSettings,
  );
}

const covers = (terms: readonly Cube[], row: Cube) => terms.some((term) => cubeContains(term, row));
const termsOf = (solution: MinimalModels, model: readonly number[]) => model.map((t) => solution.terms[t]!.term);
const formulas = (solution: MinimalModels, conditions: readonly Condition[]) =>
  solution.models
    .map((model) =>
      termsOf(solution, model)
        .map((term) => formatCube(term, conditions))
        .sort()
        .join(' + '),
    )
    .sort();

describe('solutions', () => {
  it('lie inside each other: conservative in intermediate in parsimonious, for each derivation', () => {
    const random = mulberry(1);
    for (let round = 0; round < 120; round++) {
      const conditions =
        round % 3 === 0 ? [...crispConditions(3), makeCondition('M', 'multi-value', 3)] : crispConditions(4);
      const table = randomTable(random, conditions, 9);
      const { positives, negatives } = assignRoles(table, settings);
      if (positives.length === 0) continue;
      const conservative = solveConservative(table, settings);
      const parsimonious = solveParsimonious(table, settings);
      const expected = conditions
        .filter(() => random() < 0.7)
        .map(({ name }) => (random() < 0.5 ? name : `${name}[0]`));
      const expectations = products(expected, conditions);
      const rows = allRows(conditions);
      for (const derivation of solveIntermediate(table, settings, expectations, conservative, parsimonious, 200)) {
        const simplest = termsOf(parsimonious, parsimonious.models[derivation.parsimonious]!);
        const kept = [...derivation.easyTerms, ...derivation.unmatched];
        for (const model of derivation.models.models) {
          const terms = termsOf(derivation.models, model);
          for (const row of rows) {
            if (covers(positives, row)) expect(covers(terms, row)).toBe(true);
            if (covers(negatives, row)) expect(covers(terms, row)).toBe(false);
            if (covers(terms, row)) expect(covers(kept, row)).toBe(true);
          }
        }
        for (const row of rows) if (covers(derivation.easyTerms, row)) expect(covers(simplest, row)).toBe(true);
        // The primes of positive rows and easy counterfactuals, by exhaustive search over all rows.
        const filled = rows.filter((row) => covers(kept, row));
        const naive = naivePrimeImplicants(
          filled,
          rows.filter((row) => !covers(kept, row)),
          conditions,
        ).filter((cube) => positives.some((row) => cubeContains(cube, row)));
        expect(texts(listPrimeImplicants(derivation.models, Infinity).map(({ term }) => term))).toEqual(texts(naive));
      }
    }
  });

  it('without expectations the intermediate solution is the conservative one', () => {
    const random = mulberry(2);
    for (let round = 0; round < 60; round++) {
      const conditions = crispConditions(4);
      const table = randomTable(random, conditions, 8);
      if (assignRoles(table, settings).positives.length === 0) continue;
      const conservative = solveConservative(table, settings);
      const parsimonious = solveParsimonious(table, settings);
      for (const { models, unmatched } of solveIntermediate(table, settings, [], conservative, parsimonious, 50))
        if (unmatched.length === 0) expect(formulas(models, conditions)).toEqual(formulas(conservative, conditions));
    }
  });

  it('follow a swap of all values and of the order of the conditions', () => {
    const random = mulberry(3);
    for (let round = 0; round < 60; round++) {
      const conditions = crispConditions(5);
      const table = randomTable(random, conditions, 12);
      const { positives, negatives } = assignRoles(table, settings);
      const options = { rowDominance: false, limits: defaultSearchLimits };
      const turn = (cube: Cube) => cube.map((level) => (level < 0 ? level : 1 - level)).reverse();
      const plain = findMinimalModels(positives, negatives, conditions, options);
      const turned = findMinimalModels(positives.map(turn), negatives.map(turn), conditions.toReversed(), options);
      const back = (solution: MinimalModels) =>
        solution.models.map((model) => texts(termsOf(solution, model).map(turn)).join(' ')).sort();
      expect(back(turned)).toEqual(plain.models.map((model) => texts(termsOf(plain, model)).join(' ')).sort());
    }
  });

  it('keeps a literal that stands in the parsimonious term or that nothing contradicts', () => {
    const conditions = [...crispConditions(3), makeCondition('M', 'multi-value', 3)];
    const cube = (text: string) => products([text], conditions)[0]!;
    const keep = (a: string, b: string, ...expected: string[]) =>
      formatCube(keepExpected(cube(a), cube(b), products(expected, conditions)), conditions);
    expect(keep('A*~B*C', 'A')).toBe('A*~B*C');
    expect(keep('A*~B*C', 'A', 'B', 'C')).toBe('A*C');
    expect(keep('A*~B*C', 'A*~B', 'B')).toBe('A*~B*C');
    expect(keep('A*B*M[2]', 'A', 'M[1]', 'M[2]')).toBe('A*B*M[2]');
    expect(keep('A*B*M[0]', 'A', 'M[1]', 'M[2]')).toBe('A*B');
    expect(keep('A*B*C', 'A', 'B*C')).toBe('A*B*C');
    expect(keep('A*B*~C', 'A', 'B*C')).toBe('A');
  });

  it('leaves a conservative term that no parsimonious term holds as it is', () => {
    // Pairing a conservative model with a parsimonious model that covers its rows by other terms.
    const random = mulberry(8);
    let seen = 0;
    for (let round = 0; round < 200 && seen < 5; round++) {
      const conditions = crispConditions(4);
      const table = randomTable(random, conditions, 8);
      if (assignRoles(table, settings).positives.length < 2) continue;
      const conservative = solveConservative(table, settings);
      const parsimonious = solveParsimonious(table, settings);
      for (const { unmatched, models } of solveIntermediate(
        table,
        settings,
        products(['A', 'B', 'C', 'D'], conditions),
        conservative,
        parsimonious,
        50,
      )) {
        if (unmatched.length === 0) continue;
        seen++;
        for (const term of unmatched)
          for (const row of assignRoles(table, settings).positives)
            if (cubeContains(term, row))
              expect(
                covers(
                  models.terms.map((t) => t.term),
                  row,
                ),
              ).toBe(true);
      }
    }
    expect(seen).toBeGreaterThan(0);
  });

  it('answers for 40 conditions what it answers without the 30 that do not vary', () => {
    const random = mulberry(4);
    const narrow = crispConditions(10);
    const columns = narrow.map(() => Array.from({ length: 16 }, () => Math.floor(random() * 2)));
    const outcome = Array.from({ length: 16 }, (_, i) => columns[0]![i]! & columns[1]![i]!);
    const ids = outcome.map((_, i) => `c${i}`);
    const wide = [...narrow, ...Array.from({ length: 30 }, (_, i) => makeCondition(`Z${i}`, 'crisp'))];
    const small = buildTruthTable(makeCalibratedData(ids, narrow, columns, outcome), defaultTruthTableSettings);
    const zeros = Array.from({ length: 30 }, () => outcome.map(() => 0));
    const large = buildTruthTable(
      makeCalibratedData(ids, wide, [...columns, ...zeros], outcome),
      defaultTruthTableSettings,
    );
    const expectations = (conditions: readonly Condition[]) =>
      products(
        narrow.map(({ name }) => name),
        conditions,
      );
    const solveAll = (table: TruthTable) => {
      const pair = [solveConservative(table, settings), solveParsimonious(table, settings)] as const;
      return { pair, intermediate: solveIntermediate(table, settings, expectations(table.conditions), ...pair, 20) };
    };
    const a = solveAll(small);
    const b = solveAll(large);
    expect(formulas(b.pair[1], wide)).toEqual(formulas(a.pair[1], narrow));
    expect(b.intermediate.length).toBe(a.intermediate.length);
    const model = termsOf(b.pair[1], b.pair[1].models[0]!);
    const same = termsOf(a.pair[1], a.pair[1].models[0]!);
    const covered = b.pair[1].positives.length;
    expect(assumptionsOf(model, b.pair[1].positives, wide, 100)).toEqual({
      count:
        (assumptionsOf(same, a.pair[1].positives, narrow, 0).count + BigInt(covered)) * 2n ** 30n - BigInt(covered),
      rowNumbers: null,
    });
  });

  it('counts and lists the remainders of a model', () => {
    const random = mulberry(6);
    for (let round = 0; round < 60; round++) {
      const conditions = [...crispConditions(3), makeCondition('M', 'multi-value', 3)];
      const table = randomTable(random, conditions, 8);
      const solution = solveParsimonious(table, settings);
      const model = termsOf(solution, solution.models[0]!);
      const expected = allRows(conditions).flatMap((row, at) =>
        covers(model, row) && !covers(solution.positives, row) ? [at + 1] : [],
      );
      expect(assumptionsOf(model, solution.positives, conditions, 100)).toEqual({
        count: BigInt(expected.length),
        rowNumbers: expected,
      });
    }
  });

  it('explains the negated outcome with the same engine, and never both on one observed row', () => {
    const random = mulberry(12);
    for (let round = 0; round < 40; round++) {
      const conditions = crispConditions(4);
      const columns = conditions.map(() => Array.from({ length: 10 }, () => Math.floor(random() * 2)));
      const outcome = Array.from({ length: 10 }, (_, i) => columns[0]![i]! | columns[1]![i]!);
      const data = makeCalibratedData(
        outcome.map((_, i) => `c${i}`),
        conditions,
        columns,
        outcome,
      );
      const rows = [data, negateOutcome(data)].map((d) => buildTruthTable(d, defaultTruthTableSettings));
      const [yes, no] = rows.map((table) => solveParsimonious(table, settings));
      for (const { configuration } of rows[0]!.rows)
        expect(
          covers(
            yes!.terms.map((t) => t.term),
            configuration,
          ),
        ).not.toBe(
          covers(
            no!.terms.map((t) => t.term),
            configuration,
          ),
        );
    }
  });

  it('never covers an excluded remainder', () => {
    const random = mulberry(14);
    for (let round = 0; round < 40; round++) {
      const conditions = crispConditions(4);
      const table = randomTable(random, conditions, 7);
      const seen = new Set(table.rows.map((row) => row.rowNumber));
      const excluded = allRows(conditions).filter((_, at) => !seen.has(at + 1) && random() < 0.5);
      const solution = solveParsimonious(table, { ...settings, excluded });
      for (const row of excluded)
        expect(
          covers(
            solution.terms.map(({ term }) => term),
            row,
          ),
        ).toBe(false);
    }
  });

  it('hides ambiguity only where row dominance is asked for', () => {
    const conditions = crispConditions(3);
    const rows = (list: readonly string[]) => list.map((text) => Int8Array.from(text, Number));
    // ~A*B, A*~B, ... : six rows, the classical cyclic chart with two minimal models.
    const positives = rows(['000', '001', '011', '111', '110', '100']);
    const negatives = rows(['010', '101']);
    const all = findMinimalModels(positives, negatives, conditions, {
      rowDominance: false,
      limits: defaultSearchLimits,
    });
    expect(all.primes.count).toBe(6);
    expect(all.modelCount).toBe(2n);
    expect(all.termsPerModel).toBe(3);
  });
});
