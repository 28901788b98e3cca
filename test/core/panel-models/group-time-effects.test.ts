import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import {
  type DifferenceInDifferencesInput,
  estimateGroupTimeEffects,
} from '../../../src/core/panel-models/group-time-effects.ts';
import { fitPanelRegression } from '../../../src/core/panel-models/panel-regression.ts';
import { noise } from './naive-panel.ts';

const never = 0;
type Panel = Pick<
  DifferenceInDifferencesInput,
  'unit' | 'period' | 'times' | 'outcome' | 'covariates' | 'firstTreated' | 'neverTreated'
>;

/** One row per unit and period 1 … periods; `y` gets unit, time and first treated period. */
function build(
  cohorts: readonly number[],
  periods: number,
  y: (u: number, t: number, g: number) => number,
  covariate?: (u: number, t: number) => number,
): Panel {
  const rows = cohorts.flatMap((g, u) => Array.from({ length: periods }, (_, p) => ({ u, t: p + 1, g })));
  return {
    unit: rows.map((r) => r.u),
    period: rows.map((r) => r.t - 1),
    times: Array.from({ length: periods }, (_, p) => p + 1),
    outcome: Float64Array.from(rows, (r) => y(r.u, r.t, r.g)),
    covariates: covariate ? [{ name: 'x', values: Float64Array.from(rows, (r) => covariate(r.u, r.t)) }] : [],
    firstTreated: rows.map((r) => r.g),
    neverTreated: never,
  };
}

const settings = {
  controlGroup: 'not-yet-treated',
  estimator: 'doubly-robust',
  basePeriod: 'varying',
  anticipation: 0,
  cluster: null,
  confidence: 0.95,
  seed: 1,
} as const;
const estimate = (panel: Panel, more: Partial<DifferenceInDifferencesInput> = {}) =>
  estimateGroupTimeEffects({ ...settings, ...panel, ...more }, kernels);
const cycle = (n: number, groups: readonly number[]) => Array.from({ length: n }, (_, u) => groups[u % groups.length]!);
const near = (actual: number | null | undefined, expected: number, tolerance = 1e-10) =>
  expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected)));

/** Two-way fixed effects with one 0/1 column `treated`: what must not be used with staggered treatment. */
function twoWayEffect(panel: Panel): number {
  const treated = Float64Array.from(panel.unit, (_, i) => {
    const g = panel.firstTreated[i]!;
    return g !== never && panel.times[panel.period[i]!]! >= g ? 1 : 0;
  });
  const fit = fitPanelRegression(
    { ...panel, columns: [{ name: 'treated', values: treated }], model: 'fixed-effects', effects: 'two-way' },
    kernels,
  );
  return fit.regression.coefficients[0]!;
}

describe('group-time effects without noise (30 units, 10 periods, effect t - g + 1)', () => {
  const effect = (t: number, g: number) => (g !== never && t >= g ? t - g + 1 : 0);
  const panel = build(cycle(30, [4, 8, never]), 10, (u, t, g) => 3 * u + t * t + effect(t, g));

  it('are the planted effects in every cohort and period, whatever the controls and the base', () => {
    for (const controlGroup of ['never-treated', 'not-yet-treated'] as const) {
      for (const basePeriod of ['varying', 'universal'] as const) {
        for (const { cohort, time, estimate: value } of estimate(panel, { controlGroup, basePeriod }).cells) {
          near(value, effect(time, cohort));
        }
      }
    }
  });

  it('average to 3.4, where two-way fixed effects say 2.0909', () => {
    near(estimate(panel).simple?.estimate, 3.4);
    near(twoWayEffect(panel), 2.090909, 1e-6);
  });

  it('are 1, 2, … by event time, and plain means by cohort', () => {
    const { dynamic, group } = estimate(panel);
    for (const { eventTime, estimate: value } of dynamic.byEventTime) near(value, Math.max(0, eventTime + 1));
    expect(group.byCohort.map((g) => g.cohort)).toEqual([4, 8]);
    near(group.byCohort[0]!.estimate, 4);
    near(group.byCohort[1]!.estimate, 2);
    near(group.overall?.estimate, 3);
  });

  it('average over event times from the treatment on, each counting once', () => {
    // 1, 2, … 7: the cohort of 4 is seen for seven periods
    near(estimate(panel).dynamic.overall?.estimate, 4);
  });

  it('have a cohort that is treated in the last period, and with a universal base a comparison for every period', () => {
    const last = build(cycle(30, [10, never]), 10, (u, t, g) => 3 * u + t * t + effect(t, g));
    for (const [basePeriod, first] of [
      ['varying', 2],
      ['universal', 1],
    ] as const) {
      const { cells, cohorts } = estimate(last, { basePeriod });
      expect(cohorts).toEqual([{ cohort: 10, units: 15 }]);
      expect(cells.map(({ time }) => time)).toEqual(Array.from({ length: 11 - first }, (_, k) => first + k));
      for (const { time, estimate: value } of cells) near(value, time === 10 ? 1 : 0);
    }
  });

  it('exist as long as somebody is not yet treated, where two-way fixed effects have the wrong sign', () => {
    const square = (t: number, g: number) => effect(t, g) ** 2;
    const all = build(cycle(30, [2, 8]), 10, (u, t, g) => u + t + square(t, g));
    near(twoWayEffect(all), -29.83, 1e-3);
    const { cells } = estimate(all);
    const estimated = cells.filter((c) => c.estimate !== null);
    expect(estimated.map((c) => [c.cohort, c.time])).toEqual([
      ...[2, 3, 4, 5, 6, 7].map((t) => [2, t]),
      // the cohort of 8 has no controls but itself once the cohort of 2 is treated
    ]);
    for (const c of estimated) near(c.estimate, square(c.time, c.cohort));
    expect(new Set(cells.filter((c) => c.estimate === null).map((c) => c.note))).toEqual(new Set(['empty-group']));
    expect(twoWayEffect(build(cycle(30, [4, 8]), 10, (u, t, g) => u + t + effect(t, g)))).toBeCloseTo(0.5, 10);
  });

  it('leave out units that are treated from the start, and count them', () => {
    const early = build(cycle(40, [1, 4, 8, never]), 10, (u, t, g) => u + t + effect(t, g));
    const result = estimate(early);
    expect(result).toMatchObject({ units: 30, leftOut: 10, neverTreated: 10 });
    near(result.simple?.estimate, 3.4);
  });

  it('are averaged with the sizes of cohorts, which are themselves a sample: the delta method of shares', () => {
    // Without noise all that is uncertain of an average is how many units are of which cohort.
    const cohorts = [...cycle(12, [4]), ...cycle(24, [8]), ...cycle(14, [never])];
    const two = build(cohorts, 10, (u, t, g) => u + t + (g === 4 && t >= 4 ? 6 : g === 8 && t >= 8 ? 2 : 0));
    const { simple, group, degreesOfFreedom } = estimate(two);
    const [n, p] = [50, [12 / 50, 24 / 50]];
    // sum p_g m_g theta_g / sum p_g m_g, with m_g comparisons of cohort g; gradient m_g (theta_g - v) / sum p m
    const by = (m: readonly [number, number]) => {
      const total = p[0]! * m[0] + p[1]! * m[1];
      const value = (p[0]! * m[0] * 6 + p[1]! * m[1] * 2) / total;
      const gradient = [(m[0] * (6 - value)) / total, (m[1] * (2 - value)) / total];
      const mean = p[0]! * gradient[0]! + p[1]! * gradient[1]!;
      const square = p[0]! * gradient[0]! ** 2 + p[1]! * gradient[1]! ** 2;
      return { value, error: Math.sqrt((square - mean ** 2) / n) };
    };
    for (const [average, m] of [
      [simple, [7, 3]],
      [group.overall, [1, 1]],
    ] as const) {
      near(average!.estimate, by(m).value);
      near(average!.standardError, by(m).error);
      // R: qt(0.975, 49)
      near(average!.upper! - average!.estimate, 2.0095752371292397 * by(m).error, 1e-8);
    }
    expect(degreesOfFreedom).toBe(49);
  });

  it('with anticipation compare with an earlier base and call the announced periods no pre-test', () => {
    const announced = build(cycle(30, [5, 8, never]), 10, (u, t, g) => u + t + (g !== never && t >= g - 1 ? 1 : 0));
    for (const { cohort, time, estimate: value } of estimate(announced, { anticipation: 1 }).cells) {
      near(value, time >= cohort - 1 ? 1 : 0);
    }
  });
});

describe('group-time effects with noise', () => {
  const draw = (seed: number, n = 60, share = 1): Panel => {
    const next = noise(seed);
    const level = Array.from({ length: n }, () => 2 * next());
    const full = build(
      cycle(n, [3, 5, never]),
      6,
      (u, t, g) => level[u]! + t * 0.2 + next() + (g !== never && t >= g ? 1 : 0),
    );
    const keep = Array.from(full.unit, (_, i) => i).filter(() => (next() + 1) / 2 < share);
    return {
      ...full,
      unit: keep.map((i) => full.unit[i]!),
      period: keep.map((i) => full.period[i]!),
      outcome: Float64Array.from(keep, (i) => full.outcome[i]!),
      firstTreated: keep.map((i) => full.firstTreated[i]!),
    };
  };

  it('equal differences of mean changes, with the variance of two means, also with gaps', () => {
    const panel = draw(5, 60, 0.8);
    const value = new Map(Array.from(panel.unit, (u, i) => [`${u} ${panel.period[i]! + 1}`, panel.outcome[i]!]));
    const cohort = new Map(Array.from(panel.unit, (u, i) => [u, panel.firstTreated[i]!]));
    for (const cell of estimate(panel, { controlGroup: 'never-treated' }).cells) {
      const changes = (g: number) =>
        [...cohort]
          .filter(([u, c]) => c === g && value.has(`${u} ${cell.time}`) && value.has(`${u} ${cell.base}`))
          .map(([u]) => value.get(`${u} ${cell.time}`)! - value.get(`${u} ${cell.base}`)!);
      const mean = (d: number[]) => d.reduce((a, b) => a + b, 0) / d.length;
      const part = (d: number[]) => d.reduce((a, b) => a + (b - mean(d)) ** 2, 0) / d.length ** 2;
      const [treated, controls] = [changes(cell.cohort), changes(never)];
      near(cell.estimate, mean(treated) - mean(controls));
      near(cell.standardError, Math.sqrt(part(treated) + part(controls)));
      expect([cell.treatedUnits, cell.controlUnits]).toEqual([treated.length, controls.length]);
    }
  });

  it('of one cohort average to what a change to the mean of its treated periods does, with its error', () => {
    const next = noise(17);
    const one = build(cycle(40, [3, never]), 6, (u, t) => u + t + next());
    const change = (u: number) => {
      const y = one.outcome.slice(6 * u, 6 * u + 6);
      return (y[2]! + y[3]! + y[4]! + y[5]!) / 4 - y[1]!;
    };
    const changes = (isTreated: boolean) =>
      Array.from({ length: 40 }, (_, u) => u)
        .filter((u) => (u % 2 === 0) === isTreated)
        .map(change);
    const mean = (d: number[]) => d.reduce((a, b) => a + b, 0) / d.length;
    const part = (d: number[]) => d.reduce((a, b) => a + (b - mean(d)) ** 2, 0) / d.length ** 2;
    const [treated, controls] = [changes(true), changes(false)];
    const { simple, group, dynamic, calendar } = estimate(one);
    for (const average of [simple, group.overall, group.byCohort[0], dynamic.overall, calendar.overall]) {
      near(average?.estimate, mean(treated) - mean(controls));
      near(average?.standardError, Math.sqrt(part(treated) + part(controls)));
    }
  });

  it('are tested before the treatment, and with anticipation before it is announced', () => {
    // cohorts of 3 and 5, each period against the one before: 2 | 2, 3, 4; a period earlier: none | 2, 3
    expect(estimate(draw(5)).preTest!.degreesOfFreedom).toEqual([4]);
    expect(estimate(draw(5), { anticipation: 1 }).preTest!.degreesOfFreedom).toEqual([2]);
  });

  it('give the same bytes for any order of the rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const panel = draw(seed, 24, 0.9);
        const next = noise(seed + 1);
        const keys = Array.from(panel.unit, () => next());
        const order = keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!);
        const other = estimate({
          ...panel,
          unit: order.map((i) => panel.unit[i]!),
          period: order.map((i) => panel.period[i]!),
          outcome: Float64Array.from(order, (i) => panel.outcome[i]!),
          firstTreated: order.map((i) => panel.firstTreated[i]!),
        });
        expect(other).toEqual(estimate(panel));
      }),
      { numRuns: 10 },
    );
  });

  it('do not move with the level of a unit or a period, and scale with the outcome', () => {
    const panel = draw(8);
    const one = estimate(panel);
    const other = estimate({
      ...panel,
      outcome: panel.outcome.map((y, i) => 100 * (y + 7 * panel.unit[i]! + panel.period[i]! ** 3)),
    });
    one.cells.forEach((cell, c) => {
      near(other.cells[c]!.estimate, 100 * cell.estimate!, 1e-8);
      near(other.cells[c]!.standardError, 100 * cell.standardError!, 1e-8);
    });
    near(other.preTest?.statistic, one.preTest!.statistic, 1e-7);
  });

  it('are the same when every unit occurs twice, with standard errors smaller by the root of two', () => {
    const panel = draw(9);
    const n = 1000;
    const twice = estimate({
      ...panel,
      unit: [...Array.from(panel.unit), ...Array.from(panel.unit, (u) => u + n)],
      period: [...Array.from(panel.period), ...Array.from(panel.period)],
      outcome: Float64Array.of(...panel.outcome, ...panel.outcome),
      firstTreated: [...Array.from(panel.firstTreated), ...Array.from(panel.firstTreated)],
    });
    const once = estimate(panel);
    near(twice.simple?.estimate, once.simple!.estimate);
    near(twice.simple?.standardError, once.simple!.standardError! / Math.SQRT2);
    // Told that the copies are one cluster, the standard error is that of one copy, but for G / (G - 1).
    const clusters = Array.from({ length: 2 }, () => Array.from(panel.unit)).flat();
    const told = estimate(
      {
        ...panel,
        unit: [...Array.from(panel.unit), ...Array.from(panel.unit, (u) => u + n)],
        period: [...Array.from(panel.period), ...Array.from(panel.period)],
        outcome: Float64Array.of(...panel.outcome, ...panel.outcome),
        firstTreated: [...Array.from(panel.firstTreated), ...Array.from(panel.firstTreated)],
      },
      { cluster: clusters },
    );
    near(told.simple?.standardError, once.simple!.standardError! * Math.sqrt(60 / 59));
  });

  it('cover the effect in about 95 of 100 panels, and all event times together within their band', {
    timeout: 60_000,
  }, () => {
    let simple = 0;
    let together = 0;
    let pointwise = 0;
    const runs = 120;
    for (let seed = 0; seed < runs; seed++) {
      const result = estimate(draw(seed + 5000, 90), { controlGroup: 'never-treated' });
      const truth = (e: number) => (e >= 0 ? 1 : 0);
      if (result.simple!.lower! <= 1 && 1 <= result.simple!.upper!) simple++;
      const times = result.dynamic.byEventTime;
      if (times.every((e) => e.simultaneousLower! <= truth(e.eventTime) && truth(e.eventTime) <= e.simultaneousUpper!))
        together++;
      if (times.every((e) => e.lower! <= truth(e.eventTime) && truth(e.eventTime) <= e.upper!)) pointwise++;
    }
    // Binomial(120, 0.95) is 106 or more with probability 0.998.
    expect(simple).toBeGreaterThanOrEqual(106);
    expect(together).toBeGreaterThanOrEqual(106);
    expect(pointwise).toBeLessThan(102); // without the band, more than 15 of 100 panels miss some event time
  });

  it('have no standard error where one unit or one cluster is treated', () => {
    const next = noise(3);
    const lonely = build([3, ...cycle(20, [5, never])], 6, (u, t) => u + t + next());
    const result = estimate(lonely);
    expect(new Set(result.cells.filter((c) => c.cohort === 3).map((c) => [c.note, c.standardError].join()))).toEqual(
      new Set(['one-treated,']),
    );
    expect(result.cells.filter((c) => c.cohort === 5 && c.standardError! > 0)).toHaveLength(5);
    expect(result.simple?.standardError).toBe(null);
    expect(result.group.byCohort.map((g) => g.standardError === null)).toEqual([true, false]);
    const street = Array.from(lonely.firstTreated, (g, i) => (g === never ? 1 + (Number(lonely.unit[i]) % 4) : 0));
    expect(estimate(lonely, { cluster: street }).simple?.lower).toBe(null);
  });

  it('refuse what cannot be compared, and say what to do', () => {
    const panel = draw(2);
    const refusal = (more: Partial<DifferenceInDifferencesInput>, base: Panel = panel) => {
      try {
        estimate(base, more);
      } catch (error) {
        return error as { code: string; message: string };
      }
      return { code: 'no error', message: '' };
    };
    const nobody = build(cycle(20, [3, 5]), 6, (u, t) => u * t);
    const answer = refusal({ controlGroup: 'never-treated' }, nobody);
    expect(answer.code).toBe('empty-group');
    expect(answer.message).toContain('not yet treated');
    expect(
      refusal(
        {},
        build(cycle(20, [never]), 4, (u, t) => u * t),
      ).code,
    ).toBe('empty-group');
    expect(
      refusal(
        {},
        build(cycle(20, [1, never]), 4, (u, t) => u * t),
      ).code,
    ).toBe('empty-group');
    expect(
      refusal(
        {},
        build(cycle(20, [2, never]), 1, (u, t) => u * t),
      ).code,
    ).toBe('too-few-groups');
    expect(refusal({ firstTreated: panel.firstTreated.length ? Array.from(panel.unit, (_, i) => i) : [] }).code).toBe(
      'invalid-argument',
    );
    expect(refusal({ cluster: Array.from(panel.unit, (_, i) => i) }).code).toBe('invalid-argument');
    expect(refusal({ cluster: Array.from(panel.unit, () => 3) }).code).toBe('too-few-groups');
    expect(refusal({ anticipation: -1 }).code).toBe('invalid-argument');
    expect(refusal({ confidence: 1 }).code).toBe('invalid-argument');
    expect(refusal({ outcome: panel.outcome.slice(2) }).code).toBe('dimension-mismatch');
    expect(refusal({ outcome: panel.outcome.map((y, i) => (i === 4 ? Number.POSITIVE_INFINITY : y)) }).code).toBe(
      'non-finite',
    );
    const twice = { ...panel, period: Array.from(panel.period, (p, i) => (i === 1 ? 0 : p)) };
    expect(refusal({}, twice).code).toBe('invalid-argument');
  });
});
