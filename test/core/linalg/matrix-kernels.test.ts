import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrix } from '../../../src/core/linalg/matrix.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';

const of = (rows: number, cols: number, ...values: number[]) => matrix(rows, cols, Float64Array.from(values));
const withCode = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });
const small = fc.double({ min: -10, max: 10, noNaN: true });
const square = fc
  .integer({ min: 1, max: 8 })
  .chain((n) => fc.array(small, { minLength: n * n, maxLength: n * n }).map((v) => ({ n, v })));

/** v v' + I, positive definite. */
function positiveDefinite({ n, v }: { n: number; v: readonly number[] }) {
  const a = matrix(n, n);
  kernels.syrk(matrix(n, n, Float64Array.from(v)), a);
  for (let i = 0; i < n; i++) a.values[i * n + i]! += 1;
  return a;
}

describe('matrix kernels', () => {
  it('multiply small matrices as by hand', () => {
    const out = matrix(2, 2);
    kernels.gemm(of(2, 3, 1, 2, 3, 4, 5, 6), of(3, 2, 7, 8, 9, 10, 11, 12), out);
    expect(Array.from(out.values)).toEqual([58, 64, 139, 154]);
    kernels.gemm(of(2, 1, 1, 2), of(1, 2, 3, 4), out, { alpha: -1, accumulate: true });
    expect(Array.from(out.values)).toEqual([55, 60, 133, 146]);
  });

  it('name the sizes that do not match', () => {
    const out = matrix(2, 2);
    expect(() => kernels.gemm(matrix(2, 3), matrix(2, 2), out)).toThrow(
      withCode('dimension-mismatch', { what: 'inner size of b', received: 2, expected: 3 }),
    );
    expect(() => kernels.gemm(of(2, 3, 1), matrix(3, 2), out)).toThrow(
      withCode('dimension-mismatch', { received: 1, expected: 6 }),
    );
    expect(() => kernels.gram(matrix(4, 2), new Float64Array(3), out)).toThrow(
      withCode('dimension-mismatch', { what: 'length of weights' }),
    );
    expect(() =>
      kernels.gemv({ rows: 1.5, cols: 2, values: new Float64Array(3) }, new Float64Array(2), new Float64Array(1)),
    ).toThrow(withCode('dimension-mismatch'));
    expect(() => kernels.dot(new Float64Array(2), new Float64Array(3))).toThrow(
      withCode('dimension-mismatch', { received: 3, expected: 2 }),
    );
  });

  it('name the input that is not finite, or say that the result is too large', () => {
    const out = matrix(1, 1);
    expect(() => kernels.gemm(of(1, 2, 1, Number.NaN), of(2, 1, 1, 1), out)).toThrow(
      withCode('non-finite', { input: 'a', index: 1 }),
    );
    expect(() => kernels.gram(of(2, 1, 1, 2), Float64Array.of(1, Number.POSITIVE_INFINITY), out)).toThrow(
      withCode('non-finite', { input: 'weights', index: 1 }),
    );
    expect(() => kernels.gemm(of(1, 1, 1e200), of(1, 1, 1e200), out)).toThrow(/too large/);
    expect(() => kernels.exp(Float64Array.of(1, 710), new Float64Array(2))).toThrow(
      withCode('non-finite', { operation: 'exp' }),
    );
    for (const x of [0, -1])
      expect(() => kernels.log(Float64Array.of(x), new Float64Array(1))).toThrow(withCode('non-finite'));
    expect(() => kernels.log1p(Float64Array.of(-1), new Float64Array(1))).toThrow(withCode('non-finite'));
    expect(() => kernels.rowMinimum(of(1, 2, 0.5, Number.NaN), null, new Float64Array(1))).toThrow(
      withCode('non-finite', { input: 'x', index: 1 }),
    );
    expect(() => kernels.membershipSums(Float64Array.of(0.5), Float64Array.of(Number.NaN))).toThrow(
      withCode('non-finite', { input: 'y' }),
    );
    expect(() =>
      kernels.nearest(of(1, 1, 0), of(2, 1, 1, Number.NaN), 1, new Int32Array(1), new Float64Array(1)),
    ).toThrow(withCode('non-finite', { input: 'y', index: 1 }));
    expect(() => kernels.singularValues(of(1, 1, Number.NaN))).toThrow(withCode('non-finite', { input: 'x' }));
    expect(() => kernels.choleskyFactor(of(1, 1, Number.NaN), matrix(1, 1))).toThrow(
      withCode('non-finite', { input: 'a', index: 0 }),
    );
  });

  it('refuse a matrix that is singular or not positive definite, naming the column', () => {
    expect(() => kernels.choleskyFactor(of(3, 3, 2, 0, 2, 0, 1, 1, 2, 1, 3), matrix(3, 3))).toThrow(
      withCode('singular-matrix', { column: 2 }),
    );
    expect(() => kernels.choleskyFactor(of(2, 2, 1, 0, 0, -1), matrix(2, 2))).toThrow(
      withCode('singular-matrix', { column: 1, diagonal: -1 }),
    );
    expect(() =>
      kernels.triangularSolve(of(2, 2, 1, 0, 1, 0), matrix(2, 1), matrix(2, 1), { triangle: 'lower' }),
    ).toThrow(withCode('singular-matrix', { column: 1 }));
  });

  it('solve positive definite systems with a small residual (property)', () => {
    fc.assert(
      fc.property(square, (shape) => {
        const a = positiveDefinite(shape);
        const { n } = shape;
        const b = matrix(
          n,
          1,
          Float64Array.from({ length: n }, (_, i) => i - 1.5),
        );
        const [l, x] = [matrix(n, n), matrix(n, 1)];
        kernels.choleskyFactor(a, l);
        kernels.choleskySolve(l, b, x);
        const residual = matrix(n, 1, b.values.slice());
        kernels.gemm(a, x, residual, { alpha: -1, accumulate: true });
        const size = Math.hypot(...a.values) * Math.hypot(...x.values) + Math.hypot(...b.values);
        expect(Math.hypot(...residual.values)).toBeLessThan(1e-13 * size);
      }),
      { seed: 11 },
    );
  });

  it('take an update back with a downdate (property)', () => {
    fc.assert(
      fc.property(square, fc.array(small, { minLength: 8, maxLength: 8 }), (shape, vector) => {
        const a = positiveDefinite(shape);
        const { n } = shape;
        const v = Float64Array.from(vector.slice(0, n));
        const l = matrix(n, n);
        kernels.choleskyFactor(a, l);
        const before = l.values.slice();
        kernels.choleskyUpdate(l, v);
        const [updated, expected] = [matrix(n, n), matrix(n, n, a.values.slice())];
        kernels.syrk(l, updated);
        kernels.gemm(matrix(n, 1, v), matrix(1, n, v), expected, { accumulate: true });
        const size = Math.max(...expected.values.map(Math.abs));
        for (let i = 0; i < n * n; i++)
          expect(Math.abs(updated.values[i]! - expected.values[i]!)).toBeLessThan(1e-13 * size);
        kernels.choleskyDowndate(l, v);
        for (let i = 0; i < n * n; i++) expect(Math.abs(l.values[i]! - before[i]!)).toBeLessThan(1e-9 * size);
      }),
      { seed: 12 },
    );
  });

  it('refuse a downdate that leaves no positive definite matrix, and keep the factor', () => {
    const l = of(2, 2, 1, 0, 0.5, 1);
    expect(() => kernels.choleskyDowndate(l, Float64Array.of(0.1, 5))).toThrow(
      withCode('singular-matrix', { column: 1 }),
    );
    expect(Array.from(l.values)).toEqual([1, 0, 0.5, 1]);
  });

  it('name the columns that depend on earlier ones', () => {
    // Columns: 1, x, 2 - 3x, x^2, x + x^2.
    const rows = [0, 1, 2, 3, 4, 5].map((x) => [1, x, 2 - 3 * x, x * x, x + x * x]);
    const y = Float64Array.from(rows, ([, x]) => 4 + 0.5 * x! + 2 * x! * x!);
    const fit = kernels.leastSquares(of(6, 5, ...rows.flat()), y, null, 1e-7);
    expect(fit).toMatchObject({ rank: 3, dependentColumns: [2, 4], usedColumns: [0, 1, 3] });
    for (const [j, expected] of [4, 0.5, 0, 2, 0].entries()) expect(fit.coefficients[j]).toBeCloseTo(expected, 12);
    expect(fit.residualSumOfSquares).toBeLessThan(1e-24);
  });

  it('fit more columns than rows, and no columns', () => {
    expect(kernels.leastSquares(of(1, 2, 2, 3), Float64Array.of(4), null, 1e-7)).toMatchObject({
      rank: 1,
      dependentColumns: [1],
    });
    expect(kernels.leastSquares(matrix(2, 0), Float64Array.of(3, 4), null, 1e-7)).toMatchObject({
      rank: 0,
      residualSumOfSquares: 25,
    });
    expect(() => kernels.leastSquares(of(1, 1, 1), Float64Array.of(4), Float64Array.of(-1), 1e-7)).toThrow(
      withCode('invalid-argument', { row: 0 }),
    );
    expect(() => kernels.leastSquares(of(1, 1, 1), Float64Array.of(4), null, 0)).toThrow(
      withCode('invalid-argument', { tolerance: 0 }),
    );
  });

  it('weight least squares like repeated rows', () => {
    const repeated = kernels.leastSquares(
      of(5, 2, 1, 0, 1, 1, 1, 1, 1, 3, 1, 3),
      Float64Array.of(1, 2, 2, 7, 7),
      null,
      1e-7,
    );
    const weighted = kernels.leastSquares(
      of(3, 2, 1, 0, 1, 1, 1, 3),
      Float64Array.of(1, 2, 7),
      Float64Array.of(1, 2, 2),
      1e-7,
    );
    for (let j = 0; j < 2; j++) expect(weighted.coefficients[j]).toBeCloseTo(repeated.coefficients[j]!, 13);
    expect(weighted.residualSumOfSquares).toBeCloseTo(repeated.residualSumOfSquares, 13);
  });

  it('find the nearest rows as a full sort does, ties to the lower row (property)', () => {
    const coordinate = fc.integer({ min: -2, max: 2 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 25 }),
        (points, wanted) => {
          const k = Math.min(wanted, points.length);
          const y = of(points.length, 2, ...points.flat());
          const x = of(1, 2, 0.5, -1);
          const [indices, distances] = [new Int32Array(k), new Float64Array(k)];
          kernels.nearest(x, y, k, indices, distances);
          const sorted = points
            .map(([a, b], j) => ({ j, d: (a - 0.5) ** 2 + (b + 1) ** 2 }))
            .sort((a, b) => a.d - b.d || a.j - b.j);
          expect(Array.from(indices)).toEqual(sorted.slice(0, k).map(({ j }) => j));
          expect(Array.from(distances)).toEqual(sorted.slice(0, k).map(({ d }) => d));
        },
      ),
      { seed: 13 },
    );
    expect(() => kernels.nearest(of(1, 1, 0), of(2, 1, 0, 1), 3, new Int32Array(3), new Float64Array(3))).toThrow(
      withCode('invalid-argument', { k: 3, rows: 2 }),
    );
  });

  it('build the gaussian and the linear kernel', () => {
    const out = matrix(1, 2);
    kernels.kernelMatrix(of(1, 1, 1), of(2, 1, 1, 3), { kind: 'gaussian', scale: 0.5 }, out);
    expect(out.values[0]).toBe(1);
    expect(out.values[1]).toBeCloseTo(Math.exp(-2), 15);
    kernels.kernelMatrix(of(1, 2, 1, 2), of(2, 2, 1, 3, 0, 1), { kind: 'linear', scale: 2 }, out);
    expect(Array.from(out.values)).toEqual([14, 4]);
    expect(() => kernels.kernelMatrix(of(1, 1, 1), of(2, 1, 1, 3), { kind: 'gaussian', scale: 0 }, out)).toThrow(
      withCode('invalid-argument', { scale: 0 }),
    );
  });

  it('reduce memberships: and, or, negation and the sums of fuzzy sets', () => {
    const x = of(2, 3, 0.2, 0.9, 0.6, 1, 0, 0.5);
    const out = new Float64Array(2);
    kernels.rowMinimum(x, Uint8Array.of(1, 0, 0), out);
    expect(Array.from(out)).toEqual([0.6, 0]);
    kernels.rowMaximum(x, Uint8Array.of(0, 1, 0), out);
    expect(Array.from(out)).toEqual([0.6, 1]);
    expect(kernels.membershipSums(Float64Array.of(0.25, 0.75), Float64Array.of(0.5, 0.25))).toEqual({
      x: 1,
      y: 0.75,
      both: 0.5,
      contradiction: 0.5,
    });
    expect(() => kernels.rowMinimum(matrix(2, 0), null, out)).toThrow(withCode('invalid-argument'));
  });

  it('refuse moments of nothing and scales without variation', () => {
    const [mean, squares] = [new Float64Array(1), new Float64Array(1)];
    expect(() => kernels.columnMoments(matrix(0, 1), null, mean, squares)).toThrow(
      withCode('empty-group', { rows: 0 }),
    );
    expect(() => kernels.columnMoments(of(2, 1, 1, 2), Float64Array.of(0, 0), mean, squares)).toThrow(
      withCode('empty-group'),
    );
    expect(() =>
      kernels.standardise(of(1, 2, 1, 2), Float64Array.of(0, 0), Float64Array.of(1, 0), matrix(1, 2)),
    ).toThrow(withCode('no-variation', { column: 1 }));
  });

  it('give exactly 0 for the spread of a constant, whatever its size', () => {
    const [mean, squares] = [new Float64Array(1), new Float64Array(1)];
    kernels.columnMoments(matrix(1000, 1, new Float64Array(1000).fill(1e9 + 0.1)), null, mean, squares);
    expect([mean[0], squares[0]]).toEqual([1e9 + 0.1, 0]);
  });

  it('keep logistic probabilities apart from 0 and 1 as long as doubles can', () => {
    const out = new Float64Array(4);
    kernels.logistic(Float64Array.of(-700, 0, 36, -40), out);
    expect(out[0]).toBeGreaterThan(9e-305);
    expect(out[1]).toBe(0.5);
    expect(out[2]).toBeLessThan(1);
    expect(out[3]! / Math.exp(-40)).toBeCloseTo(1, 14);
  });
});
