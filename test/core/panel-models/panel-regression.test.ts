import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableFromCsv } from '../../../src/conformance/case-table.ts';
import { standardErrors } from '../../../src/core/effects/robust-covariance.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { panelCovariance } from '../../../src/core/panel-models/panel-covariance.ts';
import { fitPanelRegression, type PanelModel } from '../../../src/core/panel-models/panel-regression.ts';
import { panelTests } from '../../../src/core/panel-models/panel-tests.ts';
import { packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { referenceFolder } from '../../support/reference.ts';
import { noise, permuted, type SmallPanel, smallPanel, withDummies } from './naive-panel.ts';

const models: readonly PanelModel[] = ['pooled', 'fixed-effects', 'first-differences', 'between', 'random-effects'];
const regress = (panel: SmallPanel, model: PanelModel, effects: 'unit' | 'two-way' = 'unit') =>
  fitPanelRegression({ ...panel, model, effects }, kernels);
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'no error';
};
const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9) => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected[i]!)));
  }
};
const shape = fc.record({
  units: fc.integer({ min: 4, max: 9 }),
  periods: fc.integer({ min: 3, max: 7 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
  share: fc.constantFrom(1, 0.8, 0.6),
});
const draw = ({ units, periods, seed, share }: { units: number; periods: number; seed: number; share: number }) => {
  const next = noise(seed + 7);
  return smallPanel(units, periods, seed, (u, t) => (next() + 1) / 2 < share || t < 2 || u < 2);
};

describe('panel regressions', () => {
  it('give units the effects that were planted, the first period being the reference', () => {
    for (const share of [1, 0.6]) {
      const panel = draw({ units: 7, periods: 5, seed: 9, share });
      const exact = (effects: 'unit' | 'two-way') => {
        const outcome = panel.outcome.map((_, i) => {
          const beside = effects === 'two-way' ? panel.period[i]! ** 2 : 0;
          return 10 + panel.unit[i]! ** 2 + beside + 2 * panel.columns[0]!.values[i]! - panel.columns[1]!.values[i]!;
        });
        return regress({ ...panel, outcome }, 'fixed-effects', effects).unitEffects!;
      };
      const planted = Array.from({ length: 7 }, (_, u) => 10 + u * u);
      close(exact('unit'), planted);
      close(exact('two-way'), planted);
    }
  });

  it('explain 1 - left / total of the transformed squares, adjusted with the degrees of freedom left', () => {
    const panel = draw({ units: 7, periods: 5, seed: 4, share: 0.8 });
    const n = panel.unit.length;
    const mean = (rows: readonly number[]) => rows.reduce((sum, i) => sum + panel.outcome[i]!, 0) / rows.length;
    const within = panel.outcome.map(
      (y, i) => y - mean([...panel.unit.keys()].filter((j) => panel.unit[j] === panel.unit[i])),
    );
    const total = within.reduce((sum, v) => sum + v * v, 0);
    const { residualSumOfSquares, freedom } = withDummies(panel, false);
    const fit = regress(panel, 'fixed-effects');
    close([fit.rSquared], [1 - residualSumOfSquares / total]);
    close([fit.adjustedRSquared], [1 - residualSumOfSquares / freedom / (total / (n - 1))]);
  });

  it('of differences are those of the changes from a unit’s row before', () => {
    const panel = draw({ units: 6, periods: 5, seed: 8, share: 0.8 });
    const rows = [...panel.unit.keys()].filter((i) => i > 0 && panel.unit[i] === panel.unit[i - 1]);
    const change = (v: ArrayLike<number>) => Float64Array.from(rows, (i) => v[i]! - v[i - 1]!);
    const { matrix } = packMatrix(
      rows.length,
      panel.columns.map(({ name, values }) => ({ name, values: change(values) })),
      true,
    );
    const { coefficients } = kernels.leastSquares(matrix, change(panel.outcome), null, 1e-9);
    close(regress(panel, 'first-differences').regression.coefficients, coefficients);
  });

  it('with random effects have the components of Swamy and Arora: r’r / (N - k) - s2e / T in a balanced panel', () => {
    const [units, periods] = [9, 6];
    const drawn = smallPanel(units, periods, 15, () => true);
    const panel = { ...drawn, outcome: drawn.outcome.map((y, i) => y + 9 * Math.sin(drawn.unit[i]!)) };
    const byUnit = (v: ArrayLike<number>) =>
      Float64Array.from({ length: units }, (_, u) => {
        let sum = 0;
        for (let t = 0; t < periods; t++) sum += v[u * periods + t]!;
        return sum / periods;
      });
    const { matrix } = packMatrix(
      units,
      panel.columns.map(({ name, values }) => ({ name, values: byUnit(values) })),
      true,
    );
    const between = kernels.leastSquares(matrix, byUnit(panel.outcome), null, 1e-9).residualSumOfSquares;
    const { residualSumOfSquares, freedom } = withDummies(panel, false);
    const { varianceComponents } = regress(panel, 'random-effects');
    close([varianceComponents!.idiosyncratic], [residualSumOfSquares / freedom]);
    close([varianceComponents!.unit], [between / (units - 3) - residualSumOfSquares / freedom / periods]);
  });

  it('take out unit effects exactly as unit dummies do, also with gaps', () => {
    fc.assert(
      fc.property(shape, (s) => {
        const panel = draw(s);
        const dummies = withDummies(panel, false);
        const within = regress(panel, 'fixed-effects');
        close(within.regression.coefficients, dummies.coefficients);
        close([within.residualSumOfSquares], [dummies.residualSumOfSquares]);
        expect(within.residualDegreesOfFreedom).toBe(dummies.freedom);
      }),
      { numRuns: 40 },
    );
  });

  it('take out unit and period effects exactly as both sets of dummies do, also with gaps', () => {
    fc.assert(
      fc.property(shape, (s) => {
        const panel = draw(s);
        const dummies = withDummies(panel, true);
        const within = regress(panel, 'fixed-effects', 'two-way');
        close(within.regression.coefficients, dummies.coefficients);
        close([within.residualSumOfSquares], [dummies.residualSumOfSquares]);
        expect(within.residualDegreesOfFreedom).toBe(dummies.freedom);
      }),
      { numRuns: 40 },
    );
  });

  it('count the sets of a panel that falls apart into units and periods without a link', () => {
    const panel = smallPanel(8, 8, 5, (u, t) => u < 4 === t < 4);
    const dummies = withDummies(panel, true);
    const within = regress(panel, 'fixed-effects', 'two-way');
    close(within.regression.coefficients, dummies.coefficients);
    expect(within.residualDegreesOfFreedom).toBe(dummies.freedom);
  });

  it('give the same bytes for any order of the rows', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 1e6 }), (s, seed) => {
        const panel = draw(s);
        const next = noise(seed);
        const keys = panel.unit.map(() => next());
        const order = panel.unit.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!);
        for (const model of models) {
          const one = regress(panel, model);
          const other = regress(permuted(panel, order), model);
          expect([...other.regression.coefficients]).toEqual([...one.regression.coefficients]);
          expect(other.rSquared).toBe(one.rSquared);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('turn an outcome a y + b into coefficients a times as large, standard errors too', () => {
    const panel = draw({ units: 8, periods: 6, seed: 3, share: 0.8 });
    const other = { ...panel, outcome: panel.outcome.map((y) => 1000 * y + 1e6) };
    for (const model of models) {
      const one = regress(panel, model);
      const two = regress(other, model);
      const slopes = (f: typeof one) => [...f.regression.coefficients.slice(-2)];
      close(
        slopes(two),
        slopes(one).map((b) => 1000 * b),
        1e-7,
      );
      const errors = (f: typeof one) => [
        ...standardErrors(panelCovariance(f, 'cluster-unit', 'CR1', kernels).matrix).slice(-2),
      ];
      close(
        errors(two),
        errors(one).map((e) => 1000 * e),
        1e-6,
      );
    }
  });

  it('stay right beside an offset of a billion', () => {
    const panel = draw({ units: 9, periods: 6, seed: 4, share: 0.8 });
    const shifted = { ...panel, columns: panel.columns.map((c) => ({ ...c, values: c.values.map((v) => v + 1e9) })) };
    for (const effects of ['unit', 'two-way'] as const) {
      close(
        regress(shifted, 'fixed-effects', effects).regression.coefficients,
        regress(panel, 'fixed-effects', effects).regression.coefficients,
        1e-5,
      );
    }
  });

  it('let two periods of first differences without intercept equal unit and period effects', () => {
    const panel = smallPanel(12, 2, 9, () => true);
    close(
      regress(panel, 'first-differences').regression.coefficients.slice(1),
      regress(panel, 'fixed-effects', 'two-way').regression.coefficients,
    );
  });

  it('name terms that are constant within units, refuse them beside fixed effects and keep them with random effects', () => {
    const panel = draw({ units: 9, periods: 5, seed: 8, share: 1 });
    const size = { name: 'size', values: Float64Array.from(panel.unit, (u) => (u * u) % 5) };
    const wider = { ...panel, columns: [...panel.columns, size] };
    for (const model of ['fixed-effects', 'first-differences'] as const) {
      expect(() => regress(wider, model)).toThrowError(
        expect.objectContaining({ code: 'collinear', details: { columns: ['size'] } }),
      );
    }
    const random = regress(wider, 'random-effects');
    expect(random.constantWithinUnits).toEqual(['size']);
    expect(random.regression.names).toEqual(['(Intercept)', 'a', 'b', 'size']);
  });

  it('keep period dummies in a random-effects model of a balanced panel, where their unit means are constant', () => {
    const panel = draw({ units: 9, periods: 4, seed: 8, share: 1 });
    const dummies = [1, 2, 3].map((t) => ({
      name: `t${t}`,
      values: Float64Array.from(panel.period, (p) => (p === t ? 1 : 0)),
    }));
    const random = regress({ ...panel, columns: [...panel.columns, ...dummies] }, 'random-effects');
    expect(random.regression.names).toHaveLength(6);
    expect(random.varianceComponents!.unit).toBeGreaterThan(0);
  });

  it('use a unit variance of 0, and say so, where its estimate is negative; then random effects are the pooled model', () => {
    const panel = smallPanel(6, 3, 1, () => true);
    // The outcome has the same mean in every unit once a and b are out: no variance between units is left.
    const base = regress(panel, 'pooled');
    const e = base.regression.residuals;
    const outcome = panel.outcome.map((_, i) => {
      const u = panel.unit[i]!;
      return e[i]! - (e[3 * u]! + e[3 * u + 1]! + e[3 * u + 2]!) / 3;
    });
    const random = regress({ ...panel, outcome }, 'random-effects');
    expect(random.varianceComponents).toMatchObject({ unit: 0, truncated: true });
    close(random.regression.coefficients, regress({ ...panel, outcome }, 'pooled').regression.coefficients);
  });

  it('recover slopes and variance components that were planted, with gaps (2000 units)', () => {
    const next = noise(77);
    const normal = () => next() + next() + next(); // variance 1: three uniforms on (-1, 1)
    const unit: number[] = [];
    const period: number[] = [];
    const y: number[] = [];
    const x: number[] = [];
    for (let u = 0; u < 2000; u++) {
      const effect = 2 * normal();
      for (let t = 0; t < 6; t++) {
        const value = normal();
        const error = normal();
        if ((u + t) % 5 === 0) continue;
        unit.push(u);
        period.push(t);
        x.push(value);
        y.push(1 + 0.5 * value + effect + error);
      }
    }
    const random = regress(
      { unit, period, outcome: Float64Array.from(y), columns: [{ name: 'x', values: Float64Array.from(x) }] },
      'random-effects',
    );
    // Standard errors: slope 0.011, s2e 0.016, s2u 0.13.
    expect(Math.abs(random.regression.coefficients[1]! - 0.5)).toBeLessThan(0.04);
    expect(Math.abs(random.varianceComponents!.idiosyncratic - 1)).toBeLessThan(0.06);
    expect(Math.abs(random.varianceComponents!.unit - 4)).toBeLessThan(0.5);
  });

  it('refuse bad panels with a code and the rows', () => {
    const panel = smallPanel(5, 4, 2, () => true);
    const twice = { ...panel, period: panel.period.map((t, i) => (i === 1 ? 0 : t)) };
    expect(() => regress(twice, 'pooled')).toThrowError(
      expect.objectContaining({ code: 'invalid-argument', details: { unit: 0, period: 0, rows: [0, 1] } }),
    );
    const oneWave = smallPanel(9, 1, 2, () => true);
    for (const model of ['fixed-effects', 'first-differences', 'random-effects'] as const) {
      expect(codeOf(() => regress(oneWave, model))).toBe('too-few-groups');
    }
    const oneUnit = smallPanel(1, 9, 2, () => true);
    for (const model of ['between', 'random-effects'] as const) {
      expect(codeOf(() => regress(oneUnit, model))).toBe('too-few-groups');
    }
    const constant = { ...panel, outcome: panel.outcome.map(() => 7) };
    for (const model of models) expect(codeOf(() => regress(constant, model))).toBe('no-variation');
    const byUnit = { ...panel, outcome: Float64Array.from(panel.unit, (u) => u + 0.1) };
    expect(codeOf(() => regress(byUnit, 'fixed-effects'))).toBe('no-variation');
    const doubled = { ...panel, columns: [...panel.columns, { name: 'again', values: panel.columns[0]!.values }] };
    for (const model of models) {
      expect(codeOf(() => regress(doubled, model))).toBe('collinear');
    }
    const broken = { ...panel, outcome: panel.outcome.map((y, i) => (i === 3 ? Number.NaN : y)) };
    expect(codeOf(() => regress(broken, 'pooled'))).toBe('non-finite');
    expect(codeOf(() => regress({ ...panel, outcome: panel.outcome.slice(1) }, 'pooled'))).toBe('dimension-mismatch');
    expect(
      codeOf(() => regress({ ...panel, unit: [], period: [], outcome: new Float64Array(0), columns: [] }, 'pooled')),
    ).toBe('empty-group');
    expect(
      codeOf(() =>
        regress(
          smallPanel(3, 2, 2, () => true),
          'fixed-effects',
        ),
      ),
    ).toBe('no error');
    expect(
      codeOf(() =>
        regress(
          smallPanel(2, 2, 2, () => true),
          'fixed-effects',
        ),
      ),
    ).toBe('empty-group');
  });
});

describe('tests of panel models', () => {
  /** Residuals of least squares on an intercept and the columns. */
  const pooledResiduals = (panel: SmallPanel): Float64Array => {
    const { matrix } = packMatrix(panel.unit.length, panel.columns, true);
    const { coefficients } = kernels.leastSquares(matrix, panel.outcome, null, 1e-9);
    return panel.outcome.map(
      (y, i) => y - coefficients.reduce((sum, b, j) => sum + b * matrix.values[i * matrix.cols + j]!, 0),
    );
  };

  it('compare the squares left by unit dummies with those left without, over the degrees of freedom', () => {
    for (const share of [1, 0.7]) {
      const panel = draw({ units: 8, periods: 6, seed: 12, share });
      const { residualSumOfSquares, freedom } = withDummies(panel, false);
      const pooled = pooledResiduals(panel).reduce((sum, e) => sum + e * e, 0);
      const { fixedEffects } = panelTests(panel, kernels);
      const expected = (pooled - residualSumOfSquares) / 7 / (residualSumOfSquares / freedom);
      close([fixedEffects.statistic], [expected]);
      expect(fixedEffects.degreesOfFreedom).toEqual([7, freedom]);
    }
  });

  it('have the statistic of Breusch and Pagan: N T / (2 (T - 1)) (sum of squared unit sums / sum of squares - 1)^2', () => {
    const [units, periods] = [8, 6];
    const panel = smallPanel(units, periods, 12, () => true);
    const e = pooledResiduals(panel);
    let byUnit = 0;
    for (let u = 0; u < units; u++) byUnit += e.slice(periods * u, periods * (u + 1)).reduce((a, b) => a + b, 0) ** 2;
    const ratio = byUnit / e.reduce((sum, v) => sum + v * v, 0) - 1;
    const expected = ((units * periods) / (2 * (periods - 1))) * ratio ** 2;
    close([panelTests(panel, kernels).breuschPagan.statistic], [expected]);
  });

  it('have no Hausman statistic, but a Mundlak statistic, where the variances do not order', () => {
    const found = [...Array(60).keys()].map((seed) =>
      panelTests(
        smallPanel(6, 3, seed, () => true),
        kernels,
      ),
    );
    const without = found.filter((t) => t.hausman === null);
    expect(without.length).toBeGreaterThan(0);
    for (const t of without) expect(t.mundlak!.statistic).toBeGreaterThan(0);
    for (const t of found) if (t.hausman !== null) expect(t.hausman.statistic).toBeGreaterThanOrEqual(0);
  });

  it('reject the pooled model where units have effects, and not where they have none', () => {
    const plain = (seed: number, size: number): SmallPanel => {
      const panel = smallPanel(40, 5, seed, () => true);
      const next = noise(seed + 3);
      const effect = Array.from({ length: 40 }, () => size * next());
      const outcome = panel.outcome.map((_, i) => panel.columns[1]!.values[i]! + effect[panel.unit[i]!]! + next());
      return { ...panel, columns: panel.columns.slice(1), outcome };
    };
    const tests = panelTests(plain(1, 2), kernels);
    expect(tests.fixedEffects.pValue).toBeLessThan(1e-6);
    expect(tests.breuschPagan.pValue).toBeLessThan(1e-6);
    const none = [...Array(100).keys()].map((seed) => panelTests(plain(seed, 0), kernels));
    expect(none.filter((t) => t.fixedEffects.pValue < 0.05).length).toBeLessThanOrEqual(12);
    expect(none.filter((t) => t.breuschPagan.pValue < 0.05).length).toBeLessThanOrEqual(12);
  });

  it('reject random effects where a column goes with the unit effect, and not where it does not', () => {
    const independent = (seed: number): SmallPanel => {
      const panel = smallPanel(60, 5, seed, () => true);
      const next = noise(seed + 1);
      return {
        ...panel,
        columns: panel.columns.slice(1),
        outcome: panel.outcome.map((_, i) => panel.columns[1]!.values[i]! + next()),
      };
    };
    const dependent = panelTests(
      smallPanel(60, 5, 21, () => true),
      kernels,
    );
    expect(dependent.mundlak!.pValue).toBeLessThan(0.001);
    const rejections = [...Array(100).keys()].filter(
      (seed) => panelTests(independent(seed), kernels).mundlak!.pValue < 0.05,
    ).length;
    expect(rejections).toBeLessThanOrEqual(12); // binomial(100, 0.05): P(> 12) = 0.001
  });
});

describe.skipIf(referenceFolder === null)('the Grunfeld investment data', () => {
  it('give the three-digit estimates of Baltagi, Econometric Analysis of Panel Data, table 2.1', () => {
    const table = tableFromCsv(readFileSync(join(referenceFolder!, 'data', 'grunfeld.csv'), 'utf8'));
    const panel: SmallPanel = {
      unit: [...table.numbers('firm')],
      period: [...table.numbers('year')],
      outcome: table.numbers('inv'),
      columns: ['value', 'capital'].map((name) => ({ name, values: table.numbers(name) })),
    };
    const published: readonly (readonly [PanelModel, readonly number[], readonly number[]])[] = [
      ['pooled', [0.116, 0.231], [0.006, 0.025]],
      ['between', [0.135, 0.032], [0.029, 0.191]],
      ['fixed-effects', [0.11, 0.31], [0.012, 0.017]],
      ['random-effects', [0.11, 0.308], [0.01, 0.017]],
    ];
    for (const [model, slopes, errors] of published) {
      const result = regress(panel, model);
      const covariance = panelCovariance(result, 'classical', 'none', kernels).matrix;
      const rounded = (values: ArrayLike<number>) => Array.from(values, (v) => Math.round(1000 * v) / 1000).slice(-2);
      expect(rounded(result.regression.coefficients)).toEqual(slopes);
      expect(rounded(standardErrors(covariance))).toEqual(errors);
    }
  });
});
