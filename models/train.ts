import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readOptions } from '../bench/read-options.ts';
import { training } from '../src/app/analyses/training.ts';
import { experimentTable, kpisOf } from '../src/app/experiments.ts';
import { modelCard } from '../src/app/model-card.ts';
import { describeModel } from '../src/app/models.ts';
import { trainModel } from '../src/core/recommend/train-model.ts';
import { readExperiments } from '../src/formats/read-experiments.ts';
import { loadDefaultKernels } from '../src/main/load-default-kernels.ts';
import { loadSetNetwork } from '../src/neural/load-set-network.ts';
import { createExperimentFiles } from '../src/store/experiment-files.ts';
import { writeModelFolder } from '../src/store/model-files.ts';

/**
 * Trains the model that comes with the service from the experiments that come with it.
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
  const model = trainModel(
    { tables, ...settings },
    await loadDefaultKernels(),
    progress,
    await loadSetNetwork(backend),
  );
  const description = describeModel(name, 1, model, registry.digest);
  await writeModelFolder(folder, description, model, modelCard(description));
}

/** `npm run train` writes models/warm-start/1 again; git shows whether a byte moved. */
if (import.meta.main) {
  readOptions({ options: {} });
  const folder = fileURLToPath(new URL('./warm-start', import.meta.url));
  await rm(`${folder}/1`, { recursive: true, force: true });
  await trainShippedModel(folder, (fraction) => process.stderr.write(`\r${Math.round(fraction * 100)} %`));
  process.stderr.write('\n');
}
