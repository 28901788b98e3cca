import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { type BlockRules, feasibleMixes, type MixConstraints } from '../../../src/core/recommend/feasible-mixes.ts';
import { searchMixes } from '../../../src/core/recommend/search-mixes.ts';

/** Blocks with costs, some prerequisites and exclusions; worth = blocks + pairs - crowding, as the set model has it. */
function planted(J: number, seed: number) {
  const random = createRandom(seed, 'search');
  const id = (j: number) => `b${j}`;
  const blocks = Array.from({ length: J }, (_, j): BlockRules => {
    const other = random.integer(J);
    return {
      id: id(j),
      cost: 20 + random.integer(80),
      prerequisites: random.bernoulli(0.15) && other < j ? [id(other)] : [],
      excludes: random.bernoulli(0.15) && other !== j ? [id((j + 1) % J)] : [],
    };
  });
  const main = Array.from({ length: J }, () => 0.3 * random.normal());
  const pairs = Array.from({ length: J * J }, () => (random.bernoulli(0.1) ? 0.4 * random.normal() : 0));
  const score = (mixes: Uint8Array) =>
    Float64Array.from({ length: mixes.length / J }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < J; j++) {
        if (!mixes[i * J + j]) continue;
        sum += main[j]! - 0.06;
        for (let l = j + 1; l < J; l++) if (mixes[i * J + l]) sum += pairs[j * J + l]!;
      }
      return sum;
    });
  return { blocks, score };
}
const constraints: MixConstraints = { budget: 220, maximumSize: 4, required: [], excluded: ['b3'] };
const keysOf = (mixes: Uint8Array, J: number) =>
  Array.from({ length: mixes.length / J }, (_, i) => mixes.subarray(i * J, (i + 1) * J).join(''));

describe('searchMixes', () => {
  test('finds the best mix that enumeration finds in 30 of 30 catalogues of 18 blocks, and only mixes that fit', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { blocks, score } = planted(18, seed);
      const all = feasibleMixes(blocks, constraints);
      const seen = searchMixes(blocks, constraints, score);
      expect(Math.max(...score(seen))).toBe(Math.max(...score(all)));
      const fits = new Set(keysOf(all, 18));
      expect(keysOf(seen, 18).every((key) => fits.has(key))).toBe(true);
      expect(new Set(keysOf(seen, 18)).size).toBe(seen.length / 18);
    }
  });

  test('its best ten are nearly those of enumeration', () => {
    let shared = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const { blocks, score } = planted(18, seed);
      const top = (mixes: Uint8Array) => {
        const worth = score(mixes);
        const keys = keysOf(mixes, 18);
        return [...worth.keys()]
          .sort((a, b) => worth[b]! - worth[a]!)
          .slice(0, 10)
          .map((i) => keys[i]!);
      };
      const best = new Set(top(feasibleMixes(blocks, constraints)));
      shared += top(searchMixes(blocks, constraints, score)).filter((key) => best.has(key)).length;
    }
    expect(shared).toBeGreaterThanOrEqual(0.95 * 300);
  });

  test('with forty blocks, where enumeration stops, it keeps what is required and its prerequisites', () => {
    const { blocks, score } = planted(40, 7);
    const wide = { budget: null, maximumSize: 5, required: ['b5'], excluded: [] };
    expect(() => feasibleMixes(blocks, { ...wide, required: [] })).toThrow(/More than 20000/);
    const seen = searchMixes(blocks, wide, score);
    expect(seen.length).toBeGreaterThan(0);
    for (let i = 0; i < seen.length / 40; i++) {
      const mix = blocks.filter((_, j) => seen[i * 40 + j]);
      expect(mix.map(({ id }) => id)).toContain('b5');
      expect(mix.length).toBeLessThanOrEqual(5);
      for (const { prerequisites, excludes } of mix) {
        for (const needed of prerequisites) expect(mix.map(({ id }) => id)).toContain(needed);
        for (const barred of excludes) expect(mix.map(({ id }) => id)).not.toContain(barred);
      }
    }
  });

  test('rules that clash are refused as enumeration refuses them', () => {
    const { blocks, score } = planted(18, 1);
    expect(() => searchMixes(blocks, { ...constraints, budget: 5 }, score)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});
