import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { buildHttp } from '../../src/http/app.ts';
import { demoCatalogue } from '../../src/main/demo-catalogue.ts';
import { createModelFiles } from '../../src/store/model-files.ts';
import { createPageRenderer } from '../../src/ui/page-renderer.ts';
import { demoPanel } from './demo-panel.ts';
import { withFixturePages } from './fixture-pages.ts';
import { memoryPorts } from './memory-ports.ts';

/** The whole HTTP face with the demo in memory: pages as a visitor sees them, without a database. */
export async function demoServer(collectives?: number): Promise<FastifyInstance> {
  const models = createModelFiles({ shipped: fileURLToPath(new URL('../../models', import.meta.url)), own: '' });
  const ports = memoryPorts([demoPanel(collectives)], { models });
  const jobs = createJobs(ports, { concurrency: 2 });
  const service = createService(ports, jobs);
  const app = await buildHttp({
    service,
    version: '0.0.0-test',
    bodyLimit: 1_000_000,
    logLevel: 'warn',
    problemPage: async (code) => `# ${code}`,
    pages: withFixturePages(
      createPageRenderer({ service, version: '0.0.0-test', demo: demoCatalogue(), demoIsLoading: () => false }),
    ),
  });
  app.addHook('onClose', () => jobs.close());
  return app;
}
