import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { scalePlace } from '../../../src/core/recommend/context-scale.ts';
import { placeOf, selectExperiments } from '../../../src/core/recommend/experiment-table.ts';
import { feasibleMixes } from '../../../src/core/recommend/feasible-mixes.ts';
import { type NextExperimentsInput, nextExperiments } from '../../../src/core/recommend/next-experiments.ts';
import { addRowFeatures, featureLayout, writeMixFeatures } from '../../../src/core/recommend/set-features.ts';
import { defaultSetModelSettings, fitSetModel } from '../../../src/core/recommend/set-model.ts';
import { fitSupportArea } from '../../../src/core/recommend/support.ts';
import type { TrainedModel } from '../../../src/core/recommend/trained-model.ts';
import { normalCdf, normalDensity } from '../../../src/core/stats/normal.ts';
import { heatTransitionRules, heatTransitionTable } from '../../support/heat-transition.ts';

const full = heatTransitionTable(7, 'gas-saving');
const table = selectExperiments(full, [...Array(60).keys()]);
const constraints = { budget: null, maximumSize: 2, required: [], excluded: [] };
const mixes = feasibleMixes(heatTransitionRules, constraints);
const m = mixes.length / 8;
const fitted = fitSetModel(table, defaultSetModelSettings, kernels);
const trained = (change: Partial<TrainedModel['kpis'][number]> = {}): TrainedModel => ({
  seed: 1,
  kpis: [
    {
      kpi: 'gas-saving',
      kind: 'set-kernel',
      pooled: false,
      table,
      model: fitted,
      support: fitSupportArea(table, fitted, kernels),
      calibration: {
        acceptable: true,
        groups: 60,
        reach: 1.645,
        slope: 1,
        intervalCoverage: 0.9,
        worstRegionCoverage: 0.9,
      },
      spread: 0.1,
      byNeighbourhood: { leftOut: 'neighbourhood', folds: 2, groups: 2, rows: 60, models: [], network: null },
      byRegion: { leftOut: 'region', folds: 2, groups: 2, rows: 60, models: [], network: null },
      ...change,
    },
  ],
});
const siteAt = (row: number) => ({
  id: table.sites[table.site[row]!]!,
  place: placeOf(table, row),
  region: table.regions[table.region[row]!]!,
});
const input = (change: Partial<NextExperimentsInput> = {}): NextExperimentsInput => ({
  model: trained(),
  goals: [{ kpi: 'gas-saving', weight: 1 }],
  blocks: heatTransitionRules,
  constraints,
  sites: [siteAt(3), siteAt(20), siteAt(41)],
  targets: [placeOf(table, 5), placeOf(table, 30)],
  count: 2,
  ...change,
});

/**
 * The definition with full matrices: the covariance after an experiment as the inverse of precision plus f f' / v, and the loss by not
 * knowing of each pair in each target.
 */
const layout = featureLayout(fitted.shape);
const p = layout.count;
const effectOf = (place: NextExperimentsInput['targets'][number], mix: number): number[] => {
  const out = new Float64Array(p);
  writeMixFeatures(layout, scalePlace(fitted.scale, place, kernels).z, mixes, mix * 8, out);
  return [...out];
};
const median = [...table.variance!].sort((a, b) => a - b)[(60 - 1) >> 1]!;
const noise = fitted.components.row + fitted.components.site + median;
const start = new Matrix(Array.from({ length: p }, (_, k) => [...fitted.covariance.subarray(k * p, (k + 1) * p)]));
const quadratic = (a: readonly number[], c: Matrix): number => {
  const row = Matrix.rowVector([...a]);
  return row.mmul(c).mmul(row.transpose()).get(0, 0);
};
const factor = 1 / 0.1;
const pairs = input().targets.flatMap((place) => {
  const means = Array.from({ length: m }, (_, mix) =>
    effectOf(place, mix).reduce((s, x, k) => s + x * fitted.mean[k]!, 0),
  );
  const best = means.indexOf(Math.max(...means));
  const top = effectOf(place, best);
  return means.flatMap((value, mix) =>
    mix === best
      ? []
      : [{ contrast: effectOf(place, mix).map((x, k) => x - top[k]!), behind: factor * (value - means[best]!) }],
  );
});
const lossOf = (c: Matrix): number =>
  pairs.reduce((sum, { contrast, behind }) => {
    const s = factor * Math.sqrt(Math.max(0, quadratic(contrast, c)));
    return s > 1e-9 ? sum + s * normalDensity(behind / s) + behind * normalCdf(behind / s) : sum;
  }, 0);
const observed = (site: NextExperimentsInput['sites'][number], mix: number): number[] => {
  const out = Float64Array.from(effectOf(site.place, mix));
  addRowFeatures(layout, scalePlace(fitted.scale, site.place, kernels).z, 0, table.regions.indexOf(site.region!), out);
  return [...out];
};
const posterior = (c: Matrix, f: readonly number[]): Matrix => {
  // A ridge of 1e-9 of the largest variance makes the inverse exist where coefficients are certainly 0.
  const eased = c.clone();
  for (let k = 0; k < p; k++) eased.set(k, k, eased.get(k, k) + 1e-12);
  const precision = inverse(eased);
  const column = Matrix.columnVector([...f]);
  return inverse(precision.add(column.mmul(column.transpose()).div(noise)));
};
/** First-order worth: slope of the loss by each variance, times what the experiment takes away from it. */
const worthOf = (c: Matrix, f: readonly number[]): number => {
  const less = posterior(c, f);
  return pairs.reduce((sum, { contrast, behind }) => {
    const now = quadratic(contrast, start);
    const s = factor * Math.sqrt(Math.max(0, now));
    if (s <= 1e-9) return sum;
    return (
      sum + (normalDensity(behind / s) / (2 * s)) * factor ** 2 * (quadratic(contrast, c) - quadratic(contrast, less))
    );
  }, 0);
};

describe('nextExperiments', () => {
  test('the first is worth most by the definition, and what it removes is that of the posterior after it', () => {
    const answer = nextExperiments(input(), kernels);
    const { sites } = input();
    const all = sites.flatMap((site) =>
      Array.from({ length: m }, (_, mix) => ({ site, mix, worth: worthOf(start, observed(site, mix)) })),
    );
    const best = all.reduce((a, b) => (b.worth > a.worth ? b : a));
    const [first, second] = answer.experiments;
    expect(first!.site).toBe(best.site.id);
    const blocks = heatTransitionRules.filter((_, j) => mixes[best.mix * 8 + j]);
    expect(first!.blocks).toEqual(blocks.map(({ id }) => id));
    expect(first!.cost).toBe(blocks.reduce((sum, { cost }) => sum + cost, 0));
    const once = posterior(start, observed(best.site, best.mix));
    expect(answer.loss).toBeCloseTo(lossOf(start) / 2, 5);
    expect(first!.removes).toBeCloseTo(1 - lossOf(once) / lossOf(start), 5);
    const next = all.map((one) => ({ ...one, worth: worthOf(once, observed(one.site, one.mix)) }));
    const bestNext = next.reduce((a, b) => (b.worth > a.worth ? b : a));
    const twice = posterior(once, observed(bestNext.site, bestNext.mix));
    expect(second!.site).toBe(bestNext.site.id);
    expect(second!.removes).toBeCloseTo(1 - lossOf(twice) / lossOf(start), 5);
  }, 60_000);

  test('shares rise from experiment to experiment and stay below 1', () => {
    const { experiments, considered } = nextExperiments(input({ count: 6 }), kernels);
    const removes = experiments.map((one) => one.removes);
    expect(removes).toEqual(removes.toSorted((a, b) => a - b));
    expect([removes[0]! > 0, removes.at(-1)! < 1, experiments.length, considered <= 3 * m]).toEqual([
      true,
      true,
      6,
      true,
    ]);
  });

  test('rules hold for what is proposed, and a block that surely harms is in none', () => {
    const rules = { budget: 120, maximumSize: 3, required: [], excluded: ['energy-coach'] };
    const { experiments } = nextExperiments(input({ constraints: rules, count: 8 }), kernels);
    expect(experiments.every(({ cost, blocks }) => cost <= 120 && !blocks.includes('energy-coach'))).toBe(true);
    // The contest costs what no block gains: mean effect far below 0 at every place.
    const harmful = { ...fitted, mean: fitted.mean.slice() };
    harmful.mean[layout.start.block + 7] = -5;
    const answer = nextExperiments(input({ model: trained({ model: harmful }), count: 8 }), kernels);
    expect(answer.experiments.flatMap(({ blocks }) => blocks)).not.toContain('savings-challenge');
    expect(answer.considered).toBeLessThan(3 * m);
  });

  test('who knows everything has nothing to learn', () => {
    const certain = { ...fitted, covariance: new Float64Array(p * p) };
    const { loss, experiments } = nextExperiments(input({ model: trained({ model: certain }) }), kernels);
    expect([loss, ...experiments.map(({ removes }) => removes)]).toEqual([0, 0, 0]);
  });

  test('a goal counts by its weight over its spread, whatever the others are called', () => {
    const one = nextExperiments(input(), kernels);
    const [part] = trained().kpis;
    const two = { seed: 1, kpis: [part!, { ...part!, kpi: 'comfort' }] };
    const goals = [
      { kpi: 'gas-saving', weight: 1 },
      { kpi: 'comfort', weight: 1 },
    ];
    // Two KPIs that are the same, each half: same choice; independent errors, so the loss is smaller by the root of 2.
    const both = nextExperiments(input({ model: two, goals, count: 1 }), kernels);
    expect(both.experiments[0]!.site).toBe(one.experiments[0]!.site);
    expect(both.loss).toBeLessThan(one.loss);
  });

  test('a goal without a model, or a weight of 0, is refused', () => {
    expect(() => nextExperiments(input({ goals: [{ kpi: 'wind', weight: 1 }] }), kernels)).toThrow(/no KPI "wind"/);
    expect(() => nextExperiments(input({ goals: [] }), kernels)).toThrow(/at least one KPI/);
  });
});
