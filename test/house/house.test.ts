import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../src/http/problems.ts';
import { hasMessage, messages } from '../../src/messages/translate.ts';

const root = new URL('../..', import.meta.url).pathname;
const files = (folder: string, pattern: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

describe('the house', () => {
  it('has a page for each problem code and a code for each page', () => {
    const pages = files('docs/problems', /\.md$/).map((path) => path.replace(/^.*\/|\.md$/g, ''));
    expect(pages.toSorted()).toEqual([...problemCodes].toSorted());
  });

  it('titles each problem code in both languages', () => {
    expect(problemCodes.filter((code) => !hasMessage(`problem.${code}.title`))).toEqual([]);
  });

  it('keeps chance, clock and console out of the core', () => {
    const impure = /\bMath\.random\b|\bnew Date\b|\bDate\.now\b|\bperformance\.|\bconsole\.|\bprocess\./;
    const found = files('src/core', /\.ts$/).filter((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .some((line) => !/^\s*(\*|\/\/|\/\*)/.test(line) && impure.test(line)),
    );
    expect(found).toEqual([]);
  });

  it('has a text for every warning, step and stage that the sources name', () => {
    const source = files('src', /\.ts$/)
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const named = (pattern: RegExp) => [...source.matchAll(pattern)].map((m) => m[1]!);
    const missing = [
      ...named(/\bstep: '([a-z-]+)'/g).filter((code) => !hasMessage(`attrition.${code}`)),
      ...named(/\bprogress\([^()]*?, '([a-z-]+)'\)/g).filter((code) => !hasMessage(`stage.${code}`)),
      ...named(/\{ code: '([a-z0-9-]+)', parameters:/g).filter((code) => !hasMessage(`warning.${code}`)),
    ];
    expect([...new Set(missing)]).toEqual([]);
  });

  it('exports no value that no other file uses', () => {
    const names = /^export (?:async )?(?:const|function\*?|class) (\w+)/gm;
    const texts = ['src', 'test', 'bench', 'datasets', 'models', 'notebooks', '.ci']
      .flatMap((folder) => files(folder, /\.(ts|ipynb)$/))
      .filter((path) => !/node_modules|\/assembly\//.test(path))
      .map((path) => [path, readFileSync(path, 'utf8')] as const);
    const words = texts.map(([path, text]) => [path, new Set(text.match(/\w+/g))] as const);
    const unused = texts
      .filter(([path]) => path.startsWith(join(root, 'src')))
      .flatMap(([path, text]) => [...text.matchAll(names)].map((match) => [path, match[1]!] as const))
      .filter(([path, name]) => !words.some(([other, used]) => other !== path && used.has(name)))
      .map(([path, name]) => `${path.slice(root.length)}: ${name}`);
    expect(unused).toEqual([]);
  });

  it('lists every setting in .env.example', () => {
    const keys = [...readFileSync(join(root, 'src/config.ts'), 'utf8').matchAll(/env, '([A-Z_]+)'/g)].map((m) => m[1]!);
    const listed = readFileSync(join(root, '.env.example'), 'utf8');
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key) => !listed.includes(`${key}=`))).toEqual([]);
  });

  it('names each direct dependency in the decision record, with an exact version', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    const records = files('docs/decisions', /\.md$/)
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies } as Record<string, string>;
    expect(Object.keys(all).filter((name) => !records.includes(name))).toEqual([]);
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-r\.\d+)?$/.test(version))).toEqual([]);
  });

  it('marks nothing as unfinished in the sources', () => {
    const marks = /\b(TODO|FIXME|XXX|HACK)\b/;
    expect(files('src', /\.(ts|mjs|css|json)$/).filter((path) => marks.test(readFileSync(path, 'utf8')))).toEqual([]);
  });

  it('speaks of no machine: no absolute path of one, no registry host', () => {
    const foreign = /(^|[^.\w/])\/(root|home|tmp|opt|work)\/[\w.-]+|https?:\/\/(registry|deb)\./;
    const suspects = ['src', 'test', 'docs', 'bench', 'datasets', 'changes']
      .filter((f) => existsSync(join(root, f)))
      .flatMap((f) => files(f, /\.(ts|mjs|md|json|csv)$/));
    const own = new URL(import.meta.url).pathname;
    expect(
      suspects.filter(
        (path) => path !== own && !path.includes('node_modules') && foreign.test(readFileSync(path, 'utf8')),
      ),
    ).toEqual([]);
  });

  it('speaks the languages it says it speaks', () => {
    expect(Object.keys(messages)).toEqual(['en', 'nl']);
  });
});
