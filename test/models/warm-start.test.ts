import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { training } from '../../src/app/analyses/training.ts';
import { experimentTable } from '../../src/app/experiments.ts';
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
