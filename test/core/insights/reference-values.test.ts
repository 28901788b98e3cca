import fc from 'fast-check';
import { expect, it } from 'vitest';
import { referenceValues } from '../../../src/core/insights/reference-values.ts';
import { unitsApart } from '../../../src/core/insights/units-apart.ts';

const of = (values: readonly number[], observed = values.map(() => 1)) =>
  referenceValues(Float64Array.from(values), Uint8Array.from(observed));

it('are both of two values, else 0 and what more than half hold', () => {
  expect(of([1, 0, 1, 1]).toSorted()).toEqual([0, 1]);
  expect(of([3, 7, 3]).toSorted()).toEqual([3, 7]);
  expect(of([5, 5, 5, 1, 2])).toEqual([0, 5]);
  expect(of([5, 5, 1, 2])).toEqual([0]);
  expect(of([0, 0, 0, 1, 2])).toEqual([0]);
  expect(of([4])).toEqual([0, 4]);
  expect(of([])).toEqual([0]);
  expect(of([9, 9, 9, 1, 2, 3], [0, 0, 1, 1, 1, 1])).toEqual([0]);
});

it('leave no column in which the count of those apart, by hand, is another', () => {
  const column = fc.array(fc.record({ value: fc.integer({ min: -1, max: 4 }), observed: fc.boolean() }));
  fc.assert(
    fc.property(column, (rows) => {
      const values = rows.map((row) => row.value);
      const observed = rows.map((row) => (row.observed ? 1 : 0));
      const seen = rows.filter((row) => row.observed).map((row) => row.value);
      const half = [...new Set(seen)].find((v) => seen.filter((x) => x === v).length * 2 > seen.length);
      const two = new Set(seen).size === 2 ? [...new Set(seen)] : null;
      const references = of(values, observed);
      expect([...references].sort()).toEqual((two ?? [...new Set([0, half ?? 0])]).sort());
      const counts = unitsApart({
        waves: 1,
        groups: 0,
        waveIndex: new Uint32Array(rows.length),
        groupIndex: new Int32Array(rows.length).fill(-1),
        values: Float64Array.from(values),
        observed: Uint8Array.from(observed),
        references,
      });
      expect(counts[0]).toEqual(references.map((r) => [seen.filter((x) => x !== r).length]));
    }),
  );
});
