import { writeSync } from 'node:fs';
import { purposes } from '../../src/app/purposes.ts';
import { fileFormats } from '../../src/formats/file-formats.ts';
import { openStore } from '../../src/store/open-store.ts';
import { ingestRequest } from './open-test-store.ts';

/**
 * Run as a process of its own: opens the store in a folder, ingests `rows` rows with value 2 into the panel "panel" and dies
 * where it was told to (`spool`, a stage, or `commit`: a moment after the last stage). Prints the outcome or the code of the error.
 */
const [folder, death, rows] = process.argv.slice(2) as [string, string, string];

const die = () => process.kill(process.pid, 'SIGKILL');

async function* content(): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode('household,year,gas,noise\n');
  let state = 1;
  for (let from = 0; from < Number(rows); from += 1000) {
    let chunk = '';
    for (let i = from; i < Math.min(from + 1000, Number(rows)); i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      chunk += `H${i},2024,2,${state / 100}\n`;
    }
    yield encoder.encode(chunk);
    if (death === 'spool') die();
  }
}

const store = await openStore(folder, { formats: fileFormats, purposes, url: null, threads: 1, memoryLimitMb: 256 });
const say = (answer: object) => writeSync(1, `${JSON.stringify(answer)}\n`);
try {
  const { outcome, revision } = await store.panels.ingest(ingestRequest({ panel: 'panel' }), content(), {
    signal: new AbortController().signal,
    progress(_fraction, stage) {
      if (stage === death) die();
      if (stage === 'keep' && death === 'commit') setTimeout(die, 4);
    },
  });
  say({ outcome, revision });
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  say({ code: code ?? null, message });
}
await store.close();
