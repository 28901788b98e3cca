import { describe, expect, test } from 'vitest';
import { philox4x32 } from '../../../src/core/random/philox.ts';

/** Known answers of Random123 1.14.0, tests/kat_vectors, lines "philox4x32 10": counter, key, expected words. */
const knownAnswers = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const;

/** The same ten rounds in exact 64-bit arithmetic, as the paper writes them. */
function philoxBigInt(counter: readonly number[], key: readonly number[]): number[] {
  const mask = 0xffffffffn;
  let c = counter.map(BigInt);
  let k = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c[0]!;
    const p1 = 0xcd9e8d57n * c[2]!;
    c = [(p1 >> 32n) ^ c[1]! ^ k[0]!, p1 & mask, (p0 >> 32n) ^ c[3]! ^ k[1]!, p0 & mask];
    k = [(k[0]! + 0x9e3779b9n) & mask, (k[1]! + 0xbb67ae85n) & mask];
  }
  return c.map(Number);
}

describe('philox4x32', () => {
  test.each(knownAnswers)('counter %j and key %j give the words of Random123', (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox4x32(counter[0], counter[1], counter[2], counter[3], key[0], key[1], out);
    expect([...out]).toEqual(expected);
  });

  test('the 32-bit arithmetic equals exact 64-bit arithmetic on 2,000 counters', () => {
    const out = new Uint32Array(4);
    let state = [1, 2, 3, 4];
    for (let i = 0; i < 2000; i++) {
      const expected = philoxBigInt(state, [i, 0xffffffff - i]);
      philox4x32(state[0]!, state[1]!, state[2]!, state[3]!, i, 0xffffffff - i, out);
      expect([...out]).toEqual(expected);
      state = expected;
    }
  });
});
