import { describe, expect, it } from 'vitest';
import { analyseQca } from '../../../src/core/qca/analysis.ts';
import type { QcaInput } from '../../../src/core/qca/analysis-records.ts';
import { contrapositiveFit, haesebrouckConsistency, sufficiencyFit } from '../../../src/core/qca/fit.ts';
import { robustnessCases } from '../../../src/core/qca/robustness.ts';
import { defaultTruthTableSettings } from '../../../src/core/qca/truth-table.ts';
import { mulberry } from './support.ts';
import { input, limits, nothingFurther } from './support-analysis.ts';

const score = (x: number) => Math.round(x * 20) / 20;

/** Random fuzzy columns, the last one leaning on the first. */
function fuzzyColumns(seed: number, count: number, cases: number): number[][] {
  const random = mulberry(seed);
  const columns = Array.from({ length: count }, () => Array.from({ length: cases }, () => score(random())));
  return [...columns, columns[0]!.map((x) => score(Math.min(1, 0.7 * x + 0.4 * random())))];
}

describe('two steps', () => {
  it('are the truth tables a researcher would make by hand', () => {
    const columns = fuzzyColumns(101, 4, 24);
    const twoStep = { remote: ['A', 'B'], consistencyCutoff: 0.7 };
    const analysis = analyseQca(
      input(columns, { further: { ...nothingFurther, twoStep }, directionalExpectations: ['C', 'A'] }),
    ).further.twoStep!;
    // Step one: A and B alone.
    const first = analyseQca(
      input([columns[0]!, columns[1]!, columns[4]!], {
        truthTable: { ...defaultTruthTableSettings, consistencyCutoff: 0.7 },
        solutions: ['parsimonious'],
      }),
    );
    expect(analysis.rows).toEqual(first.rows);
    expect(analysis.steps.map(({ context }) => context)).toEqual(first.solutions[0]!.terms.map(({ text }) => text));
    expect(analysis.steps.length).toBeGreaterThan(0);
    // Step two: C, D and the context as a column.
    for (const { context, name, conditions, rows, solutions } of analysis.steps) {
      const byHand = first.memberships.terms[context]!;
      const plain = input([columns[2]!, columns[3]!, byHand, columns[4]!], { directionalExpectations: ['C'] });
      const renamed = ['C', 'D', name].map((title, c) => ({ ...plain.conditions[c]!, name: title }));
      const second = analyseQca({ ...plain, conditions: renamed });
      expect(conditions).toEqual(['C', 'D', 'CONTEXT']);
      expect(rows).toEqual(second.rows);
      expect(solutions).toEqual(second.solutions);
    }
  });

  it('refuse names that are no conditions, and remote conditions only', () => {
    const ask = (remote: string[]) =>
      analyseQca(
        input(fuzzyColumns(5, 2, 10), {
          further: { ...nothingFurther, twoStep: { remote, consistencyCutoff: 0.7 } },
        }),
      );
    expect(() => ask(['Q'])).toThrow(expect.objectContaining({ code: 'unknown-variable' }));
    expect(() => ask(['A', 'B'])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('clusters', () => {
  it('give each cluster the fit that an analysis of its cases alone gives, also after cases are left out', () => {
    const columns: (number | null)[][] = fuzzyColumns(7, 2, 20);
    columns[1]![3] = null;
    const clusters = columns[0]!.map((_, i) => ['2022', '2023'][i % 2]!);
    const units = columns[0]!.map((_, i) => `u${i >> 1}`);
    const analysis = analyseQca(
      input(columns, { solutions: ['parsimonious'], further: { ...nothingFurther, clusters: { clusters, units } } }),
    );
    const { terms, outcome, cases } = analysis.memberships;
    const fitOf = (text: string, label: string) => {
      const chosen = cases
        .map((id, at) => [at, Number(id.slice(5)) - 1] as const)
        .filter(([, i]) => clusters[i] === label);
      const take = (values: readonly number[]) => Float64Array.from(chosen, ([at]) => values[at]!);
      return sufficiencyFit(take(terms[text]!), take(outcome), 1);
    };
    expect(analysis.leftOut).toEqual(['case 4']);
    const found = analysis.further.clusters!;
    const term = analysis.solutions[0]!.terms[0]!;
    expect(found[0]!.text).toBe(term.text);
    for (const { label, value } of found[0]!.consistency.between)
      expect(value).toBeCloseTo(fitOf(term.text, label).consistency!, 8);
    for (const { label, value } of found[0]!.coverage.between)
      expect(value).toBeCloseTo(fitOf(term.text, label).rawCoverage!, 8);
    expect(found[0]!.consistency.pooled).toBeCloseTo(term.consistency!, 8);
    expect(found[0]!.consistency.within.length).toBe(10);
  });
});

describe('theory evaluation', () => {
  it('sorts the cases by what theory and solution say of them', () => {
    // A is enough, theory says B.
    const columns = [
      [1, 1, 0, 0, 1],
      [1, 0, 1, 0, 0],
      [1, 1, 0, 0, 1],
    ];
    const analysis = analyseQca(
      input(columns, { solutions: ['parsimonious'], further: { ...nothingFurther, theory: 'B' } }),
    );
    const [found] = analysis.further.theory!;
    expect(found!.formula).toBe('A');
    const cases = Object.fromEntries(
      found!.areas.map(({ area, members, nonMembers }) => [area, [members, nonMembers]]),
    );
    expect(cases).toMatchObject({
      'theory*solution': [['case 1'], []],
      '~theory*solution': [['case 2', 'case 5'], []],
      'theory*~solution': [[], ['case 3']],
      '~theory*~solution': [[], ['case 4']],
    });
  });
});

describe('robustness', () => {
  it('counts cases that initial and test solutions share, and those they do not', () => {
    //               rT   rD   sT   sD   pT   pD   none
    const initial = [0.9, 0.8, 0.7, 0.6, 0.2, 0.1, 0.1];
    const firstTest = [0.8, 0.7, 0.6, 0.2, 0.9, 0.3, 0.2];
    const lastTest = [0.7, 0.9, 0.1, 0.8, 0.1, 0.8, 0.3];
    const outcome = [1, 0, 1, 0, 1, 0, 1];
    const arrays = [initial, firstTest, lastTest, outcome].map((x) => Float64Array.from(x));
    expect(robustnessCases(arrays[0]!, [arrays[1]!, arrays[2]!], arrays[3]!, 1)).toEqual({
      robustTypical: [0],
      robustDeviant: [1],
      shakyTypical: [2],
      shakyDeviant: [3],
      possibleTypical: [4],
      possibleDeviant: [5],
      typicalRatio: 1 / 3,
      deviantRatio: 1 / 3,
      rank: 4,
    });
    expect(robustnessCases(arrays[0]!, [arrays[0]!], arrays[3]!, 1).rank).toBe(1);
    const narrower = arrays[0]!.map((x, i) => (i === 2 ? 0 : x));
    expect(robustnessCases(arrays[0]!, [narrower], arrays[3]!, 1).rank).toBe(3);
    expect(robustnessCases(narrower, [arrays[0]!], arrays[3]!, 1).rank).toBe(2);
  });

  it('tries each cutoff with the others kept, and holds each model against all models of all tries', () => {
    const columns = fuzzyColumns(23, 3, 22);
    const robustness = { consistencyCutoffs: [0.7, 0.9], priCutoffs: [0.5], frequencyCutoffs: [2] };
    const ask = (change: Partial<QcaInput['truthTable']>, further = nothingFurther) =>
      analyseQca(
        input(columns, {
          truthTable: { ...defaultTruthTableSettings, ...change },
          solutions: ['conservative', 'intermediate'],
          directionalExpectations: ['A', 'B', 'C'],
          further,
        }),
      );
    const { tests, models } = ask({}, { ...nothingFurther, robustness }).further.robustness!;
    const changes = [
      { consistencyCutoff: 0.7 },
      { consistencyCutoff: 0.9 },
      { priCutoff: 0.5 },
      { frequencyCutoff: 2 },
    ];
    const formulas = (analysis: ReturnType<typeof ask>, kind: string) =>
      analysis.solutions.filter((s) => s.kind === kind).flatMap((s) => s.models.map(({ formula }) => formula));
    for (const kind of ['conservative', 'intermediate'])
      expect(tests.filter((test) => test.kind === kind).map((test) => [...test.models].sort())).toEqual(
        changes.map((change) => [...new Set(formulas(ask(change), kind))].sort()),
      );
    expect(models.map(({ formula }) => formula)).toEqual([
      ...formulas(ask({}), 'conservative'),
      ...formulas(ask({}), 'intermediate'),
    ]);
    for (const { smallestTestSet, largestTestSet } of models) {
      expect(smallestTestSet).toBeGreaterThanOrEqual(0);
      expect(largestTestSet).toBeLessThanOrEqual(1);
    }
  });
});

describe('chains of sets', () => {
  // A causes B, B causes Y.
  const rows = [
    [1, 1, 1],
    [1, 1, 1],
    [0, 0, 0],
    [0, 0, 0],
  ];
  const columns = [0, 1, 2].map((c) => rows.map((row) => row[c]!));
  const chain = {
    method: 'truth-table',
    ordering: null,
    strict: false,
    consistencyCutoff: 1,
    coverageCutoff: 1,
    maximumTerms: 3,
  } as const;
  const ask = (change: object) =>
    analyseQca(input(columns, { solutions: [], further: { ...nothingFurther, chain: { ...chain, ...change } } }))
      .further.chain!;

  it('take each set as the outcome of the others, or of those before it', () => {
    expect(ask({})).toEqual([
      { outcome: 'A', models: ['B', 'Y'], complete: true },
      { outcome: 'B', models: ['A', 'Y'], complete: true },
      { outcome: 'Y', models: ['A', 'B'], complete: true },
    ]);
    expect(ask({ ordering: [['A'], ['B'], ['Y']], strict: true })).toEqual([
      { outcome: 'B', models: ['A'], complete: true },
      { outcome: 'Y', models: ['A', 'B'], complete: true },
    ]);
    expect(ask({ method: 'coincidence', ordering: [['A'], ['B'], ['Y']], strict: true })).toEqual(
      ask({ ordering: [['A'], ['B'], ['Y']], strict: true }),
    );
  });

  it('refuse an order that leaves a set out or names another', () => {
    expect(() => ask({ ordering: [['A'], ['Y']] })).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => ask({ ordering: [['A'], ['B'], ['Z']] })).toThrow(
      expect.objectContaining({ code: 'unknown-variable' }),
    );
  });
});

describe('beside the minimal models', () => {
  // The cyclic chart: six prime implicants, two minimal covers of three, three more irredundant ones of four.
  const bits = ['000', '001', '011', '111', '110', '100', '010', '101'];
  const columns = [...[0, 1, 2].map((c) => bits.map((row) => Number(row[c]))), bits.map((_, i) => (i < 6 ? 1 : 0))];

  it('all irredundant models are listed on request', () => {
    const [solution] = analyseQca(input(columns, { solutions: ['parsimonious'], irredundant: true })).solutions;
    const { formulas, complete } = solution!.irredundant!;
    expect([solution!.modelCount, formulas.length, complete]).toEqual(['2', 5, true]);
    expect(formulas.filter((formula) => formula.split(' + ').length === 4).length).toBe(3);
    const cut = analyseQca(
      input(columns, { solutions: ['parsimonious'], irredundant: true, limits: { ...limits, models: 4 } }),
    ).solutions[0]!;
    expect(cut.irredundant).toMatchObject({ complete: false });
    expect(analyseQca(input(columns)).solutions[0]!.irredundant).toBeNull();
  });

  it('terms that cover the same rows stand in one group', () => {
    // B and C are the same condition twice.
    const analysis = analyseQca(
      input(
        [
          [1, 1, 0, 0],
          [1, 0, 0, 0],
          [1, 0, 0, 0],
          [1, 0, 0, 0],
        ],
        { solutions: ['parsimonious'] },
      ),
    );
    const [solution] = analysis.solutions;
    expect(solution!.models.map(({ formula }) => formula)).toEqual(['B', 'C']);
    expect(solution!.swapGroups).toEqual([['B', 'C']]);
  });

  it('sufficient combinations are minimal and reach their cutoffs', () => {
    const fuzzy = fuzzyColumns(31, 3, 15);
    const subsets = { consistencyCutoff: 0.85, priCutoff: 0.5, coverageCutoff: 0.2, maximumLiterals: 2 };
    const found = analyseQca(input(fuzzy, { solutions: [], further: { ...nothingFurther, subsets } })).further.subsets!;
    expect(found.length).toBeGreaterThan(0);
    for (const { text, consistency, pri, rawCoverage } of found) {
      expect([consistency! >= 0.85, pri! >= 0.5, rawCoverage! >= 0.2]).toEqual([true, true, true]);
      expect(text.split('*').length).toBeLessThanOrEqual(2);
    }
  });
});

describe('contrapositiveFit', () => {
  it('is the conditional shares of a fourfold table, and those with the margins made even', () => {
    // a: x and y, b: x only, c: y only, d: neither.
    const [a, b, c, d] = [12, 3, 5, 20];
    const x: number[] = [];
    const y: number[] = [];
    for (const [count, xi, yi] of [
      [a, 1, 1],
      [b, 1, 0],
      [c, 0, 1],
      [d, 0, 0],
    ] as const)
      for (let i = 0; i < count; i++) {
        x.push(xi);
        y.push(yi);
      }
    const fit = contrapositiveFit(Float64Array.from(x), Float64Array.from(y), 1);
    const even = (hit: number, of: number, miss: number, ofOther: number) => hit / of / (hit / of + miss / ofOther);
    expect(fit.contrapositiveConsistency).toBeCloseTo(d / (b + d), 12);
    expect(fit.contrapositiveCoverage).toBeCloseTo(d / (c + d), 12);
    // P(y|x) by Bayes' rule if P(y) were 1/2, and so on.
    expect(fit.prevalenceAdjustedConsistency).toBeCloseTo(even(a, a + c, b, b + d), 12);
    expect(fit.antecedentAdjustedCoverage).toBeCloseTo(even(a, a + b, c, c + d), 12);
    expect(fit.antecedentAdjustedContrapositiveConsistency).toBeCloseTo(even(d, c + d, b, a + b), 12);
    expect(fit.prevalenceAdjustedContrapositiveCoverage).toBeCloseTo(even(d, b + d, c, a + c), 12);
  });

  it('mirrors consistency and coverage when both sets are negated, and knows no number for 0/0', () => {
    const random = mulberry(37);
    const draw = () => Float64Array.from({ length: 20 }, () => score(random()));
    const [x, y] = [draw(), draw()];
    const negate = (z: Float64Array) => z.map((m) => 1 - m);
    const mirrored = sufficiencyFit(negate(y!), negate(x!), 1);
    const fit = contrapositiveFit(x!, y!, 1);
    expect(fit.contrapositiveConsistency).toBeCloseTo(mirrored.consistency!, 12);
    expect(fit.contrapositiveCoverage).toBeCloseTo(mirrored.rawCoverage!, 12);
    const ones = new Float64Array(4).fill(1);
    expect(new Set(Object.values(contrapositiveFit(ones, ones, 1)))).toEqual(new Set([null]));
  });

  it('gives Haesebrouck sums that do not depend on the order of the cases', () => {
    const random = mulberry(41);
    const pairs = Array.from({ length: 200 }, () => [score(random()) * 20, score(random()) * 20] as const);
    const of = (list: typeof pairs) =>
      haesebrouckConsistency(
        Float64Array.from(list, ([x]) => x),
        Float64Array.from(list, ([, y]) => y),
      );
    expect(of(pairs.toReversed())).toBe(of(pairs));
  });
});
