import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { evaluateTable, type TableEvaluation } from '../../../src/core/recommend/evaluate-table.ts';
import { type ExperimentTable, selectExperiments } from '../../../src/core/recommend/experiment-table.ts';
import { permuteContexts, permuteMixes, permuteOutcomes } from '../../../src/core/recommend/permuted-tables.ts';
import { featureLayout, pairFeature } from '../../../src/core/recommend/set-features.ts';
import { defaultSetModelSettings, fitSetModel } from '../../../src/core/recommend/set-model.ts';
import { loadDefaultKernels } from '../../../src/main/load-default-kernels.ts';
import { heatTransitionTable } from '../../support/heat-transition.ts';

const kernels = await loadDefaultKernels();
const table = heatTransitionTable(20260101, 'gas-saving');
const judge = (given: ExperimentTable): TableEvaluation =>
  evaluateTable(
    { table: given, leftOut: 'region', folds: 5, kinds: ['constant', 'ridge', 'set-kernel'], seed: 1 },
    kernels,
    () => {},
  );
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('evaluateTable', () => {
  let whole: TableEvaluation;
  beforeAll(() => {
    whole = judge(table);
  }, 240_000);

  test('on 400 experiments with planted effects the blocks are separated, the harmful one last', () => {
    expect([whole.verdict!.separated, whole.verdict!.reasons]).toEqual([true, []]);
    expect(whole.verdict!.blocks.map(({ block }) => block).at(-1)).toBe('savings-challenge');
    const ranks = whole.verdict!.blocks.map(({ rank }) => rank);
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(whole.controls!.permutedMixes.asGood).toBe(0);
    expect(whole.controls!.permutedOutcomes.separated).toBeLessThanOrEqual(1);
    const { tables, asGood, error, errorOfConstant } = whole.controls!.permutedContexts!;
    // Effects of heat-transition depend on contexts as planted.
    expect([whole.verdict!.personal, tables, asGood]).toEqual([true, 19, 0]);
    expect(error).toBeGreaterThan(0.97 * errorOfConstant);
  });

  test('on its first 80 experiments they are not, and there is no ranking', () => {
    const few = judge(selectExperiments(table, [...Array(80).keys()]));
    expect(few.verdict!.separated).toBe(false);
    expect(few.verdict!.reasons).toContain('few-experiments');
    expect(few.verdict!.blocks).toEqual([]);
    expect(few.leaderboard.models.length).toBe(3);
  }, 240_000);

  test('with outcomes dealt out they are not separated, because chance does as well', () => {
    const { verdict } = judge(permuteOutcomes(table, createRandom(5)));
    expect(verdict!.separated).toBe(false);
    expect(verdict!.reasons).toContain('no-better-than-chance');
  }, 240_000);

  test('two blocks that always go together are named, and nothing is ranked', () => {
    const mix = table.mix.slice();
    for (let i = 0; i < table.ids.length; i++) mix[i * 8 + 1] = mix[i * 8]!;
    const { verdict } = judge({ ...table, mix });
    expect(verdict!.together).toEqual([[table.blocks[0], table.blocks[1]]]);
    expect(verdict!.reasons).toContain('blocks-always-together');
    expect(verdict!.blocks).toEqual([]);
  }, 240_000);

  test('an outcome among the contexts, equal effects and a handful of experiments are refused', () => {
    const context = table.context.slice();
    table.effect.forEach((effect, i) => {
      context[i * 8] = 1000 * effect;
    });
    expect(() => judge({ ...table, context })).toThrow(code('invalid-argument'));
    expect(() => judge({ ...table, effect: table.effect.map(() => 0.1) })).toThrow(code('no-variation'));
    expect(() => judge(selectExperiments(table, [0, 1, 2, 3]))).toThrow(code('too-few-groups'));
  });
});

describe('dealing out', () => {
  test('mixes, outcomes and contexts are the same values in another order; contexts stay together by site', () => {
    const sorted = (values: Float64Array | Uint8Array) => [...values].sort();
    const mixes = permuteMixes(table, createRandom(1));
    expect(sorted(mixes.mix)).toEqual(sorted(table.mix));
    expect([...mixes.mix]).not.toEqual([...table.mix]);
    expect(sorted(permuteOutcomes(table, createRandom(1)).effect)).toEqual(sorted(table.effect));
    const { context } = permuteContexts(table, table.site, createRandom(1));
    const bySite = new Map<number, string>();
    table.site.forEach((site, i) => {
      const place = context.subarray(i * 8, i * 8 + 8).join();
      expect(bySite.get(site) ?? place).toBe(place);
      bySite.set(site, place);
    });
    expect([...context]).not.toEqual([...table.context]);
  });
});

describe('doses', () => {
  test('half a dose of a block is half its effect, found where it was planted', () => {
    const random = createRandom(3, 'doses');
    const dose = Float64Array.from(table.mix, (flag) => (flag ? [0.25, 0.5, 1][random.integer(3)]! : 0));
    const effect = Float64Array.from(
      table.ids,
      (_, i) => 0.4 * dose[i * 8]! + 0.2 * dose[i * 8 + 1]! + 0.01 * random.normal(),
    );
    const given = { ...table, dose, effect, variance: new Float64Array(table.ids.length).fill(1e-4) };
    const model = fitSetModel(given, defaultSetModelSettings, kernels);
    const layout = featureLayout(model.shape);
    const blocks = [0, 1, 2].map((j) => model.mean[layout.start.block + j]! + model.mean[layout.start.size]!);
    expect(blocks[0]).toBeCloseTo(0.4, 1);
    expect(blocks[1]).toBeCloseTo(0.2, 1);
    expect(blocks[2]).toBeCloseTo(0, 1);
    expect(Math.abs(model.mean[pairFeature(layout, 0, 1)]!)).toBeLessThan(0.02);
  });
});
