import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checksums, generatedFiles } from '../../datasets/heat-transition/generate.ts';
import { householdColumns } from '../../datasets/heat-transition/households.ts';
import { blocks, contextNames } from '../../datasets/heat-transition/truth.ts';

const folder = new URL('../../datasets/', import.meta.url).pathname;
const sets = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const read = (set: string, file: string) => readFileSync(join(folder, set, file), 'utf8');
const json = (set: string, file: string) => JSON.parse(read(set, file));
const header = (text: string) =>
  text
    .slice(0, text.indexOf('\n'))
    .split(',')
    .map((name) => name.replaceAll('"', ''));

interface Resource {
  readonly path: string;
  readonly schema?: { readonly fields: readonly { readonly name: string }[] };
}

describe('datasets', () => {
  test('there are three sets and together they take at most 3 MB', () => {
    const files = sets.flatMap((set) =>
      readdirSync(join(folder, set)).map((file) => statSync(join(folder, set, file)).size),
    );
    expect(sets.sort()).toEqual(['heat-transition', 'lalonde', 'lipset']);
    expect(files.reduce((sum, size) => sum + size, 0)).toBeLessThan(3e6);
  });

  test.each(sets)('%s has a data package with a licence, sources, and the columns of each file in order', (set) => {
    const dataPackage = json(set, 'datapackage.json');
    expect(dataPackage.licenses[0].title.length).toBeGreaterThan(5);
    expect(dataPackage.sources[0].title.length).toBeGreaterThan(5);
    for (const { path, schema } of dataPackage.resources as readonly Resource[]) {
      expect(existsSync(join(folder, set, path)), path).toBe(true);
      if (schema) expect(header(read(set, path)), path).toEqual(schema.fields.map(({ name }) => name));
    }
  });

  test.each(sets)('every file of %s has the recorded sha256', (set) => {
    for (const [file, expected] of Object.entries(json(set, 'checksums.json'))) {
      if (file === 'households.csv') continue; // generated: compared below
      const hash = createHash('sha256').update(read(set, file)).digest('hex');
      expect([file, hash]).toEqual([file, expected]);
    }
  });
});

describe('heat-transition', () => {
  test('generating again gives the same bytes, the household panel included', () => {
    for (const [name, text] of Object.entries(generatedFiles()))
      expect(text === read('heat-transition', name), name).toBe(true);
    expect(checksums()).toEqual(json('heat-transition', 'checksums.json'));
  });

  test('the schema of the household panel names its columns in order', () => {
    const names = json('heat-transition', 'households.schema.json').fields.map(({ name }: { name: string }) => name);
    expect(names).toEqual([...householdColumns]);
  });

  test('the catalogue holds the eight blocks of the truth, and asks for no block that it does not hold', () => {
    const catalogue = json('heat-transition', 'building-blocks.json') as {
      id: string;
      prerequisites: string[];
      excludes: string[];
    }[];
    const ids = catalogue.map(({ id }) => id);
    expect(ids).toEqual([...blocks]);
    for (const block of catalogue) {
      for (const other of [...block.prerequisites, ...block.excludes]) expect(ids).toContain(other);
    }
  });

  test('the 400 experiments stand in 12 regions, keep their failures and obey the catalogue', () => {
    const [first, ...lines] = read('heat-transition', 'experiments.csv').trimEnd().split('\n');
    const names = first!.split(',');
    const rows = lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i]!, value])));
    expect(new Set(rows.map((row) => row.experiment)).size).toBe(400);
    expect(new Set(rows.map((row) => row.region)).size).toBe(12);
    expect(new Set(rows.map((row) => row.grade))).toEqual(new Set(['randomised', 'matched', 'before-after']));
    expect(rows.filter((row) => row.verdict === 'failure').length).toBeGreaterThan(40);
    for (const row of rows) {
      const mix = blocks.filter((block) => row[block] === '1');
      expect(mix.length).toBeGreaterThanOrEqual(1);
      expect(mix.length).toBeLessThanOrEqual(4);
      if (row['heat-pump-trial'] === '1') expect([row['energy-coach'], row['smart-thermostat']]).toEqual(['1', '0']);
    }
    expect(contextNames.every((name) => names.includes(name))).toBe(true);
  });

  test('a naive comparison of the experiments has the wrong sign for the contest and for the thermostat', () => {
    const [first, ...lines] = read('heat-transition', 'experiments.csv').trimEnd().split('\n');
    const names = first!.split(',');
    const rows = lines.map((line) => line.split(',')).filter((row) => row[1] === 'gas-saving');
    const difference = (block: string) => {
      const at = names.indexOf(block);
      const effects = (flag: string) =>
        rows.filter((row) => row[at] === flag).map((row) => Number(row[names.indexOf('effect')]));
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      return mean(effects('1')) - mean(effects('0'));
    };
    const truth = json('heat-transition', 'truth.json').kpis['gas-saving'].main;
    expect(truth['savings-challenge']).toBeLessThan(0);
    expect(difference('savings-challenge')).toBeGreaterThan(0.01);
    expect(truth['smart-thermostat']).toBeGreaterThan(0);
    expect(difference('smart-thermostat')).toBeLessThan(-0.01);
  });
});
