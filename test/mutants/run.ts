// `npm run mutants [-- --json] [--only TEXT] [--save]`: plants each fault of mutants.ts in a copy of the project and runs the unit
// tests of its room. With --json one object a file, without it a table; --save writes results.json, after --only its rows of the
// files that were tried. Status 1 below 90 % killed.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';

const root = new URL('../../', import.meta.url).pathname;
const goal = 0.9;
const { values } = parseArgs({
  options: { json: { type: 'boolean' }, save: { type: 'boolean' }, only: { type: 'string' } },
});

/** A copy with its own sources and tests; what no mutant touches is linked. */
async function copyProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'samenwijs-mutants-'));
  for (const name of ['src', 'test', 'bench']) await cp(join(root, name), join(copy, name), { recursive: true });
  for (const name of ['node_modules', 'datasets', 'package.json', 'tsconfig.json'])
    await symlink(join(root, name), join(copy, name));
  return copy;
}

/** Rooms whose tests may notice a fault in one of them: a wrong propensity shows in a weighting, a match or a balance table. */
const neighbours = [
  ['propensity', 'matching', 'balance', 'weighting', 'stats'],
  ['effects', 'sensitivity', 'panel-models'],
] as const;
/** Beside the rooms of effects: what is asked of a study after its effect. */
const ofStudies = ['further-study', 'matching-study', 'study-refusals'].map((name) => `test/app/${name}.test.ts`);
const testsFor = ({ file }: Mutant): readonly string[] => {
  const own = file.split('/')[0]!;
  const rooms: readonly string[] = neighbours.find((group) => (group as readonly string[]).includes(own))!;
  const folders = [own, ...rooms.filter((room) => room !== own)].map((room) => `test/core/${room}`);
  return own === 'effects' || own === 'sensitivity' ? [...folders, ...ofStudies] : folders;
};

/** Whether a test fails. The own room first, then the neighbours. */
async function isKilled(copy: string, mutant: Mutant): Promise<boolean> {
  for (const folder of testsFor(mutant)) if ((await runTests(copy, folder)) !== 0) return true;
  return false;
}

function runTests(copy: string, folder: string): Promise<number> {
  const vitest = join(copy, 'node_modules/vitest/vitest.mjs');
  const given = ['run', '--config', 'test/vitest.config.ts', '--bail', '1', '--reporter=dot', '--maxWorkers=1', folder];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, ...given], { cwd: copy, stdio: 'ignore' });
    // A fault may loop for ever: that is noticed too.
    const timer = setTimeout(() => child.kill('SIGKILL'), 300_000);
    child.on('exit', (status) => {
      clearTimeout(timer);
      resolve(status ?? 1);
    });
  });
}

interface Outcome {
  readonly mutant: Mutant;
  readonly killed: boolean;
}

const chosen = mutants.filter(({ file, find }) => `${file} ${find}`.includes(values.only ?? ''));
const waiting = [...chosen];
const outcomes: Outcome[] = [];
const copies = await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, copyProject));
try {
  for (const folder of new Set(chosen.flatMap(testsFor))) {
    if ((await runTests(copies[0]!, folder)) === 0) continue;
    throw new Error(`${folder} fails without a fault: repair it first.`);
  }
  await Promise.all(
    copies.map(async (copy) => {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const path = join(copy, 'src/core', mutant.file);
        const source = await readFile(path, 'utf8');
        if (source.split(mutant.find).length !== 2)
          throw new Error(`${mutant.file}: "${mutant.find}" must stand there once.`);
        await writeFile(
          path,
          source.replace(mutant.find, () => mutant.replace),
        );
        const killed = await isKilled(copy, mutant);
        await writeFile(path, source);
        outcomes.push({ mutant, killed });
        console.error(`${killed ? 'killed' : 'LIVES '} ${mutant.file}: ${mutant.find} -> ${mutant.replace}`);
      }
    }),
  );
} finally {
  for (const copy of copies) await rm(copy, { recursive: true });
}

const files = [...Map.groupBy(outcomes, ({ mutant }) => mutant.file)]
  .map(([file, list]) => {
    const killed = list.filter((outcome) => outcome.killed).length;
    return { file, mutants: list.length, killed, ok: killed / list.length >= goal };
  })
  .toSorted((a, b) => (a.file < b.file ? -1 : 1));
const killed = files.reduce((sum, row) => sum + row.killed, 0);
const share = killed / outcomes.length;
const survivors = outcomes
  .filter((outcome) => !outcome.killed)
  .map(({ mutant }) => mutant)
  .toSorted((a, b) => (a.file + a.find < b.file + b.find ? -1 : 1));
for (const row of files)
  console.log(values.json ? JSON.stringify(row) : `${row.file.padEnd(40)} ${row.killed} of ${row.mutants}`);
if (!values.json) console.log(`${killed} of ${outcomes.length} killed (${(100 * share).toFixed(1)} %, goal 90 %)`);
if (values.save) {
  const of = Map.groupBy(mutants, ({ file }) => file);
  const partly = files.filter((row) => row.mutants < of.get(row.file)!.length).map(({ file }) => file);
  if (partly.length > 0) throw new Error(`Saved are whole files; of ${partly.join(', ')} only some faults were tried.`);
  const place = new URL('results.json', import.meta.url);
  const earlier: { files: typeof files; survivors: Mutant[] } = JSON.parse(await readFile(place, 'utf8'));
  const isKept = ({ file }: { readonly file: string }) => of.has(file) && !files.some((row) => row.file === file);
  const all = [...earlier.files.filter(isKept), ...files].toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const total = (key: 'mutants' | 'killed') => all.reduce((sum, row) => sum + row[key], 0);
  const result = {
    ...{ mutants: total('mutants'), killed: total('killed'), goal, ok: total('killed') / total('mutants') >= goal },
    files: all,
    survivors: [...earlier.survivors.filter(isKept), ...survivors],
  };
  await writeFile(place, `${JSON.stringify(result, null, 1)}\n`);
}
if (share < goal) process.exitCode = 1;
