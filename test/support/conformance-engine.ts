import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runConformance } from '../../src/conformance/run-conformance.ts';
import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';
import { loadIntegerSolver } from '../../src/solvers/load-integer-solver.ts';

/** The engine as a process of its own, as the comparator starts it; `samenwijs conformance` does the same. */
await runConformance(createInterface({ input: process.stdin }), (line) => process.stdout.write(`${line}\n`), {
  kernels: typescriptKernels,
  loadIntegerSolver,
  readText: (folder, name) => readFile(join(folder, name), 'utf8'),
});
