/**
 * Runs one notebook in this process, which should be a fresh one: `node notebooks/run-in-process.ts FILE`. Prints what each
 * cell printed as one JSON line `{outputs, error}`; `error` names the cell that failed.
 */
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { codeCells, moduleOf, readNotebook } from './notebook.ts';

const file = pathToFileURL(process.argv[2]!);
const notebook = await readNotebook(file);
const outputs = codeCells(notebook).map(() => '');
let cell = 0;

const scope = globalThis as unknown as { beginCell: (at: number) => void };
scope.beginCell = (at) => {
  cell = at;
};
console.log = (...values: unknown[]) => {
  outputs[cell] += `${format(...values)}\n`;
};

registerHooks({
  load: (url, context, next) =>
    url === file.href
      ? { format: 'module', source: stripTypeScriptTypes(moduleOf(notebook, 'beginCell')), shortCircuit: true }
      : next(url, context),
});

let error: { cell: number; message: string } | null = null;
try {
  await import(file.href);
} catch (cause) {
  error = { cell: cell + 1, message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
}
process.stdout.write(`${JSON.stringify({ outputs, error })}\n`);
