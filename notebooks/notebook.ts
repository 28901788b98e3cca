import { readFile, writeFile } from 'node:fs/promises';

/** What a notebook file holds, as far as running it needs: nbformat 4.5. */
export interface Notebook {
  readonly cells: Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: 4;
  readonly nbformat_minor: number;
}

export interface Cell {
  readonly id: string;
  readonly cell_type: 'markdown' | 'code';
  /** lines, each with its line break but the last */
  readonly source: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  execution_count?: number | null;
  outputs?: readonly StreamOutput[];
}

export interface StreamOutput {
  readonly output_type: 'stream';
  readonly name: 'stdout';
  readonly text: readonly string[];
}

/**
 * @throws Error where the file is no notebook of TypeScript cells
 */
export async function readNotebook(path: string | URL): Promise<Notebook> {
  const notebook = JSON.parse(await readFile(path, 'utf8')) as Notebook;
  const language = (notebook.metadata?.language_info as { name?: string } | undefined)?.name;
  if (notebook.nbformat !== 4 || language !== 'typescript') {
    throw new Error(`${path} is no notebook in TypeScript: nbformat ${notebook.nbformat}, language ${language}.`);
  }
  return notebook;
}

export async function writeNotebook(path: string | URL, notebook: Notebook): Promise<void> {
  await writeFile(path, `${JSON.stringify(notebook, null, 1)}\n`);
}

export const codeCells = (notebook: Notebook): Cell[] => notebook.cells.filter((cell) => cell.cell_type === 'code');

/** What the file says that each code cell prints. */
export const storedOutputs = (notebook: Notebook): string[] =>
  codeCells(notebook).map(({ outputs = [] }) => outputs.flatMap(({ text }) => text).join(''));

/** Puts what was printed into the cells. */
export function storeOutputs(notebook: Notebook, printed: readonly string[]): void {
  codeCells(notebook).forEach((cell, at) => {
    const text = printed[at]!.split(/(?<=\n)/).filter((line) => line !== '');
    cell.execution_count = at + 1;
    cell.outputs = text.length === 0 ? [] : [{ output_type: 'stream', name: 'stdout', text }];
  });
}

/** The cells from top to bottom as one module; `mark(n)` is called as code cell n begins. */
export function moduleOf(notebook: Notebook, mark: string): string {
  return codeCells(notebook)
    .map(({ source }, at) => `${mark}(${at});\n${source.join('')}\n`)
    .join('\n');
}
