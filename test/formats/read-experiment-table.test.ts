import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { experimentTable } from '../../src/app/experiments.ts';
import { readExperimentTable } from '../../src/formats/read-experiment-table.ts';
import { readExperiments } from '../../src/formats/read-experiments.ts';

const field = (name: string, role: string, type = 'number', more: object = {}) => ({ name, role, type, ...more });
const schema = {
  fields: [
    field('place', 'group', 'string'),
    field('where', 'region', 'string'),
    field('d', 'effect'),
    field('v', 'variance'),
    field('size', 'n', 'integer'),
    field('coach', 'building-block', 'integer'),
    field('loan', 'building-block'),
    field('letter', 'building-block', 'string'),
    field('income', 'context'),
    field('city', 'context', 'boolean'),
    field('kind', 'context', 'string'),
  ],
  missingValues: ['', 'NA'],
};
const csv = `place,where,d,v,size,coach,loan,letter,income,city,kind,remark
p1,r1,0.5,0.01,40,1,0,short,10,true,old,x
p2,r1,-0.1,0.02,30,0,5,long,NA,0,new,y
p3,r2,0.2,0.03,50,0,10,long,30,1,mixed,z
`;
const tableOf = (given: Parameters<typeof readExperimentTable>[0]) => {
  const { registry, warnings } = readExperimentTable(given);
  return { registry, warnings, table: experimentTable(registry, registry.experiments[0]!.kpi) };
};
const without = (role: string) => ({ ...schema, fields: schema.fields.filter((f) => f.role !== role) });

describe('readExperimentTable', () => {
  const { registry, table, warnings } = tableOf({ csv, schema });
  const row = (place: string) => [...table.site].findIndex((site) => table.sites[site] === place);

  test('flags, doses and categories become blocks; a dose counts as a share of the largest', () => {
    expect(table.blocks).toEqual(['coach', 'loan', 'long', 'short']);
    const of = (place: string) => [...table.dose!.subarray(row(place) * 4, row(place) * 4 + 4)];
    expect([of('p1'), of('p2'), of('p3')]).toEqual([
      [1, 0, 0, 1],
      [0, 0.5, 1, 0],
      [0, 1, 1, 0],
    ]);
    expect([...table.mix.subarray(row('p2') * 4, row('p2') * 4 + 4)]).toEqual([0, 1, 1, 0]);
  });

  test('numbers, booleans and texts become contexts, and a missing one stays missing', () => {
    expect(table.contexts).toEqual(['income', 'city', 'kind=new', 'kind=old']);
    const of = (place: string) => [...table.context.subarray(row(place) * 4, row(place) * 4 + 4)];
    expect([of('p1'), of('p2'), of('p3')]).toEqual([
      [10, 1, 0, 1],
      [0, 0, 1, 0],
      [30, 1, 0, 0],
    ]);
    expect([...table.contextMissing.subarray(row('p2') * 4, row('p2') * 4 + 4)]).toEqual([1, 0, 0, 0]);
  });

  test('what the table left open is said: there were no grades', () => {
    expect(warnings.map(({ code }) => code)).toEqual(['grades-not-stated']);
    expect(registry.grades).toEqual(['not stated']);
  });

  test('a size in place of a variance gives that of two equal arms: 4 s2 / n + d2 / (2 n)', () => {
    const sized = tableOf({ csv, schema: without('variance') });
    const p1 = [...sized.table.site].findIndex((site) => sized.table.sites[site] === 'p1');
    expect(sized.table.variance![p1]).toBeCloseTo(4 / 40 + 0.25 / 80, 14);
    expect(sized.warnings.map(({ code }) => code)).toContain('variance-from-size');
    const fields = without('variance').fields.map((f) => (f.role === 'effect' ? { ...f, standardDeviation: 3 } : f));
    const scaled = tableOf({ csv, schema: { ...schema, fields } });
    expect(scaled.table.variance![p1]).toBeCloseTo(36 / 40 + 0.25 / 80, 14);
  });

  test('the order of the rows does not matter', () => {
    const [head, ...lines] = csv.trimEnd().split('\n');
    expect(tableOf({ csv: [head, ...lines.toReversed()].join('\n'), schema }).table).toEqual(table);
  });

  test('the registry that comes along reads the same by its own data package', () => {
    const read = (file: string) =>
      readFileSync(new URL(`../../datasets/heat-transition/${file}`, import.meta.url), 'utf8');
    const dataPackage = JSON.parse(read('datapackage.json'));
    const own = readExperiments({
      experiments: read('experiments.csv'),
      schema: dataPackage.resources.find(({ name }: { name: string }) => name === 'experiments').schema,
      neighbourhoods: null,
      blocks: JSON.parse(read('building-blocks.json')),
    });
    const given = readExperimentTable({ csv: read('experiments.csv'), schema: dataPackage });
    expect(given.warnings).toEqual([]);
    for (const kpi of ['gas-saving', 'comfort'])
      expect(experimentTable(given.registry, kpi)).toEqual(experimentTable(own, kpi));
  });

  test.each<[string, object, RegExp]>([
    ['no group', without('group'), /no field has the role "group"/],
    ['no effect', without('effect'), /no field has the role "effect"/],
    [
      'neither variance nor size',
      { fields: schema.fields.filter(({ name }) => name !== 'v' && name !== 'size') },
      /"variance" or "n"/,
    ],
    ['no blocks', without('building-block'), /"building-block"/],
    ['a role that does not exist', { fields: [...schema.fields, field('remark', 'outcome')] }, /role "outcome"/],
    ['no fields', {}, /no list "fields"/],
  ])('a schema with %s is refused', (_, wrong, message) => {
    expect(() => readExperimentTable({ csv, schema: wrong })).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringMatching(message) }),
    );
  });

  test.each<[string, string, RegExp]>([
    ['0.5,0.01', 'much,0.01', /Line 2, column d: received "much"; expected a number/],
    ['0.01,40', '0,40', /column v: received "0"; expected a number above 0/],
    ['40,1,0', '40,2,0', /column coach: received "2"; expected 0 or 1 \(for doses/],
    ['0,5,long', '0,-5,long', /column loan: received "-5"; expected a dose/],
    ['p1,r1', ',r1', /column place/],
    ['10,true', 'ten,true', /column income/],
    ['10,true', '10,maybe', /column city: received "maybe"; expected true, false, 0 or 1/],
    ['place,', 'site,', /lacks the columns place/],
  ])('%s read as %s is refused with its place', (from, to, message) => {
    expect(() => readExperimentTable({ csv: csv.replace(from, to), schema })).toThrow(
      expect.objectContaining({ code: 'invalid-file', message: expect.stringMatching(message) }),
    );
  });
});
