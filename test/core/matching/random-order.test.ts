import { describe, expect, it } from 'vitest';
import { typescriptKernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { matchUnits } from '../../../src/core/matching/match-units.ts';
import type { NearestDesign } from '../../../src/core/matching/matching-design.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const design = {
  method: 'nearest',
  estimand: 'ATT',
  distance: { type: 'scaled-euclidean', terms: [{ variable: 'x' }] },
  within: null,
  calipers: [],
  exact: [],
  antiExact: [],
  discard: 'none',
  reestimate: false,
  ratio: 1,
  variableRatio: null,
  maximumReuse: 1,
} as const;

/** Partner of each treated unit that has one, by the numbers that units have whatever row they stand in. */
function partners(x: number[], treated: number[], seed: number, rows: readonly number[]): Map<number, number> {
  const values = Float64Array.from(rows, (unit) => x[unit]!);
  const frame = {
    rows: x.length,
    columns: { x: { type: 'number', values, status: new Uint8Array(x.length) } },
  } as const;
  const group = Uint8Array.from(rows, (unit) => treated[unit]!);
  const tieOrder = Uint32Array.from(x, (_, unit) => rows.indexOf(unit));
  const random: NearestDesign = { ...design, order: { seed } };
  const { focal, offsets, partners: found } = matchUnits(frame, group, random, tieOrder, typescriptKernels).pairs!;
  const pairs = [...focal.keys()].filter((k) => offsets[k + 1]! > offsets[k]!);
  return new Map(pairs.map((k) => [rows[focal[k]!]!, rows[found[offsets[k]!]!]!]));
}

describe('a random order', () => {
  it('lets each of three units that want one partner have it equally often', () => {
    const wins = [0, 0, 0];
    const seeds = 3000;
    for (let seed = 0; seed < seeds; seed++) {
      const [winner] = partners([1, 2, 3, 2.5], [1, 1, 1, 0], seed, [0, 1, 2, 3]).keys();
      wins[winner!] = wins[winner!]! + 1;
    }
    // 4 standard deviations of a binomial of 3000 draws and a chance of one third: 4 sqrt(3000 * 2/9) = 103
    for (const count of wins) expect(Math.abs(count - seeds / 3)).toBeLessThan(103);
  });

  it('is of units, not of rows: the same pairs wherever units stand', () => {
    const random = createRandom(3);
    const x = Array.from({ length: 40 }, () => random.integer(6));
    const treated = x.map((_, unit) => (unit % 3 === 0 ? 1 : 0));
    const plain = partners(x, treated, 11, [...x.keys()]);
    for (let draw = 0; draw < 20; draw++) {
      const rows = [...random.permutation(x.length)];
      expect([...partners(x, treated, 11, rows)].sort()).toEqual([...plain].sort());
    }
  });
});
