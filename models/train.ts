import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readOptions } from '../bench/read-options.ts';
import { training } from '../src/app/analyses/training.ts';
import { blockRules, experimentTable, kpisOf } from '../src/app/experiments.ts';
import { modelCard } from '../src/app/model-card.ts';
import { describeModel, type MethodGoal } from '../src/app/models.ts';
import { controlModel } from '../src/core/recommend/control-model.ts';
import { trainModel } from '../src/core/recommend/train-model.ts';
import { readExperiments } from '../src/formats/read-experiments.ts';
import { loadDefaultKernels } from '../src/main/load-default-kernels.ts';
import { loadSetNetwork } from '../src/neural/load-set-network.ts';
import { createExperimentFiles } from '../src/store/experiment-files.ts';
import { writeModelFolder } from '../src/store/model-files.ts';

/**
 * Trains the model that comes with the service from the experiments that come with it. Its card holds what the last saved evaluation
 * (`npm run evaluate -- --save`) found.
 *
 * @param folder where `1/` is written; the same bytes on every machine
 */
export async function trainShippedModel(folder: string, progress: (fraction: number) => void): Promise<void> {
  const registry = await createExperimentFiles(
    fileURLToPath(new URL('../datasets/heat-transition', import.meta.url)),
    readExperiments,
  ).load();
  const { name, backend, ...settings } = training.settings({});
  const tables = kpisOf(registry).map((kpi) => ({ kpi, table: experimentTable(registry, kpi) }));
  const kernels = await loadDefaultKernels();
  const model = trainModel(
    { tables, ...settings },
    kernels,
    (done) => progress(0.8 * done),
    await loadSetNetwork(backend),
  );
  const controls = controlModel({ model, blocks: blockRules(registry) }, kernels, (done) => progress(0.8 + 0.2 * done));
  const { candidates } = settings;
  const origin = { model, candidates, controls, dataDigest: registry.digest };
  const description = describeModel({ name, version: 1 }, origin, await evaluatedGoals());
  await writeModelFolder(folder, description, model, modelCard(description));
}

/** The rows of the evaluation that have a goal; those of time have none here, for a card is the same on every machine. */
async function evaluatedGoals(): Promise<readonly MethodGoal[]> {
  const file = new URL('../bench/results/evaluate.json', import.meta.url);
  const { rows } = JSON.parse(await readFile(file, 'utf8')) as {
    rows: (Omit<MethodGoal, 'met'> & { ok: boolean | null })[];
  };
  return rows
    .filter(({ test, goal }) => goal !== 'shown' && test !== 'time')
    .map(({ test, metric, value, goal, ok }) => ({ test, metric, value, goal, met: ok }));
}

/** `npm run train` writes models/warm-start/1 again; git shows whether a byte moved. */
if (import.meta.main) {
  readOptions({ options: {} });
  const folder = fileURLToPath(new URL('./warm-start', import.meta.url));
  await rm(`${folder}/1`, { recursive: true, force: true });
  await trainShippedModel(folder, (fraction) => process.stderr.write(`\r${Math.round(fraction * 100)} %`));
  process.stderr.write('\n');
}
