import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasDanfo, needsDanfo } from '../../notebooks/danfo-installed.ts';
import { moduleOf, type Notebook, readNotebook, storedOutputs } from '../../notebooks/notebook.ts';
import { runNotebook } from '../../notebooks/run-notebook.ts';
import { typeErrors } from '../support/type-check.ts';

const folder = new URL('../../notebooks/', import.meta.url).pathname;
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ipynb'))
  .map((file) => file.replace('.ipynb', ''));
const absent = names.filter((name) => needsDanfo(name) && !hasDanfo());
if (absent.length > 0) {
  console.warn(`SKIPPED: ${absent} needs danfojs, which \`npm run notebooks -- --all\` installs.`);
}

describe('the notebooks', () => {
  it('are there', () => {
    expect(names).toEqual(expect.arrayContaining(['heat-transition', 'lalonde-matching', 'lipset-qca']));
  });

  it.for(names)(
    '%s prints what the file says, from top to bottom in a fresh process',
    { timeout: 120_000 },
    async (name, { skip }) => {
      if (absent.includes(name)) skip();
      expect(await runNotebook(`${folder}${name}.ipynb`)).toEqual([]);
    },
  );

  it('are typed: the cells of each compile as one module', { timeout: 120_000 }, async () => {
    const sources = await Promise.all(
      names.map(async (name) => {
        const text = moduleOf(await readNotebook(`${folder}${name}.ipynb`), 'beginCell');
        return [`notebooks/${name}.cells.ts`, `declare const beginCell: (at: number) => void;\n${text}`] as const;
      }),
    );
    expect(typeErrors(Object.fromEntries(sources))).toEqual([]);
  });

  it.for(names)('%s is nbformat 4.5 with an id for each cell, and every code cell was run in order', async (name) => {
    const notebook = await readNotebook(`${folder}${name}.ipynb`);
    expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5]);
    const ids = notebook.cells.map((cell) => cell.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[\w-]{1,64}$/.test(id))).toEqual([]);
    const counts = notebook.cells.filter((cell) => cell.cell_type === 'code').map((cell) => cell.execution_count);
    expect(counts).toEqual(counts.map((_, at) => at + 1));
    expect(storedOutputs(notebook).join('')).not.toBe('');
  });
});

describe('the notebook runner', () => {
  let place: string;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'samenwijs-notebook-'));
  });
  afterAll(() => rm(place, { recursive: true }));

  const cell = (source: string, stored = '') => ({
    cell_type: 'code',
    id: `c${source.length}`,
    metadata: {},
    execution_count: 1,
    source: source.split(/(?<=\n)/),
    outputs: stored === '' ? [] : [{ output_type: 'stream', name: 'stdout', text: [stored] }],
  });
  const write = async (...cells: object[]): Promise<string> => {
    const path = join(place, 'a notebook.ipynb');
    const metadata = { language_info: { name: 'typescript' } };
    await writeFile(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    return path;
  };

  it('refuses a stored output that is stale, and names the cell', async () => {
    const path = await write(cell('const n: number = 2;'), cell('console.log(n * 21);', '41\n'));
    expect(await runNotebook(path)).toEqual([
      { cell: 2, message: 'the stored output is stale.\n--- stored\n41\n--- printed now\n42\n' },
    ]);
  });

  it('stores what is printed, after which it passes', async () => {
    const path = await write(cell('console.log({ a: 1 });\nconsole.log("b");'), cell('export {};', 'old\n'));
    expect(await runNotebook(path, true)).toEqual([]);
    expect(storedOutputs(JSON.parse(await readFile(path, 'utf8')) as Notebook)).toEqual(['{ a: 1 }\nb\n', '']);
    expect(await runNotebook(path)).toEqual([]);
  });

  it('names the cell that throws, and then stores nothing', async () => {
    const path = await write(cell('console.log(1);'), cell('throw new Error("no such wave");'));
    const before = await readFile(path, 'utf8');
    const complaints = await runNotebook(path, true);
    expect(complaints.map((complaint) => complaint.cell)).toEqual([2]);
    expect(complaints[0]!.message).toContain('no such wave');
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('refuses a notebook in another language', async () => {
    const path = join(place, 'python.ipynb');
    await writeFile(path, JSON.stringify({ cells: [], metadata: { language_info: { name: 'python' } }, nbformat: 4 }));
    await expect(runNotebook(path)).rejects.toThrow(/is no notebook in TypeScript: nbformat 4, language python/);
  });
});
