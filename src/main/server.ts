import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { AppError } from '../app/errors.ts';
import { loadDemo } from '../app/load-demo.ts';
import type { Service } from '../app/service.ts';
import type { Config } from '../config.ts';
import { buildHttp } from '../http/app.ts';
import { createPageRenderer } from '../ui/page-renderer.ts';
import { compose } from './compose.ts';
import { demoCatalogue } from './demo-catalogue.ts';
import { demoPanels } from './demo-panels.ts';
import { version } from './version.ts';

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The composition root of the server: opens the store, serves, loads the demo into an empty store, and closes in order.
 *
 * @param announce told the address once everything is there
 * @throws store-locked, store-too-new, invalid-configuration where the port is taken
 */
export async function startServer(config: Config, announce: (url: string) => void = () => {}): Promise<RunningServer> {
  const address = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
  const composition = await compose(config, { warm: 1 });
  let demoIsLoading = false;
  const app = await buildHttp({
    service: composition.service,
    version,
    bodyLimit: config.bodyLimit,
    logLevel: 'warn',
    problemPage,
    pages: createPageRenderer({
      service: composition.service,
      version,
      demo: config.demo ? demoCatalogue() : null,
      demoIsLoading: () => demoIsLoading,
    }),
  });
  try {
    await app.listen({ port: config.port, host: config.host });
  } catch (cause) {
    await composition.close();
    throw new AppError(
      'invalid-configuration',
      `The service cannot listen on ${address}: ${(cause as Error).message}. Choose another PORT or HOST.`,
      { port: config.port, host: config.host },
      { cause },
    );
  }
  const { port } = app.server.address() as AddressInfo;
  const url = address.replace(/:\d+$/, `:${port}`);
  await composition.announce(url);
  if (config.demo && (await isEmpty(composition.service))) {
    demoIsLoading = true;
    await loadDemo(composition.service, demoPanels(), { signal: new AbortController().signal, progress() {} }).finally(
      () => {
        demoIsLoading = false;
      },
    );
  }
  announce(url);
  return {
    url,
    async close() {
      await app.close();
      await composition.close();
    },
  };
}

/** The demo goes into an empty store only: who threw a part of it away does not get it back. */
async function isEmpty(service: Service): Promise<boolean> {
  const { panels } = await service.listPanels({ role: 'operator' }, {});
  return panels.length === 0;
}

/** The page of a problem code, from docs/problems. */
async function problemPage(code: string): Promise<string | null> {
  try {
    return await readFile(new URL(`../../docs/problems/${code}.md`, import.meta.url), 'utf8');
  } catch {
    return null;
  }
}
