// Builds the two WebAssembly modules from src/kernels/assembly/: `npm run build:kernels`. With --check it builds aside and compares
// byte for byte with the committed files, so that users need no compiler and nobody has to trust a binary.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = fileURLToPath(new URL('../src/kernels/', import.meta.url));
const flags = [
  'index.ts',
  '--baseDir',
  `${here}assembly`,
  '--enable',
  'simd,threads,bulk-memory,relaxed-simd',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '32',
  '--maximumMemory',
  '65536',
  '--memoryBase',
  '65536',
  '--runtime',
  'stub',
  '-O3',
  '--noAssert',
];
const builds = [
  { file: 'plain.wasm', extra: [] },
  { file: 'relaxed.wasm', extra: ['--use', 'RELAXED=1'] },
];

async function build(extra: readonly string[]): Promise<Buffer> {
  let binary: Uint8Array | string = '';
  const { error, stderr } = await asc.main([...flags, ...extra, '--outFile', 'out.wasm'], {
    writeFile: (_name: string, content: Uint8Array | string) => {
      if (typeof content !== 'string') binary = content;
    },
  });
  if (error) throw new Error(`${stderr}`, { cause: error });
  if (typeof binary === 'string') throw new Error('The compiler gave no module.');
  return Buffer.from(binary);
}

let differs = false;
for (const { file, extra } of builds) {
  const built = await build(extra);
  if (!process.argv.includes('--check')) {
    await writeFile(`${here}${file}`, built);
    process.stderr.write(`${file}: ${built.length} bytes\n`);
    continue;
  }
  const isSame = built.equals(await readFile(`${here}${file}`).catch(() => Buffer.alloc(0)));
  process.stderr.write(
    `${file}: ${isSame ? 'same bytes as committed' : 'DIFFERS from its sources; run npm run build:kernels'}\n`,
  );
  differs ||= !isSame;
}
if (differs) process.exitCode = 1;
