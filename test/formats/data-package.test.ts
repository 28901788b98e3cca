import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findDataResource } from '../../src/formats/data-package.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samenwijs-schema-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, content: unknown) => writeFile(join(folder, name), JSON.stringify(content));
const find = () => findDataResource(join(folder, 'street.csv'));
const own = { fields: [{ name: 'gas', type: 'number' }] };

it('a file is described by the schema of its name, and by nothing where there is none', async () => {
  expect(await find()).toBeNull();
  await write('other.schema.json', own);
  expect(await find()).toBeNull();
  await write('street.schema.json', own);
  expect(await find()).toEqual(own);
});

it('a data package that names the file comes first', async () => {
  await write('street.schema.json', own);
  await write('datapackage.json', { resources: [{ path: 'other.csv', schema: own }] });
  expect(await find()).toEqual(own);
  const resource = { path: 'street.csv', schema: { fields: [] } };
  await write('datapackage.json', { resources: [resource] });
  expect(await find()).toEqual(resource);
});
