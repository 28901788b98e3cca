import { describe, expect, it } from 'vitest';
import { analyseQca } from '../../../src/core/qca/analysis.ts';
import { unionMembership } from '../../../src/core/qca/calibrated-data.ts';
import { parseExpression, toProducts } from '../../../src/core/qca/expression.ts';
import { sufficiencyFit } from '../../../src/core/qca/fit.ts';
import { defaultSearchLimits, findMinimalModels } from '../../../src/core/qca/minimal-models.ts';
import { robustnessFit } from '../../../src/core/qca/robustness.ts';
import { defaultTruthTableSettings } from '../../../src/core/qca/truth-table.ts';
import { allRows, crispConditions, mulberry } from './support.ts';
import { column, input, limits } from './support-analysis.ts';

const rowsOf = (list: readonly string[]) => list.map((text) => Int8Array.from(text, Number));
const columnsOf = (bits: readonly string[], outcome: readonly number[]) => [
  ...Array.from({ length: bits[0]!.length }, (_, c) => bits.map((row) => Number(row[c]))),
  outcome,
];

/** What goes wrong elsewhere, each as a sentence that must hold here. */
describe('pitfalls of qualitative comparative analysis', () => {
  it('row dominance hides ambiguity, so it is never applied unasked', () => {
    const conditions = crispConditions(4);
    const random = mulberry(17);
    let hidden = 0;
    for (let round = 0; round < 100; round++) {
      const rows = allRows(conditions).filter(() => random() < 0.7);
      const roles = rows.map(() => random() < 0.5);
      const solve = (rowDominance: boolean) =>
        findMinimalModels(
          rows.filter((_, r) => roles[r]),
          rows.filter((_, r) => !roles[r]),
          conditions,
          { rowDominance, limits: defaultSearchLimits },
        );
      const formulas = ({ models, terms }: ReturnType<typeof solve>) =>
        models.map((model) => model.map((t) => terms[t]!.term.join()).join(' '));
      const [plain, dominated] = [formulas(solve(false)), formulas(solve(true))];
      expect(dominated.every((model) => plain.includes(model))).toBe(true);
      if (dominated.length < plain.length) hidden++;
    }
    expect(hidden).toBeGreaterThan(5);
  });

  it('a smallest set of implicants found at the first level that solves the chart loses models', () => {
    // One literal does for the one positive row, and so does a product of three others: both are models of one term.
    const conditions = crispConditions(4);
    const solution = findMinimalModels(rowsOf(['1111']), rowsOf(['0111', '0101', '0110']), conditions, {
      rowDominance: false,
      limits: defaultSearchLimits,
    });
    expect(solution.models.length).toBe(solution.primes.count);
    const wide = findMinimalModels(rowsOf(['1111']), rowsOf(['0101', '0110', '0011']), conditions, {
      rowDominance: false,
      limits: defaultSearchLimits,
    });
    const sizes = wide.models.map((model) => wide.terms[model[0]!]!.term.filter((level) => level >= 0).length);
    expect([...new Set(sizes)].sort()).toEqual([1, 3]);
  });

  it('a table solved by many models says so, and gives more than the first', () => {
    const analysis = analyseQca(
      input(columnsOf(['000', '001', '011', '111', '110', '100', '010', '101'], [1, 1, 1, 1, 1, 1, 0, 0])),
    );
    for (const { models, modelCount } of analysis.solutions) expect(String(models.length)).toBe(modelCount);
    expect(analysis.warnings.filter(({ code }) => code === 'qca-model-ambiguity').length).toBeGreaterThan(0);
  });

  it('every number of an ambiguous solution belongs to the formula beside it', () => {
    const random = mulberry(3);
    let ambiguous = 0;
    for (let round = 0; round < 20; round++) {
      const columns = Array.from({ length: 5 }, () => Array.from({ length: 12 }, () => Math.round(random() * 10) / 10));
      const analysis = analyseQca(
        input(columns, { truthTable: { ...defaultTruthTableSettings, consistencyCutoff: 0.75 } }),
      );
      const { sets, outcome, cases } = analysis.memberships;
      const conditions = crispConditions(4);
      const y = Float64Array.from(outcome);
      for (const { models, terms } of analysis.solutions) {
        if (models.length > 1) ambiguous++;
        for (const model of models) {
          const products = toProducts(parseExpression(model.formula, conditions), conditions);
          const memberships = products.map((cube) =>
            Float64Array.from(cases, (_, i) =>
              conditions.reduce((least, { name }, c) => {
                const level = cube[c]!;
                return level < 0 ? least : Math.min(least, level === 1 ? sets[name]![i]! : 1 - sets[name]![i]!);
              }, 1),
            ),
          );
          const fit = sufficiencyFit(unionMembership(memberships, cases.length), y, 1);
          expect(model.consistency).toBeCloseTo(fit.consistency!, 9);
          expect(model.coverage).toBeCloseTo(fit.rawCoverage!, 9);
          expect(model.terms.map((t) => terms[t]!.text).join(' + ')).toBe(model.formula);
        }
      }
    }
    expect(ambiguous).toBeGreaterThan(3);
  });

  it('unique coverage over the terms of all models is 0 for terms that can stand for each other, that in their model is not', () => {
    // Y = A + C, and B is a copy of A.
    const analysis = analyseQca(input(columnsOf(['110', '001', '000'], [1, 1, 0]), { solutions: ['parsimonious'] }));
    const [solution] = analysis.solutions;
    expect(solution!.models.length).toBeGreaterThan(1);
    const ambiguous = solution!.terms.filter(({ isEssential }) => !isEssential);
    expect(ambiguous.map(({ uniqueCoverage }) => uniqueCoverage)).toEqual(ambiguous.map(() => 0));
    expect(solution!.models.every(({ uniqueCoverages }) => uniqueCoverages.every((share) => share! > 0))).toBe(true);
  });

  it('an impossible combination of three conditions keeps remainders out, but no observed row', () => {
    const bits = ['1111', '1110', '0111', '0100', '1000'];
    const columns = columnsOf(bits, [1, 1, 0, 0, 0]);
    const ask = (impossible: string[]) =>
      analyseQca(
        input(columns, {
          solutions: ['parsimonious'],
          enhanced: { contradictoryAssumptions: false, simultaneousSubsets: false, impossible },
        }),
      );
    const plain = ask([]);
    const enhanced = ask(['A*B*~C', 'A*B*C']);
    expect(enhanced.rows).toEqual(plain.rows);
    const [before, after] = [plain, enhanced].map(({ solutions }) =>
      solutions[0]!.models.map(({ formula }) => formula),
    );
    expect(before).toContain('A*B');
    expect(after).not.toContain('A*B');
    expect(after!.length).toBeGreaterThan(0);
  });

  it('robustness looks at every test solution, not at the first and the last', () => {
    const initial = Float64Array.of(0.9, 0.8, 0.2, 0.1);
    const same = initial.slice();
    const narrow = Float64Array.of(0.3, 0.8, 0.2, 0.1);
    const wide = Float64Array.of(0.9, 0.8, 0.7, 0.1);
    const outcome = Float64Array.of(1, 1, 0, 0);
    const fit = robustnessFit(initial, [same, narrow, wide, same], outcome, 1);
    expect(fit.smallestTestSet).toBeCloseTo((0.3 + 0.8 + 0.2 + 0.1) / (0.9 + 0.8 + 0.2 + 0.1), 12);
    expect(fit.largestTestSet).toBeCloseTo((0.9 + 0.8 + 0.2 + 0.1) / (0.9 + 0.8 + 0.7 + 0.1), 12);
  });

  it('contradictory rows that a solution may cover are a caution, because they lower its consistency', () => {
    const columns = [
      [1, 1, 1, 1, 0, 0],
      [1, 1, 0, 0, 1, 0],
      [1, 1, 1, 0, 0, 0],
    ];
    const ask = (includeContradictions: boolean) =>
      analyseQca(
        input(columns, {
          includeContradictions,
          truthTable: { ...defaultTruthTableSettings, contradictionCutoff: 0.4 },
          solutions: ['parsimonious'],
        }),
      );
    const consistency = (analysis: ReturnType<typeof ask>) => analysis.solutions[0]!.models[0]!.consistency!;
    expect(consistency(ask(true))).toBeLessThan(consistency(ask(false)));
    expect(ask(true).warnings.map(({ code }) => code)).toContain('qca-contradictions-included');
    expect(ask(false).warnings.map(({ code }) => code)).not.toContain('qca-contradictions-included');
  });

  it('sixty conditions have every solution, assumptions counted and simultaneous rows found, where no row has a number', () => {
    const random = mulberry(11);
    const wide = Array.from({ length: 60 }, (_, c) =>
      column(
        `C${c}`,
        Array.from({ length: 12 }, () => (random() < 0.5 ? 1 : 0)),
      ),
    );
    const plain = input([
      [1, 0],
      [1, 0],
    ]);
    const outcome = { ...plain.outcome, ...column('Y', [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]) };
    const analysis = analyseQca({
      ...plain,
      caseIds: Array.from({ length: 12 }, (_, i) => `case ${i}`),
      conditions: wide,
      outcome,
      directionalExpectations: ['C0', 'C1'],
      limits,
    });
    expect(new Set(analysis.solutions.map(({ kind }) => kind)).size).toBe(3);
    expect(analysis.rows.every(({ rowNumber }) => rowNumber === null)).toBe(true);
    for (const { models } of analysis.solutions)
      for (const { assumptions, assumptionCount } of models) {
        expect(assumptions).toBeNull();
        expect(BigInt(assumptionCount)).toBeGreaterThanOrEqual(0n);
      }
    const half = { ...outcome, values: outcome.values.map(() => 0.5) };
    const fuzzy = wide.map((set) => ({ ...set, values: set.values.map((x) => (x === 1 ? 0.6 : 0.4)) }));
    const both = analyseQca({
      ...plain,
      caseIds: Array.from({ length: 12 }, (_, i) => `case ${i}`),
      conditions: fuzzy,
      outcome: half,
      enhanced: { contradictoryAssumptions: false, simultaneousSubsets: true, impossible: [] },
    });
    expect(both.solutions).toEqual([]);
  });
});
