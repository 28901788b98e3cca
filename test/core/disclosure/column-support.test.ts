import { describe, expect, it } from 'vitest';
import { columnSupport } from '../../../src/core/disclosure/column-support.ts';
import { codes, numbers } from '../../support/memory-ports.ts';

const n = 30;
const rows = Array.from({ length: n }, (_, i) => i);
const frame = {
  rows: n,
  columns: {
    gas: numbers(rows.map((i) => 100 + i)),
    rare: numbers(rows.map((i) => (i < 2 ? 1 : 0))),
    common: numbers(rows.map((i) => (i < 4 ? 0 : 1))),
    oneOrTwo: numbers(rows.map((i) => (i < 3 ? 2 : 1))),
    rooms: numbers(rows.map((i) => (i < 5 ? i + 1 : 9))),
    kind: codes(rows.map((i) => (i < 6 ? 'farm' : i < 18 ? 'flat' : 'house'))),
  },
};
const everybody = new Uint8Array(n).fill(1);
const of = (variable: string) => ({ variable });

describe('the support of a design column', () => {
  it.each([
    ['a number that differs everywhere: everybody', of('gas'), [30]],
    ['a rare 1', of('rare'), [2]],
    ['a rare 0', of('common'), [4]],
    ['the rarer of two values', of('oneOrTwo'), [3]],
    ['those beside a value that most share', of('rooms'), [5]],
    ['each level, or its opposite', of('kind'), [6, 12, 12]],
    ['the ones of a product', { product: [of('rare'), of('gas')] }, [2]],
    ['the zeros of a product', { product: [of('common'), of('gas')] }, [4]],
    ['a product with a part of two values', { product: [of('oneOrTwo'), of('gas')] }, [3]],
    ['a sum with a rare part', { sum: ['rare', 'gas'] }, [2]],
    ['a product of a factor, column by column', { product: [of('kind'), of('gas')] }, [6, 12, 12]],
  ] as const)('counts %s', (_, term, expected) => {
    expect(columnSupport(frame, term, everybody)).toEqual(expected);
  });

  it('counts only the units within, and nobody where there are none', () => {
    const within = Uint8Array.from(rows, (i) => (i >= 1 ? 1 : 0));
    expect(columnSupport(frame, of('rare'), within)).toEqual([1]);
    expect(columnSupport(frame, of('rare'), new Uint8Array(n))).toEqual([0]);
  });

  it('does not count a way without units: a column that is 0 for everybody', () => {
    const later = Uint8Array.from(rows, (i) => (i >= 10 ? 1 : 0));
    expect(columnSupport(frame, of('rare'), later)).toEqual([20]);
  });
});
