import { afterAll, describe, expect, it } from 'vitest';
import { matrix } from '../../src/core/linalg/matrix.ts';
import { readFixture } from '../support/fixture.ts';
import { closeForms, everyForm } from './forms.ts';

interface Design {
  name: string;
  n: number;
  p: number;
  x: number[];
  w: number[];
  z: number[];
  gram: number[];
  cross: number[];
  unweightedGram: number[];
  absoluteGram: number[];
  mean: number[];
  centredSquares: number[];
  distances: number[];
  coefficients?: number[];
  residualSumOfSquares?: number;
  condition?: number;
  singularValues?: number[];
}
interface System {
  name: string;
  n: number;
  a: number[];
  b: number[];
  solution: number[];
  inverse: number[];
  condition: number;
  factor: number[];
  eigenvalues: number[];
}
interface Logistic {
  n: number;
  p: number;
  x: number[];
  y: number[];
  offset: number[];
  priorWeights: number[];
  start: number[];
  score: number[];
  hessian: number[];
  logLikelihood: number;
  fit: number[];
  fitLogLikelihood: number;
}

const precision = 2 ** -52;
const designs = readFixture<{ cases: Design[] }>('kernels/designs.json').cases;
const systems = readFixture<{ cases: System[] }>('kernels/systems.json').cases;
const logistic = readFixture<Logistic>('kernels/logistic.json');
const exponential = readFixture<{ x: number[]; exp: number[]; logistic: number[] }>('kernels/exponential.json');
const logarithm = readFixture<{ positive: number[]; log: number[]; near: number[]; log1p: number[] }>(
  'kernels/logarithm.json',
);

/** Largest |found - expected| / scale; the scale of an element is what rounding is proportional to. */
function largestError(found: ArrayLike<number>, expected: readonly number[], scale: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return Math.max(0, ...expected.map((value, i) => (found[i] === value ? 0 : Math.abs(found[i]! - value) / scale[i]!)));
}
const relative = (found: ArrayLike<number>, expected: readonly number[]) =>
  largestError(found, expected, expected.map(Math.abs));
const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));

afterAll(closeForms);

describe.each(everyForm)('the $form kernels against exact arithmetic', ({ kernels }) => {
  describe.each(designs)('on a design that is $name', (design) => {
    const { n, p } = design;
    const x = matrix(n, p, Float64Array.from(design.x));
    const w = Float64Array.from(design.w);
    const z = Float64Array.from(design.z);
    // Sums of products err by rounding errors of the sums of their magnitudes; subnormal numbers have no relative precision.
    const isSubnormal = design.name.startsWith('subnormal');
    const tiny = 2 ** -1074 * n;

    it('gives the weighted Gram matrix and cross product', () => {
      const gram = matrix(p, p);
      const cross = new Float64Array(p);
      kernels.gram(x, w, gram, { z, out: cross });
      const scale = design.absoluteGram.map((s) => Math.max(s, tiny));
      expect(largestError(gram.values, design.gram, scale)).toBeLessThan(4 * precision);
      const crossScale = Array.from({ length: p }, (_, j) =>
        Math.max(
          tiny,
          w.reduce((s, wi, i) => s + wi * Math.abs(x.values[i * p + j]! * z[i]!), 0),
        ),
      );
      expect(largestError(cross, design.cross, crossScale)).toBeLessThan(isSubnormal ? 1 : 4 * precision);
    });

    it('gives the unweighted Gram matrix by gram, syrk and gemm', () => {
      const scale = Array.from({ length: p * p }, (_, ab) => {
        const [a, b] = [Math.floor(ab / p), ab % p];
        return Math.max(
          tiny,
          Array.from({ length: n }, (_, i) => Math.abs(x.values[i * p + a]! * x.values[i * p + b]!)).reduce(
            (s, v) => s + v,
            0,
          ),
        );
      });
      const out = matrix(p, p);
      for (const multiply of [
        () => kernels.gram(x, null, out),
        () => kernels.syrk(x, out, { transpose: true }),
        () => kernels.gemm(x, x, out, { transposeA: true }),
      ]) {
        out.values.fill(Number.NaN);
        multiply();
        expect(largestError(out.values, design.unweightedGram, scale)).toBeLessThan(8 * precision);
      }
    });

    it('gives weighted means and sums of squares', () => {
      const mean = new Float64Array(p);
      const squares = new Float64Array(p);
      const sums = kernels.columnMoments(x, w, mean, squares);
      expect(sums.sumOfWeights).toBeCloseTo(
        w.reduce((s, v) => s + v, 0),
        12,
      );
      const size = Array.from({ length: p }, (_, j) =>
        Math.max(tiny, ...Array.from({ length: n }, (_, i) => Math.abs(x.values[i * p + j]!))),
      );
      expect(largestError(mean, design.mean, size)).toBeLessThan(isSubnormal ? 1e-10 : 2 * precision);
      // The two passes keep the spread although the offset is 1e9 times larger.
      if (isSubnormal) expect(Math.max(...squares)).toBe(0);
      else
        expect(
          largestError(
            squares,
            design.centredSquares,
            design.centredSquares.map((s, j) => s + size[j]! ** 2 * precision ** 2 * n),
          ),
        ).toBeLessThan(1e-12);
    });

    it('gives squared distances by direct differences', () => {
      const rows = Math.min(n, 9);
      const others = Math.min(n, 6);
      const out = matrix(rows, others);
      kernels.squaredDistances(
        matrix(rows, p, x.values.slice(0, rows * p)),
        matrix(others, p, x.values.slice(0, others * p)),
        out,
      );
      expect(relative(out.values, design.distances)).toBeLessThan(isSubnormal ? 1 : (p + 2) * precision);
      for (let i = 0; i < Math.min(rows, others); i++) expect(out.values[i * others + i]).toBe(0);
    });

    if (design.coefficients !== undefined) {
      const expected = design.coefficients;
      it('gives least-squares coefficients as well as the condition of the design allows', () => {
        const fit = kernels.leastSquares(x, z, null, 1e-12);
        expect(fit.rank).toBe(p);
        // First-order bound (Golub and Van Loan 2013, 5.3.8): condition, and its square times the relative residual.
        const residual = Math.sqrt(design.residualSumOfSquares!) / norm(z);
        const scale = Array.from(expected, () => norm(expected));
        // Columns of different size are no difficulty for QR: judge each coefficient of a graded design by itself.
        const isGraded = design.name.startsWith('graded');
        const condition = isGraded ? 100 : design.condition!;
        const bound = 20 * precision * (condition + condition ** 2 * residual);
        expect(largestError(fit.coefficients, expected, isGraded ? expected.map(Math.abs) : scale)).toBeLessThan(bound);
        expect(Math.abs(fit.residualSumOfSquares / design.residualSumOfSquares! - 1)).toBeLessThan(
          (4 * precision * (1 + 2 * condition)) / residual,
        );
      });
      it('gives the singular values of LAPACK', () => {
        const { u, values, v } = kernels.singularValues(x);
        expect(
          largestError(
            values,
            design.singularValues!,
            design.singularValues!.map(() => design.singularValues![0]!),
          ),
        ).toBeLessThan(100 * precision);
        const back = matrix(n, p);
        for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) u.values[i * p + j]! *= values[j]!;
        kernels.gemm(u, v, back, { transposeB: true });
        expect(
          largestError(
            back.values,
            design.x,
            design.x.map(() => values[0]!),
          ),
        ).toBeLessThan(100 * precision);
      });
    }
  });

  describe.each(systems)('on a system that is $name', (system) => {
    const { n } = system;
    const a = matrix(n, n, Float64Array.from(system.a));
    const l = matrix(n, n);

    it('factors it as LAPACK does, and multiplies back', () => {
      kernels.choleskyFactor(a, l);
      const back = matrix(n, n);
      kernels.syrk(l, back);
      const diagonal = (i: number) => system.a[i * n + i]!;
      const scale = system.a.map((_, ij) => Math.sqrt(diagonal(Math.floor(ij / n)) * diagonal(ij % n)));
      expect(largestError(back.values, system.a, scale)).toBeLessThan(4 * n * precision);
      expect(
        largestError(
          l.values,
          system.factor,
          system.factor.map((_, ij) => Math.sqrt(diagonal(Math.floor(ij / n)))),
        ),
      ).toBeLessThan(n * precision * Math.min(system.condition, 1e10));
    });

    it('solves and inverts it as well as its condition allows', () => {
      kernels.choleskyFactor(a, l);
      const solution = matrix(n, 2);
      kernels.choleskySolve(l, matrix(n, 2, Float64Array.from(system.b)), solution);
      const bound = 4 * n * precision * system.condition;
      expect(
        largestError(
          solution.values,
          system.solution,
          system.solution.map(() => norm(system.solution)),
        ),
      ).toBeLessThan(bound);
      const inverse = matrix(n, n);
      kernels.choleskyInverse(l, inverse);
      expect(
        largestError(
          inverse.values,
          system.inverse,
          system.inverse.map(() => norm(system.inverse)),
        ),
      ).toBeLessThan(bound);
      const diagonal = new Float64Array(n);
      kernels.choleskyInverseDiagonal(l, diagonal);
      expect(Array.from(diagonal)).toEqual(Array.from({ length: n }, (_, i) => inverse.values[i * n + i]));
      // The residual is small whatever the condition.
      const residual = matrix(n, 2, Float64Array.from(system.b));
      kernels.gemm(a, solution, residual, { alpha: -1, accumulate: true });
      expect(norm(residual.values) / (norm(system.a) * norm(solution.values))).toBeLessThan(4 * n * precision);
    });

    it('gives the eigenvalues of LAPACK', () => {
      const { values, vectors } = kernels.symmetricEigen(a);
      expect(
        largestError(
          values,
          system.eigenvalues,
          system.eigenvalues.map(() => system.eigenvalues[0]!),
        ),
      ).toBeLessThan(50 * precision);
      const product = matrix(n, n);
      kernels.gemm(a, vectors, product);
      const expected = Array.from(vectors.values, (v, ij) => v * values[ij % n]!);
      expect(
        largestError(
          product.values,
          expected,
          expected.map(() => values[0]!),
        ),
      ).toBeLessThan(100 * precision);
    });
  });

  it.each([
    ['exp', exponential.x, exponential.exp],
    ['logistic', exponential.x, exponential.logistic],
    ['log', logarithm.positive, logarithm.log],
    ['log1p', logarithm.near, logarithm.log1p],
  ] as const)('computes %s with a relative error below 1e-15', (name, x, expected) => {
    const out = new Float64Array(x.length);
    kernels[name](Float64Array.from(x), out);
    // Subnormal results have fewer digits: half of the last one.
    const scale = expected.map((value) => Math.max(Math.abs(value), 2 ** -1022));
    expect(largestError(out, expected, scale)).toBeLessThan(4.5e-16);
  });

  it('computes one pass of logistic regression with offset and prior weights', () => {
    const { n, p } = logistic;
    const data = {
      x: matrix(n, p, Float64Array.from(logistic.x)),
      y: Float64Array.from(logistic.y),
      offset: Float64Array.from(logistic.offset),
      priorWeights: Float64Array.from(logistic.priorWeights),
    };
    const out = { score: new Float64Array(p), hessian: matrix(p, p) };
    const logLikelihood = kernels.logisticPass(data, Float64Array.from(logistic.start), out, true);
    expect(relative(out.score, logistic.score)).toBeLessThan(1e-13);
    expect(relative(out.hessian.values, logistic.hessian)).toBeLessThan(1e-13);
    expect(logLikelihood! / logistic.logLikelihood).toBeCloseTo(1, 13);
    expect(kernels.logisticPass(data, Float64Array.from(logistic.start), out, false)).toBe(null);
  });

  it('reaches the maximum of the likelihood by Newton steps', () => {
    const { n, p } = logistic;
    const data = {
      x: matrix(n, p, Float64Array.from(logistic.x)),
      y: Float64Array.from(logistic.y),
      offset: Float64Array.from(logistic.offset),
      priorWeights: Float64Array.from(logistic.priorWeights),
    };
    const beta = new Float64Array(p);
    const out = { score: new Float64Array(p), hessian: matrix(p, p) };
    for (let iteration = 0; iteration < 8; iteration++) {
      kernels.logisticPass(data, beta, out, false);
      kernels.choleskyFactor(out.hessian, out.hessian);
      const step = matrix(p, 1, out.score);
      kernels.choleskySolve(out.hessian, step, step);
      for (let j = 0; j < p; j++) beta[j]! += step.values[j]!;
    }
    expect(relative(beta, logistic.fit)).toBeLessThan(1e-13);
    expect(kernels.logisticPass(data, beta, out, true)! / logistic.fitLogLikelihood).toBeCloseTo(1, 13);
  });
});
