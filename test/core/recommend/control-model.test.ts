import { describe, expect, test } from 'vitest';
import { controlModel } from '../../../src/core/recommend/control-model.ts';
import { selectExperiments } from '../../../src/core/recommend/experiment-table.ts';
import { trainModel } from '../../../src/core/recommend/train-model.ts';
import { loadDefaultKernels } from '../../../src/main/load-default-kernels.ts';
import { heatTransitionRules, heatTransitionTable } from '../../support/heat-transition.ts';

const kernels = await loadDefaultKernels();
const table = heatTransitionTable(20260101, 'gas-saving');
const train = (candidates: readonly ('constant' | 'set-kernel')[], rows: number) => {
  const chosen = selectExperiments(
    table,
    Uint32Array.from({ length: rows }, (_, i) => i),
  );
  const tables = [{ kpi: 'gas-saving', table: chosen }];
  return trainModel({ tables, seed: 3, folds: 2, candidates }, kernels, () => {});
};

describe('controlModel', () => {
  test('a model that gives advice gives nearly none on outcomes dealt out, and no gain from contexts dealt out', () => {
    const input = { model: train(['set-kernel'], 400), blocks: heatTransitionRules };
    const steps: number[] = [];
    const [controls] = controlModel(input, kernels, (fraction) => steps.push(fraction));
    expect(controls!.asTrained.answers).toBe(40);
    expect(controls!.asTrained.advice).toBeGreaterThanOrEqual(20);
    expect([controls!.permutedOutcomes.tables, controls!.permutedOutcomes.answers]).toEqual([3, 120]);
    expect(controls!.permutedOutcomes.advice).toBeLessThanOrEqual(12);
    const { error, errorOfConstant } = controls!.permutedContexts!;
    expect(error).toBeGreaterThan(0.98 * errorOfConstant);
    expect(steps.at(-1)).toBe(1);
  }, 120_000);

  test('where everybody gets the same ranking contexts play no part, so that dealing them out is not tried; the same bytes again', () => {
    const input = { model: train(['constant'], 120), blocks: heatTransitionRules };
    const controls = controlModel(input, kernels, () => {});
    expect(controls.map(({ kpi, permutedContexts }) => [kpi, permutedContexts])).toEqual([['gas-saving', null]]);
    expect(JSON.stringify(controlModel(input, kernels, () => {}))).toBe(JSON.stringify(controls));
  }, 120_000);
});
