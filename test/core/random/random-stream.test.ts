import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const draw = (n: number, next: () => number): number[] => Array.from({ length: n }, next);
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

describe('createRandom', () => {
  test('the same seed and path give the same numbers, whatever else was drawn', () => {
    const first = createRandom(7);
    first.stream('bootstrap', 3).permutation(100);
    draw(50, first.word);
    const a = draw(20, first.stream('bootstrap', 4).uniform);
    const b = draw(20, createRandom(7, 'bootstrap', 4).uniform);
    expect(a).toEqual(b);
  });

  test('another seed, name, number or nesting gives another stream', () => {
    const paths = [
      createRandom(1),
      createRandom(2),
      createRandom(4294967297),
      createRandom(1, 'a'),
      createRandom(1, 'b'),
      createRandom(1, 'ab'),
      createRandom(1, 'a', 'b'),
      createRandom(1, 0),
      createRandom(1, 1),
      createRandom(1, 4294967296),
      createRandom(1, ''),
    ];
    expect(new Set(paths.map((random) => random.word())).size).toBe(paths.length);
  });

  test('uniforms have the mean, variance and serial correlation of independent uniforms', () => {
    const u = draw(40000, createRandom(11).uniform);
    // four standard errors: sqrt(1/12/n) and, for the lag product, 1/(12 sqrt n)
    expect(Math.abs(mean(u) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / u.length));
    expect(Math.abs(mean(u.map((v) => (v - 0.5) ** 2)) - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / u.length));
    const lag = mean(u.slice(1).map((v, i) => (v - 0.5) * (u[i]! - 0.5)));
    expect(Math.abs(lag)).toBeLessThan(4 / 12 / Math.sqrt(u.length));
  });

  test('streams of neighbouring keys are uncorrelated', () => {
    const n = 20000;
    const a = draw(n, createRandom(5, 'fold', 1).normal);
    const b = draw(n, createRandom(5, 'fold', 2).normal);
    expect(Math.abs(mean(a.map((v, i) => v * b[i]!)))).toBeLessThan(4 / Math.sqrt(n));
  });

  test('normals have the moments of a standard normal', () => {
    const z = draw(40000, createRandom(3, 'normal').normal);
    const n = z.length;
    expect(Math.abs(mean(z))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean(z.map((v) => v * v)) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean(z.map((v) => v ** 3)))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(mean(z.map((v) => v ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  test('integers are uniform by the chi-squared test, also where 2^32 is no multiple of the bound', () => {
    const random = createRandom(9);
    const bound = 7;
    const counts = new Array<number>(bound).fill(0);
    for (let i = 0; i < 70000; i++) counts[random.integer(bound)]!++;
    const chiSquared = counts.reduce((sum, c) => sum + (c - 10000) ** 2 / 10000, 0);
    expect(chiSquared).toBeLessThan(22.46); // 0.999 quantile at 6 degrees of freedom
    const large = 3 * 2 ** 30;
    const above = draw(20000, () => random.integer(large)).filter((v) => v >= 2 ** 31).length;
    expect(Math.abs(above / 20000 - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 20000)); // modulo bias would give 1/4
  });

  test('each of the 24 orders of four is equally likely', () => {
    const random = createRandom(13);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24000; i++) {
      const key = random.permutation(4).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const chiSquared = [...counts.values()].reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(24);
    expect(chiSquared).toBeLessThan(49.73); // 0.999 quantile at 23 degrees of freedom
  });

  test('a sample without replacement holds different members, each equally likely', () => {
    const random = createRandom(17);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20000; i++) {
      const sample = random.sampleWithoutReplacement(10, 3);
      expect(new Set(sample).size).toBe(3);
      for (const member of sample) counts[member]!++;
    }
    const chiSquared = counts.reduce((sum, c) => sum + (c - 6000) ** 2 / 6000, 0);
    expect(chiSquared).toBeLessThan(27.88); // 0.999 quantile at 9 degrees of freedom
    expect([...random.sampleWithoutReplacement(5, 5)].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([
    ['a negative seed', () => createRandom(-1)],
    ['a fractional seed', () => createRandom(0.5)],
    ['a negative number in a path', () => createRandom(1, -1)],
    ['a bound of zero', () => createRandom(1).integer(0)],
    ['a bound over 2^32', () => createRandom(1).integer(2 ** 32 + 1)],
    ['a sample larger than its population', () => createRandom(1).sampleWithoutReplacement(3, 4)],
  ])('%s is refused', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
