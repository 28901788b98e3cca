import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { fitBinomialRegression } from '../../../src/core/propensity/binomial-regression.ts';
import { type DesignColumn, packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import type { Link } from '../../../src/core/propensity/links.ts';
import type { Penalty } from '../../../src/core/propensity/penalty.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { normalQuantile } from '../../../src/core/stats/normal-quantile.ts';

const column = (name: string, values: number[]): DesignColumn => ({ name, values: Float64Array.from(values) });

function fitModel(
  columns: DesignColumn[],
  y: number[],
  { link = 'logit' as Link, weights = null as Float64Array | null, penalty = null as Penalty | null } = {},
) {
  const { matrix, names } = packMatrix(y.length, columns, true);
  return fitBinomialRegression(matrix, names, Float64Array.from(y), weights, link, kernels, penalty);
}

/** 200 units whose treatment depends on two covariates. */
function simulated(seed: number, n = 200): { columns: DesignColumn[]; y: number[] } {
  const random = createRandom(seed);
  const x = Array.from({ length: n }, () => random.normal());
  const z = Array.from({ length: n }, () => random.integer(3));
  const y = x.map((v, i) => (random.bernoulli(1 / (1 + Math.exp(-(0.4 * v - 0.3 * z[i]!)))) ? 1 : 0));
  return { columns: [column('x', x), column('z', z)], y };
}

describe('a propensity model', () => {
  // One 0/1 column: the fitted probabilities are the shares in the two groups, whatever the link.
  const groups = [...Array(10).fill(0), ...Array(20).fill(1)];
  const treated = groups.map((g, i) => (g === 0 ? (i < 3 ? 1 : 0) : i < 25 ? 1 : 0));

  it('fits the shares of two groups exactly, with the closed-form coefficients of each link', () => {
    const inverse: Record<Link, (p: number) => number> = {
      logit: (p) => Math.log(p / (1 - p)),
      probit: normalQuantile,
      cloglog: (p) => Math.log(-Math.log1p(-p)),
    };
    for (const link of ['logit', 'probit', 'cloglog'] as const) {
      const { coefficients, fitted } = fitModel([column('g', groups)], treated, { link });
      expect(fitted[0]).toBeCloseTo(0.3, 13);
      expect(fitted[15]).toBeCloseTo(0.75, 13);
      expect(coefficients[0]).toBeCloseTo(inverse[link](0.3), 12);
      expect(coefficients[1]).toBeCloseTo(inverse[link](0.75) - inverse[link](0.3), 12);
    }
  });

  it('has the standard error of the log odds ratio, the root of the sum of inverse counts', () => {
    const { covariance } = fitModel([column('g', groups)], treated);
    expect(Math.sqrt(covariance.values[3]!)).toBeCloseTo(Math.sqrt(1 / 3 + 1 / 7 + 1 / 15 + 1 / 5), 12);
  });

  it('has the deviances of both models and what is left of the units as degrees of freedom', () => {
    const { deviance, nullDeviance, degreesOfFreedom } = fitModel([column('g', groups)], treated);
    const entropy = (ones: number, n: number): number =>
      -2 * (ones * Math.log(ones / n) + (n - ones) * Math.log(1 - ones / n));
    expect(deviance).toBeCloseTo(entropy(3, 10) + entropy(15, 20), 9);
    expect(nullDeviance).toBeCloseTo(entropy(18, 30), 9);
    expect(degreesOfFreedom).toBe(28);
  });

  it('counts a unit with weight 2 as two units', () => {
    const weights = Float64Array.from(groups, (_, i) => 1 + (i % 3));
    const repeat = (values: number[]): number[] => values.flatMap((v, i) => Array(weights[i]).fill(v));
    const weighted = fitModel([column('g', groups)], treated, { weights });
    const repeated = fitModel([column('g', repeat(groups))], repeat(treated));
    expect(weighted.coefficients[1]).toBeCloseTo(repeated.coefficients[1]!, 12);
    expect(weighted.deviance).toBeCloseTo(repeated.deviance, 9);
  });

  it('gives scores that do not change when covariates are shifted and scaled', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.constantFrom(1e-6, 3, 1e6),
        fc.constantFrom(0, 1e5),
        (seed, scale, shift) => {
          const { columns, y } = simulated(seed);
          const moved = [{ name: 'x', values: columns[0]!.values.map((v) => scale * (v + shift)) }, columns[1]!];
          const [a, b] = [fitModel(columns, y).fitted, fitModel(moved, y).fitted];
          a.forEach((p, i) => {
            expect(b[i]).toBeCloseTo(p, 8);
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('solves its likelihood equations: residuals are orthogonal to every column', () => {
    const { columns, y } = simulated(3);
    const { fitted } = fitModel(columns, y);
    for (const { values } of columns) {
      expect(values.reduce((sum, v, i) => sum + v * (y[i]! - fitted[i]!), 0)).toBeCloseTo(0, 9);
    }
  });

  it('leaves out columns that depend on earlier ones and names them', () => {
    const { columns, y } = simulated(4);
    const [x, z] = columns as [DesignColumn, DesignColumn];
    const sum = { name: 'x+z', values: x.values.map((v, i) => v + z.values[i]!) };
    const constant = column('constant', Array(y.length).fill(7));
    const near = { name: 'near', values: x.values.map((v, i) => v + 1e-4 * z.values[i]! ** 2) };
    const result = fitModel([constant, x, z, sum, near], y);
    expect(result.collinear).toEqual(['constant', 'x+z']);
    expect(result.names).toEqual(['(Intercept)', 'x', 'z', 'near']);
    const plain = fitModel([x, z, near], y);
    result.fitted.forEach((p, i) => {
      expect(p).toBeCloseTo(plain.fitted[i]!, 10);
    });
  });

  it('keeps a column of large offset apart from the intercept', () => {
    const { columns, y } = simulated(5);
    const year = { name: 'year', values: columns[0]!.values.map((v) => 1e6 + v) };
    expect(fitModel([year], y).collinear).toEqual([]);
  });

  it('refuses complete separation and names the column', () => {
    const x = Array.from({ length: 40 }, (_, i) => i);
    expect(() =>
      fitModel(
        [
          column(
            'noise',
            x.map((v) => (v * 7) % 5),
          ),
          column('x', x),
        ],
        x.map((v) => (v < 20 ? 0 : 1)),
      ),
    ).toThrow(expect.objectContaining({ code: 'separation', details: expect.objectContaining({ columns: ['x'] }) }));
  });

  it('names the column that separates alone, whichever group has the larger values', () => {
    const x = Array.from({ length: 40 }, (_, i) => i);
    const noise = column(
      'noise',
      x.map((v) => (v * 7) % 5),
    );
    for (const sign of [1, -1]) {
      const steep = column(
        'x',
        x.map((v) => sign * v),
      );
      expect(() =>
        fitModel(
          [noise, steep],
          x.map((v) => (v < 20 ? 0 : 1)),
        ),
      ).toThrow(expect.objectContaining({ code: 'separation', details: { columns: ['x'] } }));
    }
  });

  it('refuses quasi-separation, a level in which all units are treated, and names it', () => {
    const { columns, y } = simulated(6);
    const level = y.map((t, i) => (t === 1 && i % 9 === 0 ? 1 : 0));
    expect(() => fitModel([...columns, column('tenure=rent', level)], y)).toThrow(
      expect.objectContaining({ code: 'separation', details: { columns: ['tenure=rent'] } }),
    );
  });

  it('does not mistake a strong but finite effect for separation', () => {
    const x = Array.from({ length: 400 }, (_, i) => i / 20);
    const y = x.map((v, i) => (i === 60 || i === 200 ? 1 - (v > 10 ? 1 : 0) : v > 10 ? 1 : 0));
    expect(fitModel([column('x', x)], y).converged).toBe(true);
  });

  it('refuses one group only, a response that is not 0/1 and negative weights', () => {
    expect(() => fitModel([], [1, 1, 1])).toThrow(expect.objectContaining({ code: 'empty-group' }));
    expect(() => fitModel([], [1, 0, 2])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => fitModel([], [1, 0, 0], { weights: Float64Array.of(0, 1, 1) })).toThrow(
      expect.objectContaining({ code: 'empty-group' }),
    );
    expect(() => fitModel([], [1, 0], { weights: Float64Array.of(1, -1) })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

describe('a penalised propensity model', () => {
  const firth = { type: 'firth' } as const;
  const ridge = (strength: number): Penalty => ({ type: 'ridge', strength });

  it('by Firth adds half a unit to each cell of a saturated model (Heinze and Schemper 2002)', () => {
    // 4 of 10 without, 7 of 12 with the attribute
    const g = [...Array(10).fill(0), ...Array(12).fill(1)];
    const y = g.map((v, i) => (v === 0 ? (i < 4 ? 1 : 0) : i < 17 ? 1 : 0));
    const { coefficients, covariance } = fitModel([column('g', g)], y, { penalty: firth });
    expect(coefficients[0]).toBeCloseTo(Math.log(4.5 / 6.5), 9);
    expect(coefficients[1]).toBeCloseTo(Math.log(7.5 / 5.5) - Math.log(4.5 / 6.5), 9);
    // information at the estimate: n p (1 - p) in each group
    const [p0, p1] = [4.5 / 11, 7.5 / 13];
    expect(Math.sqrt(covariance.values[3]!)).toBeCloseTo(
      Math.sqrt(1 / (10 * p0 * (1 - p0)) + 1 / (12 * p1 * (1 - p1))),
      8,
    );
    const weights = Float64Array.from(g, () => 2);
    const doubled = fitModel([column('g', g)], y, { penalty: firth, weights }).coefficients;
    expect(doubled[0]).toBeCloseTo(Math.log(8.5 / 12.5), 9);
  });

  it('is finite where the treatment is separated, with the same closed form', () => {
    const g = [...Array(10).fill(0), ...Array(12).fill(1)];
    const y = g.map((v, i) => (v === 0 ? (i < 4 ? 1 : 0) : 1));
    expect(() => fitModel([column('g', g)], y)).toThrow(expect.objectContaining({ code: 'separation' }));
    const { coefficients, fitted } = fitModel([column('g', g)], y, { penalty: firth });
    expect(coefficients[1]).toBeCloseTo(Math.log(12.5 / 0.5) - Math.log(4.5 / 6.5), 9);
    expect(fitted[15]).toBeCloseTo(12.5 / 13, 9);
    const x = Array.from({ length: 40 }, (_, i) => i);
    for (const penalty of [firth, ridge(1)]) {
      const fit = fitModel(
        [column('x', x)],
        x.map((v) => (v < 20 ? 0 : 1)),
        { penalty },
      );
      expect(fit.fitted[0]).toBeGreaterThan(0);
      expect(fit.fitted[39]).toBeLessThan(1);
      expect(fit.fitted[39]).toBeGreaterThan(0.9);
    }
  });

  it("by ridge solves its equations: X'(y - mu) = strength b on standardised columns, sum of residuals 0", () => {
    for (const link of ['logit', 'probit', 'cloglog'] as const) {
      const { columns, y } = simulated(21);
      const strength = 3;
      const { fitted, coefficients, linearPredictor } = fitModel(columns, y, { link, penalty: ridge(strength) });
      // score of each link: sum (y - mu) slope / variance x
      const density = (eta: number): number => {
        if (link === 'logit') return Math.exp(eta) / (1 + Math.exp(eta)) ** 2;
        return link === 'probit' ? Math.exp((-eta * eta) / 2) / Math.sqrt(2 * Math.PI) : Math.exp(eta - Math.exp(eta));
      };
      const residual = y.map(
        (v, i) => ((v - fitted[i]!) * density(linearPredictor[i]!)) / (fitted[i]! * (1 - fitted[i]!)),
      );
      expect(residual.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 7);
      columns.forEach(({ values }, j) => {
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
        const score = residual.reduce((sum, r, i) => sum + r * ((values[i]! - mean) / sd), 0);
        expect(score).toBeCloseTo(strength * coefficients[j + 1]! * sd, 7);
      });
    }
  });

  it('by ridge goes from maximum likelihood to the plain share of treated units as its strength grows', () => {
    const { columns, y } = simulated(22);
    const free = fitModel(columns, y).coefficients;
    fitModel(columns, y, { penalty: ridge(1e-9) }).coefficients.forEach((b, j) => {
      expect(b).toBeCloseTo(free[j]!, 7);
    });
    const share = y.reduce((a, b) => a + b, 0) / y.length;
    for (const p of fitModel(columns, y, { penalty: ridge(1e9) }).fitted) expect(p).toBeCloseTo(share, 6);
    const sizes = [0.1, 1, 10, 100].map((s) => Math.abs(fitModel(columns, y, { penalty: ridge(s) }).coefficients[1]!));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  it('reports the likelihood without its penalty, and refuses penalties that are none', () => {
    const { columns, y } = simulated(23);
    for (const penalty of [firth, ridge(2)]) {
      const { fitted, logLikelihood, deviance } = fitModel(columns, y, { penalty });
      const expected = y.reduce((sum, v, i) => sum + Math.log(v === 1 ? fitted[i]! : 1 - fitted[i]!), 0);
      expect(logLikelihood).toBeCloseTo(expected, 8);
      expect(deviance).toBeCloseTo(-2 * expected, 8);
      expect(logLikelihood).toBeLessThan(fitModel(columns, y).logLikelihood);
    }
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => fitModel(columns, y, { penalty: ridge(wrong) })).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
    }
    expect(() => fitModel(columns, y, { link: 'probit', penalty: firth })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});
