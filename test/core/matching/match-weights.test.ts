import { describe, expect, it } from 'vitest';
import { caliperWidth } from '../../../src/core/matching/caliper-width.ts';
import { coarsen } from '../../../src/core/matching/coarsen.ts';
import { commonSupport } from '../../../src/core/matching/common-support.ts';
import { codesOfValues, exactCells } from '../../../src/core/matching/exact-cells.ts';
import { PairList } from '../../../src/core/matching/match-sets.ts';
import { effectiveSampleSize, pairWeights, stratumWeights } from '../../../src/core/matching/match-weights.ts';
import { subclassify } from '../../../src/core/matching/subclassify.ts';
import { variableRatios } from '../../../src/core/matching/variable-ratio.ts';

describe('weights after matching', () => {
  it('share a focal unit among its partners and scale partners to their number', () => {
    const list = new PairList();
    list.add(0, 2);
    list.add(0, 3);
    list.add(1, 3);
    // raw: row 2 gets 1/2, row 3 gets 1/2 + 1; sum 2 for two partners
    const weights = pairWeights(list.toMatchSets(Uint32Array.of(0, 1, 5)), 6);
    expect([...weights]).toEqual([1, 1, 0.5, 1.5, 0, 0]);
    const treated = Uint8Array.of(1, 1, 0, 0, 0, 1);
    expect(effectiveSampleSize(weights, treated, 0)).toBe(4 / 2.5);
    expect(effectiveSampleSize(weights, treated, 1)).toBe(2);
  });

  it('give the controls of a stratum the share of its treated units, for ATT; the reverse for ATC', () => {
    const treated = Uint8Array.of(1, 1, 0, 1, 0, 0, 0);
    const stratum = Int32Array.of(0, 0, 0, 1, 1, 1, -1);
    // ATT raw: stratum 0 control 2, stratum 1 controls 1/2; sum 3 for 3 controls
    expect([...stratumWeights(stratum, treated, 'ATT')]).toEqual([1, 1, 2, 1, 0.5, 0.5, 0]);
    // ATC raw: treated 1/2, 1/2, 2; sum 3 for 3 treated
    expect([...stratumWeights(stratum, treated, 'ATC')]).toEqual([0.5, 0.5, 1, 2, 1, 1, 0]);
    // ATE raw: treated 3/2, 3/2, 3 (sum 6, three), controls 3, 3/2, 3/2
    expect([...stratumWeights(stratum, treated, 'ATE')]).toEqual([0.75, 0.75, 1.5, 1.5, 0.75, 0.75, 0]);
  });

  it('are 0 in a stratum without both groups', () => {
    expect([...stratumWeights(Int32Array.of(0, 0, 1), Uint8Array.of(1, 0, 1), 'ATT')]).toEqual([1, 1, 0]);
  });
});

describe('cells and cuts', () => {
  it('hold the units that agree in every variable; a unit without a value has no cell', () => {
    const a = Int32Array.of(0, 0, 1, 1, -1);
    const b = codesOfValues(Float64Array.of(7, 8, 7, 7, 7));
    expect([...exactCells(5, [a, b])]).toEqual([0, 1, 2, 2, -1]);
    expect([...exactCells(2, [])]).toEqual([0, 0]);
  });

  it('put a value equal to a break above it', () => {
    const values = Float64Array.of(0, 1, 2, 3, 4);
    expect([...coarsen(values, { bins: 2 })]).toEqual([0, 0, 1, 1, 1]);
    expect([...coarsen(values, { cutPoints: [3, 1] })]).toEqual([0, 1, 1, 2, 2]);
    expect([...coarsen(values, { quantileBins: 2 })]).toEqual([0, 0, 1, 1, 1]);
    // ceiling(log2 5 + 1) = 4 bins of width 1
    expect([...coarsen(values, { bins: 'sturges' })]).toEqual([0, 1, 2, 3, 3]);
    expect(() => coarsen(values, { bins: 0 })).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('cut equal widths alike in every unit of measurement, also where values lie on breaks', () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => (i * 7) % 61);
    for (const bins of [2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 'sturges'] as const) {
      const plain = [...coarsen(values, { bins })];
      // whole numbers from 0 to 60: the bin is known without rounding
      const count = bins === 'sturges' ? 9 : bins;
      expect(plain).toEqual([...values].map((v) => Math.min(count - 1, Math.floor((v * count) / 60))));
      for (const [factor, offset] of [
        [0.1, 0],
        [0.3, 0],
        [7.3, 0],
        [1 / 7, 0],
        [3, 7],
        [0.01, 1e5],
      ] as const)
        expect([
          ...coarsen(
            values.map((v) => factor * v + offset),
            { bins },
          ),
        ]).toEqual(plain);
    }
    expect([...coarsen(Float64Array.of(5, 5, 5), { bins: 4 })]).toEqual([0, 0, 0]);
  });

  it('make subclasses between the quantiles of the focal group', () => {
    const score = Float64Array.of(0.1, 0.2, 0.3, 0.25, 0.05);
    const treated = Uint8Array.of(1, 1, 1, 0, 0);
    const { subclass, cutPoints } = subclassify(score, treated, null, 2, 'ATT');
    expect([...cutPoints]).toEqual([0.1, 0.2, 0.3]);
    expect([...subclass]).toEqual([0, 1, 1, 1, 0]);
  });
});

describe('common support, calipers and variable ratios', () => {
  const score = Float64Array.of(0.1, 0.5, 0.9, 0.2, 0.5, 0.9);
  const treated = Uint8Array.of(1, 1, 1, 0, 0, 0);

  it('drop units strictly outside the range of the other group', () => {
    expect([...commonSupport(score, treated, 'both')]).toEqual([0, 1, 1, 1, 1, 1]);
    expect([...commonSupport(score, treated, 'control')]).toEqual([1, 1, 1, 1, 1, 1]);
    expect([...commonSupport(score, treated, 'none')]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('count a caliper in standard deviations over the units that were not discarded', () => {
    const values = Float64Array.of(1, 2, 3, 100);
    expect(caliperWidth(values, Uint8Array.of(1, 1, 1, 0), { width: 0.5, unit: 'sd' })).toBe(0.5);
    expect(caliperWidth(values, null, { width: 0.5, unit: 'raw' })).toBe(0.5);
  });

  it('give units that are hard to match the fewest partners', () => {
    // n1 = 3, ratio 2 -> 6 pairs; lowest floor((12 - 6)/3) = 2, highest floor((6 - 3)/3) = 1, treated mean lower
    const ratios = variableRatios(score, treated, Uint32Array.of(0, 1, 2), { ratio: 2, minimum: 1, maximum: 4 });
    expect([...ratios]).toEqual([1, 1, 4]);
    const reversed = variableRatios(
      score.map((s) => -s),
      treated,
      Uint32Array.of(0, 1, 2),
      { ratio: 2, minimum: 1, maximum: 4 },
    );
    expect([...reversed]).toEqual([1, 1, 4]);
    // 4 units, ratio 2.25 -> 9 pairs; lowest floor((16 - 9)/3) = 2, highest floor((9 - 4)/3) = 1, one gets what is left: 3
    const four = variableRatios(
      Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.9),
      Uint8Array.of(1, 1, 1, 1, 0),
      Uint32Array.of(0, 1, 2, 3),
      { ratio: 2.25, minimum: 1, maximum: 4 },
    );
    expect([...four]).toEqual([1, 1, 3, 4]);
    expect(() => variableRatios(score, treated, Uint32Array.of(0), { ratio: 5, minimum: 1, maximum: 4 })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});
