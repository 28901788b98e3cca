import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { training } from '../../src/app/analyses/training.ts';
import { experimentTable } from '../../src/app/experiments.ts';
import { modelCard } from '../../src/app/model-card.ts';
import type { MethodGoal } from '../../src/app/models.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { fitServable } from '../../src/core/recommend/effect-models.ts';
import { readExperiments } from '../../src/formats/read-experiments.ts';
import { loadDefaultKernels } from '../../src/main/load-default-kernels.ts';
import { createExperimentFiles } from '../../src/store/experiment-files.ts';
import { decodeModel } from '../../src/store/model-format.ts';

const path = (file: string) => new URL(`../../${file}`, import.meta.url).pathname;
const shipped = decodeModel(readFileSync(path('models/warm-start/1/model.bin')));
const metadata = JSON.parse(readFileSync(path('models/warm-start/1/metadata.json'), 'utf8'));
const registry = await createExperimentFiles(path('datasets/heat-transition'), readExperiments).load();

describe('the card of the shipped model', () => {
  const card = readFileSync(path('models/warm-start/1/card.md'), 'utf8');
  const { rows } = JSON.parse(readFileSync(path('bench/results/evaluate.json'), 'utf8'));

  test('is written from what the model says of itself', () => {
    expect(card).toBe(modelCard(metadata));
  });

  test('has every goal of the saved evaluation, met or not, but those of time', () => {
    const judged = rows.filter(({ test, goal }: { test: string; goal: string }) => goal !== 'shown' && test !== 'time');
    expect(judged.length).toBeGreaterThan(20);
    expect(
      metadata.goals.map(({ test, metric, value, goal, met }: MethodGoal) => [test, metric, value, goal, met]),
    ).toEqual(
      judged.map(({ test, metric, value, goal, ok }: Record<string, unknown>) => [test, metric, value, goal, ok]),
    );
    const unmet = judged.filter(({ ok }: { ok: boolean }) => !ok);
    expect(card.match(/\*\*no\*\* \|$/gm)?.length ?? 0).toBe(unmet.length);
  });

  test('has the controls of each KPI: outcomes dealt out give advice in at most one answer of ten', () => {
    for (const { controls } of metadata.kpis) {
      const { answers, advice } = controls.permutedOutcomes;
      expect(answers).toBe(120);
      expect(advice).toBeLessThanOrEqual(answers / 10);
      expect(card).toContain(`(3 tables) | ${advice} of ${answers} |`);
    }
  });
});

describe('the shipped model', () => {
  test('it was trained on the experiments that come along', () => {
    expect(metadata.dataDigest).toBe(registry.digest);
    for (const { kpi, table } of shipped.kpis) expect(table).toEqual(experimentTable(registry, kpi));
  });

  test('fitting it again gives the same bits', async () => {
    const { seed } = training.settings({});
    const kernels = await loadDefaultKernels();
    for (const { kind, table, model } of shipped.kpis) {
      expect(fitServable(kind, table, createRandom(seed, 'model', kind), kernels)).toEqual(model);
    }
  });

  test('no KPI is served by a model that does worse in left-out regions than one mix for everybody', () => {
    for (const { kind, byRegion } of shipped.kpis) {
      const error = (name: string) => byRegion.models.find(({ model }) => model === name)!.rootMeanSquaredError;
      expect(error(kind)).toBeLessThanOrEqual(error('constant'));
    }
  });
});
