import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TrainedModel } from '../../src/core/recommend/trained-model.ts';
import { createModelFiles } from '../../src/store/model-files.ts';
import { decodeModel, encodeModel } from '../../src/store/model-format.ts';

const shipped = new URL('../../models', import.meta.url).pathname;
const own = await mkdtemp(join(tmpdir(), 'samenwijs-models-'));
afterAll(() => rm(own, { recursive: true }));
const models = createModelFiles({ shipped, own });
const bytes = readFileSync(join(shipped, 'warm-start/1/model.bin'));
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('the format of models', () => {
  test('reading and writing again gives the same bytes', () => {
    expect(Buffer.compare(encodeModel(decodeModel(bytes)), bytes)).toBe(0);
  });

  test('arrays keep their values, types and bits', () => {
    const record = {
      seed: 3,
      kpis: [
        { a: Float64Array.from([0.1, -0, 5e-324]), b: Uint8Array.from([1, 2, 3]), c: Uint32Array.from([2 ** 32 - 1]) },
      ],
    };
    expect(decodeModel(encodeModel(record as unknown as TrainedModel))).toEqual(record);
  });

  test.each<[string, (copy: Uint8Array) => Uint8Array]>([
    ['another magic', (copy) => copy.fill(65, 0, 1)],
    ['a later format', (copy) => copy.fill(9, 8, 9)],
    ['a file cut short', (copy) => copy.subarray(0, copy.length - 8)],
    ['a few bytes', (copy) => copy.subarray(0, 5)],
    ['a header cut short', (copy) => copy.subarray(0, 40)],
  ])('%s is refused', (_, change) => {
    expect(() => decodeModel(change(Uint8Array.from(bytes)))).toThrow(code('model-incompatible'));
  });
});

describe('model files', () => {
  test('the model that comes along is listed and loads with its card', async () => {
    expect(await models.list()).toContainEqual({ name: 'warm-start', version: 1, shipped: true });
    const { description } = await models.load('warm-start', null);
    expect(description.kpis.map(({ kpi, kind }) => [kpi, kind])).toEqual([
      ['gas-saving', 'sparse-set'],
      ['comfort', 'sparse-set'],
    ]);
    expect(await models.card('warm-start', 1)).toMatch(/^# Model warm-start, version 1\n/);
  });

  test('a new version stands beside the shipped one, and is never replaced', async () => {
    const { description, model } = await models.load('warm-start', 1);
    const version = await models.nextVersion('warm-start');
    expect(version).toBe(2);
    await models.save({ ...description, version }, model, 'card two');
    expect(await models.card('warm-start', null)).toBe('card two');
    await expect(models.save({ ...description, version }, model, 'other')).rejects.toThrow(code('version-conflict'));
    expect(await models.card('warm-start', 2)).toBe('card two');
    expect(await readdir(join(own, 'warm-start'))).toEqual(['2']);
  });

  test.each(['../secret', 'a/b', '.hidden', 'UPPER', ''])('"%s" is no name of a model', async (name) => {
    await expect(models.load(name, null)).rejects.toThrow(code('model-not-found'));
    const { description, model } = await models.load('warm-start', 1);
    await expect(models.save({ ...description, name }, model, '')).rejects.toThrow(code('invalid-request'));
  });

  test('a version that is not there is refused with those that are', async () => {
    await expect(models.load('warm-start', 99)).rejects.toThrow(/warm-start 1/);
  });
});
