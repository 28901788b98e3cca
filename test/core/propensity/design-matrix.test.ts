import { describe, expect, it } from 'vitest';
import { designColumns, type Frame, modelMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { variablesOf } from '../../../src/core/propensity/model-terms.ts';

const observed = new Uint8Array(4);
const frame: Frame = {
  rows: 4,
  columns: {
    age: { type: 'number', values: Float64Array.of(1, 2, 3, 4), status: observed },
    income: { type: 'number', values: Float64Array.of(0, 1, 0, 3), status: observed },
    race: { type: 'coded', levels: ['black', 'hispan', 'white'], codes: Int32Array.of(0, 1, 2, 1), status: observed },
    gap: { type: 'number', values: Float64Array.of(1, 0, 0, 2), status: Uint8Array.of(0, 1, 2, 0) },
  },
};

const table = (terms: Parameters<typeof designColumns>[1], factors?: 'all') =>
  Object.fromEntries(designColumns(frame, terms, factors).map((c) => [c.name, [...c.values]]));

describe('model terms', () => {
  it('give powers, transforms, sums, factors without their first level, and products of all columns', () => {
    expect(
      table([
        { variable: 'age' },
        { variable: 'age', power: 2 },
        { variable: 'income', transform: 'log1p' },
        { sum: ['age', 'income'] },
        { variable: 'race' },
        { product: [{ variable: 'age' }, { variable: 'race' }] },
      ]),
    ).toEqual({
      age: [1, 2, 3, 4],
      'age^2': [1, 4, 9, 16],
      'log1p(income)': [0, Math.LN2, 0, Math.log(4)],
      'age+income': [1, 3, 3, 7],
      'race=hispan': [0, 1, 0, 1],
      'race=white': [0, 0, 1, 0],
      'age:race=hispan': [0, 2, 0, 4],
      'age:race=white': [0, 0, 3, 0],
    });
  });

  it('take the reference level from the given order, and show every level for balance', () => {
    const levels = ['white', 'black', 'hispan'];
    expect(Object.keys(table([{ variable: 'race', levels }]))).toEqual(['race=black', 'race=hispan']);
    expect(Object.keys(table([{ variable: 'race' }], 'all'))).toEqual(['race=black', 'race=hispan', 'race=white']);
  });

  it('can make a factor of numbers', () => {
    expect(table([{ variable: 'income', levels: ['0', '1', '3'] }])).toEqual({
      'income=1': [0, 1, 0, 0],
      'income=3': [0, 0, 0, 1],
    });
  });

  it('put an intercept first in a model matrix', () => {
    const { names, matrix } = modelMatrix(frame, [{ variable: 'age' }]);
    expect(names).toEqual(['(Intercept)', 'age']);
    expect([...matrix.values]).toEqual([1, 1, 1, 2, 1, 3, 1, 4]);
  });

  it('name the variables they read, each once', () => {
    expect(variablesOf([{ variable: 'a' }, { product: [{ variable: 'b' }, { sum: ['a', 'c'] }] }])).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('refuse an unknown variable, also one that every object has', () => {
    for (const variable of ['nope', 'toString', "x'; drop table"]) {
      expect(() => table([{ variable }])).toThrow(expect.objectContaining({ code: 'unknown-variable' }));
    }
  });

  it('refuse missing values with variable, count and first rows', () => {
    expect(() => table([{ variable: 'gap' }])).toThrow(
      expect.objectContaining({ code: 'missing-values', details: { variable: 'gap', count: 2, firstRows: [1, 2] } }),
    );
  });

  it('refuse a level that is not listed, a logarithm of 0, and a power of a factor', () => {
    const refused = (term: Parameters<typeof designColumns>[1][number]) =>
      expect(() => table([term])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    refused({ variable: 'race', levels: ['black', 'white'] });
    refused({ variable: 'income', transform: 'log' });
    refused({ variable: 'race', power: 2 });
    refused({ sum: ['race'] });
  });
});
