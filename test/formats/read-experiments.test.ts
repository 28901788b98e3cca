import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { experimentTable, kpisOf } from '../../src/app/experiments.ts';
import { readExperiments } from '../../src/formats/read-experiments.ts';

const read = (file: string) => readFileSync(new URL(`../../datasets/heat-transition/${file}`, import.meta.url), 'utf8');
const dataPackage = JSON.parse(read('datapackage.json'));
const files = {
  experiments: read('experiments.csv'),
  schema: dataPackage.resources.find(({ name }: { name: string }) => name === 'experiments').schema,
  neighbourhoods: read('neighbourhoods.csv'),
  blocks: JSON.parse(read('building-blocks.json')),
};
const [head, ...lines] = files.experiments.trimEnd().split('\n');
const change = (line: number, column: string, value: string) => {
  const cells = lines[line]!.split(',');
  cells[head!.split(',').indexOf(column)] = value;
  return { ...files, experiments: [head, ...lines.with(line, cells.join(','))].join('\n') };
};

describe('readExperiments', () => {
  const registry = readExperiments(files);

  test('the registry that comes along has 400 experiments, two KPIs, eight blocks and eight contexts', () => {
    expect(new Set(registry.experiments.map(({ experiment }) => experiment)).size).toBe(400);
    expect(kpisOf(registry)).toEqual(['gas-saving', 'comfort']);
    expect(registry.blocks.length).toBe(8);
    expect(registry.contexts.map(({ name }) => name)).not.toContain('verdict');
    expect(registry.contexts.length).toBe(8);
    expect(registry.grades).toEqual(['randomised', 'matched', 'before-after']);
  });

  test('an income that is withheld is missing, and 0 is not', () => {
    const withheld = registry.experiments.filter(({ context }) => context.mean_income === null);
    const marked = lines.filter((line) => line.split(',')[head!.split(',').indexOf('mean_income')] === '.');
    expect(withheld.length).toBe(marked.length);
    expect(marked.length).toBe(9);
    const zero = readExperiments(change(0, 'built_before_1975_pct', '0'));
    expect(zero.experiments.some(({ context }) => context.built_before_1975_pct === 0)).toBe(true);
  });

  test('the order of the rows does not matter', () => {
    const shuffled = readExperiments({ ...files, experiments: [head, ...lines.toReversed()].join('\n') });
    for (const kpi of kpisOf(registry)) expect(experimentTable(shuffled, kpi)).toEqual(experimentTable(registry, kpi));
  });

  test.each<[string, string, RegExp]>([
    ['effect', 'much', /Line 2, column effect: received "much"; expected a number/],
    ['effect', '', /column effect/],
    ['variance', '0', /column variance: received "0"; expected a number above 0/],
    ['grade', 'hearsay', /expected randomised, matched, before-after/],
    ['energy-coach', 'yes', /column energy-coach: received "yes"; expected 0 or 1/],
    ['gas_before', 'NaN', /column gas_before/],
    ['region', ' ', /column region/],
  ])('%s "%s" is refused with its place', (column, value, message) => {
    expect(() => readExperiments(change(0, column, value))).toThrow(
      expect.objectContaining({ code: 'invalid-file', message: expect.stringMatching(message) }),
    );
  });

  test('an experiment that stands twice, an absent column and a ragged row are refused', () => {
    const twice = { ...files, experiments: [head, ...lines, lines[0]].join('\n') };
    expect(() => readExperiments(twice)).toThrow(/E001 stands twice for gas-saving/);
    const absent = { ...files, experiments: files.experiments.replace('variance', 'spread') };
    expect(() => readExperiments(absent)).toThrow(/lacks the columns variance/);
    const ragged = { ...files, experiments: `${head}\n1,2,3` };
    expect(() => readExperiments(ragged)).toThrow(expect.objectContaining({ code: 'invalid-file' }));
  });
});
