import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readNotebook, storedOutputs, storeOutputs, writeNotebook } from './notebook.ts';

const run = promisify(execFile);
const runner = fileURLToPath(new URL('./run-in-process.ts', import.meta.url));

/** What is wrong with a notebook: the number of the code cell, from 1, and why. */
export interface Complaint {
  readonly cell: number;
  readonly message: string;
}

/**
 * Runs a notebook from top to bottom in a fresh Node process and compares what each cell prints with what the file says.
 *
 * @param write stores what was printed instead of comparing
 * @returns complaints; empty where all is well. A cell that throws is a complaint and stores nothing.
 */
export async function runNotebook(path: string, write = false): Promise<readonly Complaint[]> {
  const notebook = await readNotebook(path);
  const { stdout } = await run(process.execPath, ['--no-warnings', runner, path], { maxBuffer: 1e8 });
  const { outputs, error } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as {
    outputs: string[];
    error: Complaint | null;
  };
  if (error) return [error];
  if (write) {
    storeOutputs(notebook, outputs);
    await writeNotebook(path, notebook);
    return [];
  }
  return storedOutputs(notebook).flatMap((stored, at) =>
    stored === outputs[at]
      ? []
      : [
          {
            cell: at + 1,
            message: `the stored output is stale.\n--- stored\n${stored}--- printed now\n${outputs[at]}`,
          },
        ],
  );
}
