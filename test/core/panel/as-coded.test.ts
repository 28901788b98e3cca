import { describe, expect, it } from 'vitest';
import { asCoded } from '../../../src/core/panel/as-coded.ts';
import { codes, numbers } from '../../support/memory-ports.ts';

describe('a column as groups', () => {
  it('keeps a coded column as it is', () => {
    const column = codes(['b', 'a', null]);
    expect(asCoded(column, 'x')).toBe(column);
  });

  it('orders whole numbers by size, not as text, and keeps zero apart from absent', () => {
    const { levels, codes: found } = asCoded(numbers([10, 9, 0, null]), 'band');
    expect(levels).toEqual(['0', '9', '10']);
    expect([...found]).toEqual([2, 1, 0, -1]);
  });

  it('refuses a measurement', () => {
    expect(() => asCoded(numbers([1.5, 2]), 'gas')).toThrow(/"gas" is a measurement \(it holds the value 1.5\)/);
    expect(() => asCoded(numbers(Array.from({ length: 31 }, (_, i) => i)), 'gas')).toThrow(
      /more than 30 different values/,
    );
  });
});
