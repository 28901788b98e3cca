import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import { runMatchingStudy } from '../../../src/core/effects/run-matching-study.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { drawLots, type TieRule } from '../../../src/core/matching/draw-lots.ts';
import { forEachPair } from '../../../src/core/matching/match-sets.ts';
import { matchUnits } from '../../../src/core/matching/match-units.ts';
import type { NearestDesign, OptimalDesign } from '../../../src/core/matching/matching-design.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const n = 61;
const terms = [{ variable: 'x' }];
const treated = Uint8Array.from({ length: n }, (_, i) => (i % 4 === 1 ? 1 : 0));
const random = createRandom(8);
const outcome = Float64Array.from({ length: n }, () => random.normal());
/** Ages 20 … 80, each once: no two scores are equal, all distances between neighbours are. */
const ages = Array.from({ length: n }, (_, i) => 20 + i);
const frameOf = (x: readonly number[]) => ({
  rows: x.length,
  columns: { x: { type: 'number' as const, values: Float64Array.from(x), status: new Uint8Array(x.length) } },
});
const score = { type: 'propensity-score', link: 'logit', scale: 'linear', terms } as const;
const rest = {
  ...({ estimand: 'ATT', within: null, calipers: [], exact: [], antiExact: [], discard: 'none' } as const),
  ...({ reestimate: false, ratio: 1 } as const),
};
const nearest = (changes: Partial<NearestDesign> = {}): NearestDesign => ({
  ...rest,
  ...({ method: 'nearest', distance: score, order: 'largest', maximumReuse: 1, variableRatio: null } as const),
  ...changes,
});
const study = (x: readonly number[], design: NearestDesign) =>
  runMatchingStudy(
    {
      ...{ frame: frameOf(x), treated, outcome, design, covariates: terms, cluster: null, isClusterAskedFor: false },
      ...{ standardError: 'by-design', permutations: null, confidence: 0.95, seed: 1, further: noFurtherQuestions },
    },
    kernels,
  );

describe('lots', () => {
  it('are between 0 and 1, all different, and go with the place in the tie order', () => {
    const lots = drawLots(1000, null);
    expect(new Set(lots).size).toBe(1000);
    expect(lots.every((lot) => lot > 0 && lot < 1)).toBe(true);
    const order = createRandom(1).permutation(1000);
    expect(order.map((row) => (drawLots(1000, order)[row] === lots[order.indexOf(row)] ? 1 : 0))).not.toContain(0);
  });

  it.each([
    'largest',
    'smallest',
    'data',
    'closest',
  ] as const)('give one answer for whole numbers in any units, and a range over ties, in the order %s', (order) => {
    const plain = study(ages, nearest({ order }));
    expect(plain.ties!.minimum).toBeLessThan(plain.ties!.maximum);
    for (const change of [(x: number) => 0.1 * x, (x: number) => 3 * x + 7, (x: number) => x + 1e5]) {
      const { effects, ties } = study(ages.map(change), nearest({ order }));
      expect(effects.matched.estimate).toBe(plain.effects.matched.estimate);
      expect(ties).toEqual(plain.ties);
    }
  });

  it('leave a unit on the edge of a caliper inside it, in any units', () => {
    // 0.8 - 0.6 is more than 0.2 in doubles, and 8 - 6 is 2.
    const group = Uint8Array.of(1, 0, 0, 0);
    for (const [x, width] of [
      [[8, 6, 20, 30], 2],
      [[0.8, 0.6, 2, 3], 0.2],
    ] as const) {
      const design = nearest({
        ...{ distance: { type: 'scaled-euclidean', terms }, order: 'data' },
        calipers: [{ on: 'x', width, unit: 'raw' }],
      });
      expect(matchUnits(frameOf(x), group, design, null, kernels).pairs!.partners).toEqual(Uint32Array.of(1));
    }
  });

  it.each([
    [600, 3],
    [700, 2],
  ])('decide optimal matches in any units also where %i units ask for %i partners and there are too few', (units, ratio) => {
    const draw = createRandom(3, 'scarce', units);
    const x = Array.from({ length: units }, () => draw.integer(20));
    const z = Float64Array.from({ length: units }, () => draw.integer(8));
    const group = Uint8Array.from(x, () => (draw.bernoulli(0.4) ? 1 : 0));
    const distance = { type: 'scaled-euclidean', terms: [{ variable: 'x' }, { variable: 'z' }] } as const;
    const design: OptimalDesign = { ...rest, method: 'optimal', distance, ratio, prefer: null };
    const setsOf = (values: readonly number[]) => {
      const { rows, columns } = frameOf(values);
      const frame = {
        rows,
        columns: { ...columns, z: { type: 'number' as const, values: z, status: new Uint8Array(rows) } },
      };
      const { partners, offsets } = matchUnits(frame, group, design, null, kernels).pairs!;
      return [[...partners], [...offsets]];
    };
    const plain = setsOf(x);
    for (const change of [(v: number) => 0.1 * v, (v: number) => 3 * v + 7, (v: number) => v + 1e5]) {
      expect(setsOf(x.map(change))).toEqual(plain);
    }
  });

  it('cost an optimal match nothing: the total is that without lots', () => {
    const values = Array.from({ length: 120 }, () => random.integer(20));
    const group = Uint8Array.from(values, (v, i) => ((i * 7 + v) % 3 === 0 ? 1 : 0));
    for (const distance of [score, { type: 'mahalanobis', terms } as const]) {
      const design: OptimalDesign = { ...rest, method: 'optimal', distance, prefer: null };
      const total = (ties: TieRule): number => {
        let sum = 0;
        forEachPair(matchUnits(frameOf(values), group, design, ties, kernels).pairs!, (a, b) => {
          sum += Math.abs(values[a]! - values[b]!);
        });
        return sum;
      };
      expect(total(null)).toBe(total('row-order'));
      expect(total(random.permutation(120))).toBe(total('row-order'));
    }
  });
});
