import { describe, expect, it } from 'vitest';
import { makeCalibratedData, negateOutcome } from '../../../src/core/qca/calibrated-data.ts';
import { makeCondition } from '../../../src/core/qca/conditions.ts';
import { configurationOf, cubeContains } from '../../../src/core/qca/cubes.ts';
import { enhanceTable } from '../../../src/core/qca/enhanced-analysis.ts';
import { findContradictoryAssumptions } from '../../../src/core/qca/find-rows.ts';
import { defaultSearchLimits, type MinimalModels } from '../../../src/core/qca/minimal-models.ts';
import { solveParsimonious } from '../../../src/core/qca/solutions.ts';
import { buildTruthTable, defaultTruthTableSettings } from '../../../src/core/qca/truth-table.ts';
import { mulberry } from './support.ts';

const settings = {
  explain: '1',
  includeContradictions: false,
  excluded: [],
  rowDominance: false,
  limits: defaultSearchLimits,
} as const;
const off = { contradictoryAssumptions: false, simultaneousSubsets: false, impossible: [] } as const;

function randomData(random: () => number, k: number) {
  const draw = () => Array.from({ length: 12 }, () => Math.round(random() * 20) / 20);
  const conditions = Array.from({ length: k }, (_, c) => makeCondition(`X${c}`, 'fuzzy'));
  return makeCalibratedData(
    draw().map((_, i) => `c${i}`),
    conditions,
    conditions.map(draw),
    draw(),
  );
}
const models = (solution: MinimalModels) =>
  solution.models
    .map((model) =>
      model
        .map((t) => solution.terms[t]!.term.join())
        .sort()
        .join('+'),
    )
    .sort();

describe('enhanceTable', () => {
  it('excludes contradictory assumptions as cubes with the effect of their row numbers', () => {
    const random = mulberry(41);
    let found = 0;
    for (let round = 0; round < 40; round++) {
      const data = randomData(random, 4);
      const table = buildTruthTable(data, defaultTruthTableSettings);
      const negation = buildTruthTable(negateOutcome(data), defaultTruthTableSettings);
      const rows = findContradictoryAssumptions(
        table,
        solveParsimonious(table, settings),
        solveParsimonious(negation, settings),
        100,
      );
      found += rows.length;
      const byRows = solveParsimonious(table, {
        ...settings,
        excluded: rows.map((row) => configurationOf(row, table.conditions)),
      });
      const { excluded, table: kept } = enhanceTable(data, table, settings, { ...off, contradictoryAssumptions: true });
      expect(models(solveParsimonious(kept, { ...settings, excluded }))).toEqual(models(byRows));
      for (const row of table.rows.filter(({ output }) => output !== '?'))
        expect(excluded.some((cube) => cubeContains(cube, row.configuration))).toBe(false);
    }
    expect(found).toBeGreaterThan(20);
  });

  it('turns rows that are sufficient for both into negative ones', () => {
    // x = 0.6 everywhere, y = 0.5: consistent with the outcome and with its absence.
    const data = makeCalibratedData(['a', 'b'], [makeCondition('A', 'fuzzy')], [[0.6, 0.6]], [0.5, 0.5]);
    const table = buildTruthTable(data, defaultTruthTableSettings);
    expect(table.rows.map(({ output }) => output)).toEqual(['1']);
    const enhanced = enhanceTable(data, table, settings, { ...off, simultaneousSubsets: true });
    expect([enhanced.table.rows.map(({ output }) => output), enhanced.simultaneousRows]).toEqual([['0'], [2]]);
    expect(table.rows[0]!.output).toBe('1');
  });

  it('keeps impossible combinations out of every solution but leaves what was observed', () => {
    const bits = ['00', '01', '11'];
    const conditions = ['A', 'B'].map((name) => makeCondition(name, 'crisp'));
    const data = makeCalibratedData(
      bits,
      conditions,
      [0, 1].map((c) => bits.map((row) => Number(row[c]))),
      [0, 0, 1],
    );
    const table = buildTruthTable(data, defaultTruthTableSettings);
    expect(models(solveParsimonious(table, settings))).toEqual(['1,-1']);
    const { excluded } = enhanceTable(data, table, settings, { ...off, impossible: [Int8Array.from([1, -1])] });
    expect(excluded.map((cube) => cube.join())).toEqual(['1,0']);
    expect(models(solveParsimonious(table, { ...settings, excluded }))).toEqual(['1,1']);
  });
});
