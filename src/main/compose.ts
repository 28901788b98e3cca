import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJobs, type Jobs } from '../app/jobs.ts';
import { joinExperiments } from '../app/planned-experiments.ts';
import type { Ports } from '../app/ports.ts';
import { purposes } from '../app/purposes.ts';
import { createService, type Service } from '../app/service.ts';
import type { Config } from '../config.ts';
import { fileFormats } from '../formats/file-formats.ts';
import { readCbsNeighbourhood } from '../formats/read-cbs-neighbourhood.ts';
import { readExperimentTable } from '../formats/read-experiment-table.ts';
import { readExperiments } from '../formats/read-experiments.ts';
import { readPolicyLog } from '../formats/read-policy-log.ts';
import { createExperimentFiles } from '../store/experiment-files.ts';
import { createModelFiles } from '../store/model-files.ts';
import { openStore } from '../store/open-store.ts';
import { createCompute } from '../workers/create-compute.ts';
import { loadDefaultKernels } from './load-default-kernels.ts';
import { version } from './version.ts';

export interface Composition {
  readonly service: Service;
  readonly jobs: Jobs;
  /** Says in the store's lock file where this process serves, so that commands find it. */
  announce(url: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Wires one process: store, workers, jobs, service. Nothing else builds a dependency.
 *
 * @throws store-locked, store-too-new
 */
export async function compose(config: Config, options: { readonly warm: number } = { warm: 0 }): Promise<Composition> {
  const store = await openStore(config.data, {
    url: null,
    formats: fileFormats,
    purposes,
    uploadLimit: config.uploadLimit,
  });
  const workers = createCompute({ workerFile: workerFile(), threads: config.threads, ...options });
  const ports: Ports = {
    panels: store.panels,
    jobs: store.jobs,
    results: store.results,
    consents: store.consents,
    erasure: store.erasure,
    events: store.events,
    experiments: joinExperiments(
      createExperimentFiles(shipped('datasets/heat-transition'), readExperiments),
      store.plannedExperiments,
    ),
    plannedExperiments: store.plannedExperiments,
    readGivenTable: readExperimentTable,
    readPolicyLog,
    readCbsTable: readCbsNeighbourhood,
    models: createModelFiles({ shipped: shipped('models'), own: join(config.data, 'models') }),
    compute: workers.compute,
    reports: reportWriter,
    clock: { now: () => new Date().toISOString() },
    identifiers: { next: (prefix) => `${prefix}_${randomBytes(12).toString('base64url')}` },
    // The workers load the same kernels.
    engine: { version, kernels: (await loadDefaultKernels()).variant },
  };
  await ports.jobs.markInterrupted(ports.clock.now());
  const jobs = createJobs(ports, { concurrency: config.threads });
  return {
    service: createService(ports, jobs),
    jobs,
    announce: store.announce,
    async close() {
      await jobs.close();
      await workers.close();
      await store.close();
    },
  };
}

/** A folder that comes with the package; two folders up in the sources and in the compiled form alike. */
const shipped = (folder: string): string => fileURLToPath(new URL(`../../${folder}`, import.meta.url));

/** `worker.ts` beside the sources, `worker.js` beside the compiled form. */
function workerFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./worker.${extension}`, import.meta.url));
}

/** The charts of a report are costly to load; who writes none does not. */
const reportWriter: Ports['reports'] = {
  async write(result, language) {
    const { renderReport } = await import('../ui/report/report-renderer.ts');
    return renderReport(result, language);
  },
};
