import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IngestReport, IngestRequest } from '../../src/app/panels.ts';
import type { Control } from '../../src/app/ports.ts';
import { purposes } from '../../src/app/purposes.ts';
import { fileFormats } from '../../src/formats/file-formats.ts';
import { openStore, type Store, type StoreOptions } from '../../src/store/open-store.ts';

export const quietControl = (): Control => ({ signal: new AbortController().signal, progress() {} });

/** A request that leaves everything to inference, but for what is given. */
export const ingestRequest = (given: Partial<IngestRequest> & { readonly panel: string }): IngestRequest => ({
  file: null,
  title: null,
  format: null,
  layout: null,
  unit: null,
  wave: null,
  variable: null,
  value: null,
  collective: null,
  unitKind: null,
  delimiter: null,
  decimal: null,
  encoding: null,
  schema: null,
  dryRun: false,
  ...given,
});

export interface TestStore extends AsyncDisposable {
  readonly folder: string;
  readonly store: Store;
  ingest(
    content: string | Uint8Array | AsyncIterable<Uint8Array>,
    request?: Partial<IngestRequest>,
  ): Promise<IngestReport>;
  /** Closes the store and opens it again on the same folder. */
  reopen(options?: Partial<StoreOptions>): Promise<Store>;
}

/** A store in a folder of its own, gone at the end of the scope. */
export async function openTestStore(options: Partial<StoreOptions> = {}): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'samenwijs-store-'));
  const all: StoreOptions = { formats: fileFormats, purposes, url: null, threads: 2, memoryLimitMb: 512, ...options };
  let store = await openStore(folder, all);
  return {
    folder,
    get store() {
      return store;
    },
    ingest: (content, request = {}) =>
      store.panels.ingest(ingestRequest({ panel: 'panel', ...request }), source(content), quietControl()),
    async reopen(other = {}) {
      await store.close();
      store = await openStore(folder, { ...all, ...other });
      return store;
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function* source(content: string | Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (typeof content === 'string') yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}
