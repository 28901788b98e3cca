import { writeSync } from 'node:fs';
import { purposes } from '../../src/app/purposes.ts';
import { fileFormats } from '../../src/formats/file-formats.ts';
import { openStore } from '../../src/store/open-store.ts';
import { planted } from './planted-household.ts';

/** Run as a process of its own: opens the store in a folder, says `ready` and erases the planted household from the panel "street". */
const [folder] = process.argv.slice(2) as [string];

const store = await openStore(folder, { formats: fileFormats, purposes, url: null, threads: 1, memoryLimitMb: 256 });
writeSync(1, 'ready\n');
try {
  await store.erasure.erase({
    panels: ['street'],
    unit: planted.household,
    withConsents: false,
    receipt: 'erasure_test',
    at: '2026-01-01T00:00:00.000Z',
  });
  writeSync(1, 'erased\n');
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  writeSync(1, `${code ?? message}\n`);
}
await store.close();
