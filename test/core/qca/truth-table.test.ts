import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCalibratedData, termMembership } from '../../../src/core/qca/calibrated-data.ts';
import { makeCondition } from '../../../src/core/qca/conditions.ts';
import { rowNumberOf } from '../../../src/core/qca/cubes.ts';
import { reachesCutoff } from '../../../src/core/qca/cutoffs.ts';
import { sufficiencyFit } from '../../../src/core/qca/fit.ts';
import { sumByCubes, sumByRows } from '../../../src/core/qca/row-sums.ts';
import { buildTruthTable, cornersOf, defaultTruthTableSettings } from '../../../src/core/qca/truth-table.ts';
import { allRows, mulberry } from './support.ts';

const settings = { ...defaultTruthTableSettings, consistencyCutoff: 1 };

/** Cases from compact texts: `10:1` is A = 1, B = 0 with outcome 1. */
function crisp(...cases: string[]) {
  const rows = cases.map((text) => text.split(':'));
  const k = rows[0]![0]!.length;
  return makeCalibratedData(
    cases.map((_, i) => `c${i}`),
    Array.from({ length: k }, (_, c) => makeCondition(String.fromCharCode(65 + c), 'crisp')),
    Array.from({ length: k }, (_, c) => rows.map(([levels]) => Number(levels![c]))),
    rows.map(([, y]) => Number(y)),
  );
}

function fuzzy(columns: number[][], outcome: number[]) {
  return makeCalibratedData(
    outcome.map((_, i) => `c${i}`),
    columns.map((_, c) => makeCondition(`X${c}`, 'fuzzy')),
    columns,
    outcome,
  );
}

describe('buildTruthTable', () => {
  it('has one row for each configuration that holds a case, ascending, with its cases', () => {
    const table = buildTruthTable(crisp('10:1', '00:0', '10:1', '11:0'), settings);
    expect(table.rows.map((row) => [row.rowNumber, row.output, row.n, row.cases])).toEqual([
      [1, '0', 1, [1]],
      [3, '1', 2, [0, 2]],
      [4, '0', 1, [3]],
    ]);
  });

  it('numbers multi-value rows with the first condition most significant', () => {
    const conditions = [
      makeCondition('A', 'multi-value', 3),
      makeCondition('B', 'crisp'),
      makeCondition('C', 'multi-value', 4),
    ];
    expect(allRows(conditions).map((row) => rowNumberOf(row, conditions))).toEqual(
      Array.from({ length: 24 }, (_, i) => i + 1),
    );
  });

  it('puts a row between the two cutoffs in C, at the right row also with a frequency cutoff', () => {
    // Row 1 has one case and is dropped; the contradictory row is the third.
    const data = crisp('00:1', '01:1', '01:1', '10:1', '10:0', '11:0', '11:0');
    const table = buildTruthTable(data, { ...settings, frequencyCutoff: 2, contradictionCutoff: 0.4 });
    expect(table.rows.map((row) => [row.rowNumber, row.output])).toEqual([
      [1, '?'],
      [2, '1'],
      [3, 'C'],
      [4, '0'],
    ]);
  });

  it('makes a row that fails the PRI cutoff negative, never contradictory', () => {
    // Consistent with the outcome and with its absence: x = 0.6 while y = 0.5.
    const data = fuzzy([[0.6, 0.6, 0.1]], [0.5, 0.6, 0.1]);
    const row = (priCutoff: number) =>
      buildTruthTable(data, { ...settings, consistencyCutoff: 0.8, contradictionCutoff: 0.5, priCutoff }).rows.at(-1)!;
    expect(row(0).output).toBe('1');
    expect(row(0.9).output).toBe('0');
  });

  it('counts a case with a membership of 0.5 in no row, but in every sum', () => {
    const data = fuzzy([[0.5, 0.8, 0.2]], [1, 1, 0]);
    const table = buildTruthTable(data, settings);
    expect(table.ambiguousCases).toEqual([0]);
    expect(table.rows.map((row) => row.n)).toEqual([1, 1]);
    // (0.5 + 0.8 + 0) / (0.5 + 0.8 + 0.2)
    expect(table.rows[1]!.consistency).toBeCloseTo(1.3 / 1.5, 15);
  });

  it('compares decimal memberships with decimal cutoffs exactly and names rows where rounding would decide', () => {
    expect(reachesCutoff(8, 10, 0.8)).toEqual({ passes: true, borderline: false });
    expect(reachesCutoff(7_999_999_999, 10_000_000_000, 0.8)).toEqual({ passes: false, borderline: true });
    expect(reachesCutoff(0.1 + 0.2, 1, 0.3)).toEqual({ passes: true, borderline: false });
    expect(reachesCutoff(0, 0, 0.8)).toEqual({ passes: false, borderline: false });
  });

  it('reaches a cutoff of 0.8 with tenths that sum to 0.8 only in exact arithmetic', () => {
    const data = fuzzy([[0.9, 0.8, 0.7, 0.6]], [0.7, 0.6, 0.6, 0.5]);
    expect(buildTruthTable(data, { ...settings, consistencyCutoff: 0.8 }).rows.at(-1)!.output).toBe('1');
    expect(data.one).toBe(10);
  });

  it('gives each row the consistency and PRI that its product has over all cases', () => {
    const membership = fc.integer({ min: 0, max: 100 }).map((x) => x / 100);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(membership, membership, membership, membership), { minLength: 1, maxLength: 30 }),
        (cases) => {
          const data = fuzzy(
            [0, 1, 2].map((c) => cases.map((row) => row[c]!)),
            cases.map((row) => row[3]),
          );
          for (const row of buildTruthTable(data, settings).rows) {
            const fit = sufficiencyFit(termMembership(data, row.configuration), data.outcome, data.one);
            expect([row.consistency, row.pri]).toEqual([fit.consistency, fit.pri]);
          }
        },
      ),
      { numRuns: 100, seed: 20261124 },
    );
  });

  it('sums rows by cubes exactly as one by one', () => {
    const random = mulberry(21);
    for (let round = 0; round < 30; round++) {
      const conditions = [
        makeCondition('F', 'fuzzy'),
        makeCondition('M', 'multi-value', 3),
        makeCondition('G', 'fuzzy'),
        makeCondition('K', 'crisp'),
        makeCondition('H', 'fuzzy'),
      ];
      const score = () => Math.round(random() * 20) / 20;
      const n = 40;
      const column = (make: () => number) => Array.from({ length: n }, make);
      const data = makeCalibratedData(
        column(random).map(String),
        conditions,
        conditions.map(({ type, levels }) =>
          column(() => (type === 'fuzzy' ? score() : Math.floor(random() * levels))),
        ),
        column(score),
      );
      const rows = allRows(conditions);
      const corners = cornersOf(data);
      const cells = conditions.reduce((product, { levels }) => product * (levels + 1), 1);
      expect(sumByCubes(data, rows, corners, cells)).toEqual(sumByRows(data, rows, corners));
    }
  });

  it('gives the same rows for any order of the cases', () => {
    const random = mulberry(5);
    const n = 50;
    const draw = () => Array.from({ length: n }, () => Math.round(random() * 100) / 100);
    const columns = [draw(), draw(), draw()];
    const outcome = draw();
    const order = Array.from({ length: n }, (_, i) => (i * 17) % n);
    const shuffled = buildTruthTable(
      fuzzy(
        columns.map((column) => order.map((i) => column[i]!)),
        order.map((i) => outcome[i]!),
      ),
      settings,
    );
    const plain = buildTruthTable(fuzzy(columns, outcome), settings);
    const shown = (table: typeof plain) => table.rows.map(({ cases, ...row }) => ({ ...row, cases: cases.length }));
    expect(shown(shuffled)).toEqual(shown(plain));
  });

  it('decides by a binomial test where asked', () => {
    // 5 of 5 at p = 0.5: 0.5^5 = 0.03125; 2 of 2: 0.25.
    const data = crisp('1:1', '1:1', '1:1', '1:1', '1:1', '0:1', '0:1');
    const table = buildTruthTable(data, { ...settings, consistencyCutoff: 0.5, binomialTest: { alpha: 0.05 } });
    expect(table.rows.map((row) => [row.output, row.pValues!.consistency])).toEqual([
      ['0', 0.25],
      ['1', 0.03125],
    ]);
  });

  it.each([
    ['consistencyCutoff', { consistencyCutoff: 1.2 }],
    ['priCutoff', { priCutoff: -0.1 }],
    ['frequencyCutoff', { frequencyCutoff: 0 }],
    ['frequencyCutoff', { frequencyCutoff: 1.5 }],
    ['contradictionCutoff', { contradictionCutoff: Number.NaN }],
    ['contradictionCutoff', { consistencyCutoff: 0.7, contradictionCutoff: 0.8 }],
  ])('refuses a %s out of range', (name, change) => {
    expect(() => buildTruthTable(crisp('1:1'), { ...settings, ...change })).toThrow(
      expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining(name) }),
    );
  });
});

describe('makeCalibratedData', () => {
  it('names the column and the first cases that hold no membership', () => {
    expect(() => fuzzy([[0.2, 1.5, -1]], [0, 1, 1])).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        message: expect.stringMatching(/"X0".*c1 \(1\.5\), c2 \(-1\).*Calibrate/),
      }),
    );
  });

  it.each(['', 'A B', 'A*B', '~A', 'A[1]', 'A+B', '(A'])('refuses the condition name "%s"', (name) => {
    expect(() => makeCondition(name, 'crisp')).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('refuses conditions named twice, no condition and no case', () => {
    const a = makeCondition('A', 'crisp');
    expect(() => makeCalibratedData(['x'], [a, a], [[1], [0]], [1])).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    expect(() => makeCalibratedData(['x'], [], [], [1])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => makeCalibratedData([], [a], [[]], [])).toThrow(expect.objectContaining({ code: 'empty-group' }));
  });
});
