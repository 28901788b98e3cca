import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;
const bin = join(root, 'node_modules/.bin');
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };

/** The tarball, installed in an empty folder. */
describe('the package', () => {
  let folder: string;
  let installed: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'samenwijs-package-'));
    await run('npm', ['pack', '--pack-destination', folder], { cwd: root, env });
    const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder, env });
    installed = join(folder, 'node_modules/samenwijs');
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives typed JavaScript, room by room', async () => {
    await writeFile(
      join(folder, 'use.mjs'),
      `import { stratify } from 'samenwijs/core';
       import { operations } from 'samenwijs/contract';
       import { version } from 'samenwijs';
       console.log(typeof stratify, operations.insights.path, version);`,
    );
    const { stdout } = await run('node', ['use.mjs'], { cwd: folder, env });
    expect(stdout).toBe('function /v1/panels/{panel}/insights 0.1.0\n');
    await writeFile(
      join(folder, 'use.ts'),
      `import { stratify } from 'samenwijs/core';
       const table = stratify({ waves: 1, groups: 0, waveIndex: new Uint32Array(1), groupIndex: new Int32Array([-1]),
         values: new Float64Array(1), observed: new Uint8Array(1), confidence: 0.95 });
       export const n: number = table.totals[0]!.n;`,
    );
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module: 'nodenext',
      target: 'es2024',
      types: [],
      skipLibCheck: true,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    await run(join(bin, 'tsc'), ['-p', '.'], { cwd: folder, env }).catch((error) => {
      throw new Error(error.stdout);
    });
  }, 120_000);

  it('opens every entry that it names, and nothing else', async () => {
    const { exports } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const rooms = ['app', 'contract', 'core', 'formats', 'kernels', 'messages', 'solvers', 'store'];
    expect(Object.keys(exports).toSorted()).toEqual(['.', ...rooms.map((room) => `./${room}`)]);
    await writeFile(
      join(folder, 'rooms.mjs'),
      `const { createService } = await import('samenwijs/app');
       const { loadKernels } = await import('samenwijs/kernels');
       const { openStore } = await import('samenwijs/store');
       const { fileFormats } = await import('samenwijs/formats');
       const { languages } = await import('samenwijs/messages');
       const inside = await import('samenwijs/dist/src/core/index.js').catch((error) => error.code);
       console.log(typeof createService, typeof loadKernels, typeof openStore, typeof fileFormats, languages.join(), inside);`,
    );
    const { stdout } = await run('node', ['rooms.mjs'], { cwd: folder, env });
    expect(stdout).toBe('function function function object en,nl ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  }, 60_000);

  it('has the command, which works from an empty folder', async () => {
    const { stdout } = await run('npx', ['samenwijs', '--help'], { cwd: folder, env });
    expect(stdout).toContain('Usage: samenwijs COMMAND');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  }, 60_000);

  it('on a Node that cannot run it starts itself with the packaged one, or says what to install', async () => {
    // An old Node is played by one that says it is: the launcher asks process.versions.
    const old = join(folder, 'old.mjs');
    await writeFile(old, `Object.defineProperty(process.versions, 'node', { value: '20.20.2' });`);
    const command = join(installed, 'src/main/samenwijs.mjs');
    const { stdout } = await run('node', ['--import', old, command, '--version'], { cwd: folder, env });
    expect(stdout).toBe('0.1.0\n');
    const alone = await mkdtemp(join(tmpdir(), 'samenwijs-alone-'));
    await run('cp', [command, join(alone, 'samenwijs.mjs')]);
    const failure = await run('node', ['--import', old, join(alone, 'samenwijs.mjs'), '--version'], {
      cwd: alone,
      env,
    }).catch((e) => e);
    expect(failure.code).toBe(69);
    expect(failure.stderr).toContain('samenwijs needs Node 22.18 or newer; this is 20.20.2');
    await rm(alone, { recursive: true });
  }, 60_000);

  it('ships no sources, tests or reference data', async () => {
    const names = (await readdir(installed, { recursive: true })).filter((name) => !name.startsWith('node_modules'));
    expect(names.filter((name) => /(^|\/)test\/|\.test\.|(?<!\.d)\.ts$/.test(name))).toEqual([]);
    expect(names).toContain('dist/src/main/cli.js');
    expect(names).toContain('dist/src/main/library.d.ts');
  });
});
