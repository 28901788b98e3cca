import { describe, expect, it } from 'vitest';
import { analyseQca } from '../../../src/core/qca/analysis.ts';
import type { QcaInput } from '../../../src/core/qca/analysis-records.ts';
import { checkCertificate } from '../../../src/core/qca/check-certificate.ts';
import { defaultTruthTableSettings } from '../../../src/core/qca/truth-table.ts';
import { mulberry } from './support.ts';
import { column, input, limits } from './support-analysis.ts';

const codes = (analysis: ReturnType<typeof analyseQca>) => analysis.warnings.map(({ code }) => code);

describe('analyseQca', () => {
  it('leaves out cases with a missing cell, and names them', () => {
    const analysis = analyseQca(
      input([
        [1, null, 0, 1],
        [1, 1, 0, 0],
        [1, 1, 0, null],
      ]),
    );
    expect(analysis.leftOut).toEqual(['case 2', 'case 4']);
    expect(analysis.caseCount).toBe(2);
    expect(analysis.warnings).toContainEqual({ code: 'qca-missing-cells', parameters: { count: 2 } });
  });

  it('names cases with a membership of 0.5 instead of moving them', () => {
    const analysis = analyseQca(
      input([
        [0.5, 0.9, 0.1],
        [0.9, 0.8, 0.2],
        [1, 1, 0],
      ]),
    );
    expect(analysis.ambiguousCases).toEqual(['case 1']);
    expect(codes(analysis)).toContain('qca-half-memberships');
    expect(analysis.rows.reduce((n, row) => n + row.n, 0)).toBe(2);
  });

  it('answers without negative rows, where the peer stops', () => {
    const analysis = analyseQca(
      input([
        [1, 0, 1],
        [1, 1, 0],
        [1, 1, 1],
      ]),
    );
    expect(codes(analysis)).toEqual(expect.arrayContaining(['qca-no-negative-rows', 'qca-outcome-always']));
    expect(
      analysis.solutions.find(({ kind }) => kind === 'parsimonious')!.models.map(({ formula }) => formula),
    ).toEqual(['1']);
    expect(
      analysis.solutions.find(({ kind }) => kind === 'conservative')!.models.map(({ formula }) => formula),
    ).toEqual(['A + B']);
  });

  it('answers an empty outcome with a warning and no solution', () => {
    const analysis = analyseQca(
      input([
        [1, 0],
        [1, 1],
        [0, 0],
      ]),
    );
    expect(analysis.solutions).toEqual([]);
    expect(codes(analysis)).toEqual(expect.arrayContaining(['qca-outcome-empty', 'qca-no-positive-rows']));
  });

  it('answers rows that all contradict with a warning, and explains them on request', () => {
    const columns = [
      [1, 1, 0, 0],
      [1, 0, 1, 0],
    ];
    const truthTable = { ...defaultTruthTableSettings, contradictionCutoff: 0.3 };
    const analysis = analyseQca(input(columns, { truthTable }));
    expect(analysis.rows.map(({ output }) => output)).toEqual(['C', 'C']);
    expect(codes(analysis)).toEqual(expect.arrayContaining(['qca-contradictory-rows', 'qca-no-positive-rows']));
    const explained = analyseQca(input(columns, { truthTable, explain: 'C', solutions: ['conservative'] }));
    expect(explained.solutions[0]!.models.map(({ formula }) => formula)).toEqual(['1']);
  });

  it('warns of more conditions than cases, of limited diversity and of skewed sets', () => {
    const wide = analyseQca(
      input([
        [1, 0],
        [0, 1],
        [1, 1],
        [1, 0],
      ]),
    );
    expect(codes(wide)).toEqual(expect.arrayContaining(['qca-few-cases', 'qca-limited-diversity']));
    const skewed = analyseQca(
      input([
        [1, 1, 1, 1, 1, 1, 1, 0],
        [1, 0, 1, 0, 1, 0, 1, 0],
      ]),
    );
    expect(skewed.warnings).toContainEqual({ code: 'qca-skewed-set', parameters: { set: 'A', share: 7 / 8 } });
  });

  it('warns of a row that is sufficient for the outcome and, by its PRI, for its absence', () => {
    const analysis = analyseQca(
      input(
        [
          [0.6, 0.6, 0.6, 0.2],
          [0.5, 0.5, 0.5, 0.5],
        ],
        { truthTable: { ...defaultTruthTableSettings, consistencyCutoff: 0.8 } },
      ),
    );
    expect(analysis.rows.at(-1)!.output).toBe('1');
    expect(codes(analysis)).toContain('qca-low-pri');
  });

  it('warns that a set which nearly every case has is a trivial necessary condition', () => {
    const analysis = analyseQca(
      input([
        [1, 1, 1, 1, 1, 0],
        [1, 1, 0, 0, 0, 0],
      ]),
    );
    expect(analysis.warnings).toContainEqual({ code: 'qca-trivial-necessity', parameters: { sets: ['A'] } });
    expect(analysis.necessity.literals[0]).toEqual({ text: 'A', consistency: 1, coverage: 0.4, relevance: 0.25 });
  });

  it('says how many models there are, and never gives one of several silently', () => {
    // The cyclic chart: ~A~B~C, ~A~BC, ~ABC, ABC, AB~C, A~B~C positive; ~AB~C, A~BC negative.
    const rows = ['000', '001', '011', '111', '110', '100', '010', '101'];
    const columns = [0, 1, 2].map((c) => rows.map((row) => Number(row[c])));
    const analysis = analyseQca(
      input([...columns, rows.map((_, i) => (i < 6 ? 1 : 0))], { solutions: ['parsimonious'] }),
    );
    const [solution] = analysis.solutions;
    expect(solution!.modelCount).toBe('2');
    expect(solution!.models.length).toBe(2);
    expect(analysis.warnings).toContainEqual({
      code: 'qca-model-ambiguity',
      parameters: { solution: 'parsimonious', count: '2' },
    });
    const one = analyseQca(
      input([...columns, rows.map((_, i) => (i < 6 ? 1 : 0))], {
        solutions: ['parsimonious'],
        limits: { ...limits, models: 1 },
      }),
    );
    expect(one.solutions[0]!.modelCount).toBe('2');
    expect(one.warnings).toContainEqual({
      code: 'qca-models-not-listed',
      parameters: { solution: 'parsimonious', shown: 1, count: '2', listing: 'first' },
    });
  });

  it('explains an outcome of several sets as it does the same outcome given as a column', () => {
    const score = (x: number) => Math.round(x * 20) / 20;
    const random = mulberry(29);
    const draw = () => Array.from({ length: 15 }, () => score(random()));
    const [a, b, y, z] = [draw(), draw(), draw(), draw()];
    const composed = input([a!, b!, y!], { directionalExpectations: ['A'] });
    const outcome = { ...composed.outcome, expression: 'Y*~Z + ~Y*Z', parts: [column('Z', z!)] };
    // By hand: max(min(y, 1-z), min(1-y, z)).
    const by = y!.map((value, i) => Math.max(Math.min(value, 1 - z![i]!), Math.min(1 - value, z![i]!))).map(score);
    for (const negated of [false, true]) {
      const analysis = analyseQca({ ...composed, outcome: { ...outcome, negated } });
      const plain = input([a!, b!, by], { directionalExpectations: ['A'] });
      const expected = analyseQca({ ...plain, outcome: { ...plain.outcome, negated } });
      expect(analysis.rows).toEqual(expected.rows);
      expect(analysis.solutions).toEqual(expected.solutions);
      expect(analysis.outcome).toBe(negated ? '~(Y*~Z + ~Y*Z)' : 'Y*~Z + ~Y*Z');
      expect(analysis.outcomeParts.map(({ name }) => name)).toEqual(['Y', 'Z']);
    }
    expect(() => analyseQca({ ...composed, outcome: { ...outcome, parts: [column('A', z!)] } })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('tells by which rule each set was made, and the thresholds it found', () => {
    const rows = input([
      [460, 500, 900, 2000, 2100, 2400, 15000, 16000, 20000],
      [0, 0, 0, 0, 0, 0, 1, 1, 1],
    ]);
    const conditions = [{ ...rows.conditions[0]!, calibration: { method: 'find-thresholds', count: 1 } as const }];
    const analysis = analyseQca({ ...rows, conditions });
    expect(analysis.conditions[0]).toEqual({
      name: 'A',
      type: 'crisp',
      levels: 2,
      counts: [6, 0, 3],
      calibration: { method: 'crisp', thresholds: [8700] },
    });
    expect(analysis.solutions.map(({ models }) => models[0]!.formula)).toEqual(['A', 'A', 'A']);
    expect([analysis.memberships.raw.A?.[0], analysis.memberships.sets.A]).toEqual([460, [0, 0, 0, 0, 0, 0, 1, 1, 1]]);
  });

  it('samples the models where there are more than it may list, the same for the same seed', () => {
    // Ten cases, twelve conditions: many pairs of them will do.
    const random = mulberry(19);
    const columns = Array.from({ length: 12 }, () => Array.from({ length: 10 }, () => (random() < 0.5 ? 1 : 0)));
    const ask = (seed: number, change: Partial<QcaInput> = {}) =>
      analyseQca(
        input([...columns, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]], {
          solutions: ['parsimonious'],
          limits: { ...limits, models: 3 },
          listing: 'sample',
          seed,
          ...change,
        }),
      );
    const formulas = (analysis: ReturnType<typeof analyseQca>) => analysis.solutions[0]!.models.map((m) => m.formula);
    const all = formulas(ask(1, { limits: { ...limits, models: 1000 } }));
    expect(all.length).toBeGreaterThan(6);
    const first = formulas(ask(1, { listing: 'first' }));
    const samples = [1, 2, 3, 4, 5].map((seed) => formulas(ask(seed)));
    expect(samples.every((sample) => sample.length === 3 && sample.every((formula) => all.includes(formula)))).toBe(
      true,
    );
    expect(new Set([first, ...samples].map((sample) => sample.join())).size).toBeGreaterThan(2);
    expect(formulas(ask(4))).toEqual(samples[3]);
    expect(ask(1).warnings).toContainEqual({
      code: 'qca-models-not-listed',
      parameters: { solution: 'parsimonious', shown: 3, count: String(all.length), listing: 'sample' },
    });
  });

  it('reports the share of its searches done, never falling, and stops when it is told to', () => {
    const random = mulberry(23);
    const columns = Array.from({ length: 13 }, () => Array.from({ length: 40 }, () => (random() < 0.5 ? 1 : 0)));
    const shares: number[] = [];
    const whole = analyseQca(input(columns), (done) => shares.push(done) > 0);
    expect(whole.solutions.every(({ complete }) => complete)).toBe(true);
    expect(shares.length).toBeGreaterThan(20);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeGreaterThan(0.9);
    let calls = 0;
    const stopped = analyseQca(input(columns), () => ++calls < 3);
    expect(stopped.solutions.some(({ complete }) => !complete)).toBe(true);
    expect(codes(stopped)).toContain('qca-incomplete-search');
  });

  it('certifies every solution it gives', () => {
    const columns = [
      [1, 1, 1, 0, 0, 1, 0, 1],
      [1, 0, 1, 1, 0, 0, 0, 1],
      [0, 1, 1, 1, 0, 0, 1, 1],
      [1, 1, 0, 0, 0, 0, 1, 1],
      [1, 1, 1, 0, 0, 0, 0, 1],
    ];
    const analysis = analyseQca(input(columns, { directionalExpectations: ['A', 'B', 'C', 'D'] }));
    expect(analysis.solutions.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['conservative', 'intermediate', 'parsimonious']),
    );
    expect(analysis.solutions.flatMap(({ certificate }) => checkCertificate(certificate!))).toEqual([]);
  });

  it('marks literals of the intermediate solution as core or contributing', () => {
    // Lipset's crisp data, published: intermediate DEV*LIT*STB from DEV*STB.
    const table = [
      '10110:0',
      '11111:1',
      '11111:1',
      '00101:0',
      '10101:1',
      '10111:1',
      '11110:0',
      '00000:0',
      '00100:0',
      '10101:1',
      '00001:0',
    ];
    const levels = [0, 1, 2, 3, 4].map((c) => table.map((row) => Number(row[c])));
    const outcome = table.map((row) => Number(row[6]));
    const analysis = analyseQca(
      input([...levels, outcome], { solutions: ['intermediate'], directionalExpectations: ['A', 'B', 'C', 'D', 'E'] }),
    );
    expect(analysis.solutions[0]!.terms.map(({ literals }) => literals)).toEqual([
      [
        { text: 'A', role: 'core' },
        { text: 'C', role: 'contributing' },
        { text: 'E', role: 'core' },
      ],
    ]);
    expect(analysis.solutions[0]!.derivedFrom).toEqual({ conservative: 'A*~B*C*E + A*C*D*E', parsimonious: 'A*E' });
  });

  it('gives the same answer, but for the order of cases, for any order of the cases', () => {
    const columns = [
      [0.9, 0.2, 0.7, 0.4, 0.8, 0.1, 0.6],
      [0.3, 0.8, 0.9, 0.1, 0.6, 0.2, 0.7],
      [0.8, 0.3, 0.9, 0.2, 0.7, 0.1, 0.9],
    ];
    const order = [4, 2, 6, 0, 1, 5, 3];
    const sorted = (analysis: ReturnType<typeof analyseQca>) =>
      JSON.stringify({ ...analysis, memberships: null }, (_, value) =>
        Array.isArray(value) && value.every((x) => typeof x === 'string') ? value.toSorted() : value,
      );
    const plain = input(columns);
    const ids = order.map((i) => plain.caseIds[i]!);
    const moved = { ...input(columns.map((values) => order.map((i) => values[i]!))), caseIds: ids };
    expect(sorted(analyseQca(moved))).toBe(sorted(analyseQca(plain)));
  });

  it.each<[string, string, () => QcaInput]>([
    [
      'invalid-argument',
      'outcome',
      () =>
        input([
          [1, 0],
          [2, 0],
        ]),
    ],
    [
      'invalid-argument',
      'outcome and a condition',
      () => ({
        ...input([
          [1, 0],
          [1, 0],
        ]),
        conditions: [column('Y', [1, 0])],
      }),
    ],
    [
      'invalid-argument',
      'There is no truth table row 9',
      () =>
        input(
          [
            [1, 0],
            [1, 0],
          ],
          { excludedRows: [9] },
        ),
    ],
    [
      'unknown-variable',
      '"Q"',
      () =>
        input(
          [
            [1, 0],
            [1, 0],
          ],
          { directionalExpectations: ['Q'] },
        ),
    ],
    [
      'empty-group',
      'no case',
      () =>
        input([
          [null, 0],
          [1, null],
        ]),
    ],
    [
      'invalid-argument',
      'membership',
      () =>
        input([
          [1.5, 0.2],
          [1, 0],
        ]),
    ],
    [
      'invalid-argument',
      'consistencyCutoff',
      () =>
        input(
          [
            [1, 0],
            [1, 0],
          ],
          { truthTable: { ...defaultTruthTableSettings, consistencyCutoff: 2 } },
        ),
    ],
  ])('refuses with %s what says %s', (code, part, make) => {
    expect(() => analyseQca(make())).toThrow(expect.objectContaining({ code, message: expect.stringContaining(part) }));
  });
});
