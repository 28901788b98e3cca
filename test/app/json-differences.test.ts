import { expect, it } from 'vitest';
import { jsonDifferences } from '../../src/app/json-differences.ts';

it('names the smallest parts in which two values differ, by JSON Pointer (RFC 6901)', () => {
  const before = { same: [1, { x: null }], 'a/b': { '~': 1 }, list: [1, 2], gone: 'x', part: { y: 1 } };
  const after = { same: [1, { x: null }], 'a/b': { '~': 2 }, list: [1, 3, 4], part: null, fresh: [0] };
  expect(jsonDifferences(before, after)).toEqual([
    { path: '/a~1b/~0', was: '1', is: '2' },
    { path: '/list/1', was: '2', is: '3' },
    { path: '/list/2', was: null, is: '4' },
    { path: '/gone', was: '"x"', is: null },
    { path: '/part', was: '{…}', is: 'null' },
    { path: '/fresh', was: null, is: '[…]' },
  ]);
});

it('finds none where only the order of fields differs', () => {
  expect(jsonDifferences({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toEqual([]);
});
