import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { matrix } from '../../src/core/linalg/matrix.ts';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';
import { closeForms, relaxedKernels, simdKernels, twoThreadKernels } from './forms.ts';

/** Numbers in (-1, 1) from a seed: the same data for every form. */
function numbers(seed: number): (length: number) => Float64Array {
  let state = seed >>> 0;
  return (length) => {
    const out = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      out[i] = state / 2 ** 31 - 1;
    }
    return out;
  };
}

type Operation = (
  kernels: MatrixKernels,
  allocate: (values: Float64Array) => Float64Array,
) => readonly ArrayLike<number>[];

const bits = (arrays: readonly ArrayLike<number>[]) => arrays.map((a) => Buffer.from(Float64Array.from(a).buffer));

/** Which arrays differ, and from which element on: compares bytes, so that -0 and 0 differ. */
const differences = (found: readonly Buffer[], expected: readonly Buffer[]) =>
  expected.flatMap((bytes, i) =>
    found[i]?.equals(bytes)
      ? []
      : [{ array: i, element: Math.floor(bytes.findIndex((byte, at) => byte !== found[i]?.[at]) / 8) }],
  );

/** The same bits from TypeScript, SIMD with arrays outside and inside its memory (at odd offsets), and two threads. */
function expectSameBits(operation: Operation): void {
  const copy = (values: Float64Array) => values.slice();
  const expected = bits(operation(typescriptKernels, copy));
  const placed: Float64Array[] = [];
  // One number further than aligned to 16 bytes.
  const inside = (kernels: MatrixKernels) => (values: Float64Array) => {
    const buffer = kernels.allocate(values.length + 1);
    placed.push(buffer);
    buffer.set(values, 1);
    return buffer.subarray(1);
  };
  expect(differences(bits(operation(simdKernels, copy)), expected)).toEqual([]);
  expect(differences(bits(operation(simdKernels, inside(simdKernels))), expected)).toEqual([]);
  for (const buffer of placed.splice(0)) simdKernels.release(buffer);
  expect(differences(bits(operation(twoThreadKernels, inside(twoThreadKernels))), expected)).toEqual([]);
  for (const buffer of placed.splice(0)) twoThreadKernels.release(buffer);
}

const close = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
  const size = Math.max(...Array.from(expected, Math.abs), 1e-300);
  expect(Math.max(0, ...Array.from(expected, (v, i) => Math.abs(v - found[i]!) / size))).toBeLessThan(1e-12);
};

afterAll(closeForms);

describe('plain SIMD and TypeScript agree bit for bit, for 1 and 2 threads, wherever the arrays lie', () => {
  it.each([
    [1, 1, 1],
    [3, 5, 7],
    [4, 4, 4],
    [13, 1, 17],
    [1, 13, 61],
    [33, 34, 35],
    [97, 5, 300],
    [5, 97, 513],
    [12, 1030, 260],
    [130, 120, 110],
    [0, 3, 4],
    [3, 0, 4],
    [3, 4, 0],
  ])('matrix products of %i x %i over %i, all transpositions', (m, n, k) => {
    const random = numbers(m + 31 * n + 977 * k);
    const [a, b, c, x] = [random(m * k), random(k * n), random(m * n), random(k)];
    for (const transposeA of [false, true])
      for (const transposeB of [false, true])
        for (const [alpha, accumulate] of [
          [1, false],
          [-1, true],
          [0.7, true],
        ] as const)
          expectSameBits((kernels, place) => {
            const out = matrix(m, n, place(c));
            const left = transposeA ? matrix(k, m, place(a)) : matrix(m, k, place(a));
            const right = transposeB ? matrix(n, k, place(b)) : matrix(k, n, place(b));
            kernels.gemm(left, right, out, { transposeA, transposeB, alpha, accumulate });
            const square = matrix(m, m, place(new Float64Array(m * m).fill(0.25)));
            kernels.syrk(left, square, { transpose: transposeA, alpha, accumulate });
            const vector = place(new Float64Array(m).fill(0.5));
            kernels.gemv(left, place(x), vector, { transpose: transposeA, alpha, accumulate });
            return [out.values, square.values, vector];
          });
  });

  it.each([0, 1, 5, 127, 128, 129, 1025, 3001])('sums over %i rows for 1 to 50 columns', (n) => {
    for (const p of [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 16, 17, 18, 22, 31, 50]) {
      const random = numbers(n * 51 + p);
      const [x, z, beta] = [random(n * p), random(n), random(p)];
      const w = random(n).map(Math.abs);
      const y = z.map((v) => Number(v > 0));
      for (const weights of [null, w])
        expectSameBits((kernels, place) => {
          const design = matrix(n, p, place(x));
          const priors = weights && place(weights);
          const gram = matrix(p, p, place(new Float64Array(p * p)));
          const cross = place(new Float64Array(p));
          kernels.gram(design, priors, gram, { z: place(z), out: cross });
          const plain = matrix(p, p);
          kernels.gram(design, priors, plain);
          expect(bits([plain.values])).toEqual(bits([gram.values]));
          const found = {
            score: new Float64Array(p),
            hessian: matrix(p, p),
            eta: place(new Float64Array(n)),
            mu: place(new Float64Array(n)),
            workingWeights: place(new Float64Array(n)),
          };
          const data = { x: design, y: place(y), offset: weights && place(z), priorWeights: priors };
          const logLikelihood = kernels.logisticPass(data, place(beta), found, true)!;
          const moments = [place(new Float64Array(p)), place(new Float64Array(p))] as const;
          const sums = n === 0 ? null : kernels.columnMoments(design, priors, ...moments);
          const scaled = matrix(n, p, place(new Float64Array(n * p)));
          kernels.standardise(design, place(beta), place(beta.map((b) => Math.abs(b) + 0.1)), scaled);
          const extremes = [place(new Float64Array(n)), place(new Float64Array(n))] as const;
          kernels.rowMinimum(
            design,
            Uint8Array.from({ length: p }, (_, j) => j % 2),
            extremes[0],
          );
          kernels.rowMaximum(design, null, extremes[1]);
          const { score, hessian, eta, mu, workingWeights } = found;
          return [
            gram.values,
            cross,
            score,
            hessian.values,
            eta,
            mu,
            workingWeights,
            [logLikelihood],
            ...moments,
            [sums?.sumOfWeights ?? 0, sums?.sumOfSquaredWeights ?? 0],
            scaled.values,
            ...extremes,
          ];
        });
    }
  });

  it('sums over enough rows for many blocks and both threads', () => {
    const [n, p] = [70_001, 10];
    const random = numbers(5);
    const [x, z, beta] = [random(n * p), random(n), random(p)];
    const w = random(n).map(Math.abs);
    expectSameBits((kernels, place) => {
      const gram = matrix(p, p);
      const cross = new Float64Array(p);
      const design = matrix(n, p, place(x));
      kernels.gram(design, place(w), gram, { z: place(z), out: cross });
      const out = { score: new Float64Array(p), hessian: matrix(p, p) };
      const data = { x: design, y: place(z.map((v) => Number(v > 0))), offset: null, priorWeights: null };
      const logLikelihood = kernels.logisticPass(data, place(beta), out, true)!;
      const [mean, squares] = [new Float64Array(p), new Float64Array(p)];
      kernels.columnMoments(design, null, mean, squares);
      return [gram.values, cross, out.score, out.hessian.values, [logLikelihood], mean, squares];
    });
  });

  it.each([0, 1, 7, 8, 9, 601, 1023, 1025, 1031, 20_003, 200_005])('vectors of %i', (n) => {
    const random = numbers(n);
    const [x, y] = [random(n), random(n)];
    expectSameBits((kernels, place) => {
      const sums = kernels.membershipSums(place(x), place(y));
      const results = [
        [kernels.sum(place(x)), kernels.dot(place(x), place(y)), sums.x, sums.y, sums.both, sums.contradiction],
      ] as ArrayLike<number>[];
      for (const [name, input] of [
        ['exp', x.map((v) => v * 705)],
        ['logistic', x.map((v) => v * 800)],
        ['log', x.map((v, i) => (i % 3 === 0 ? Number.MIN_VALUE * (i + 1) : Math.abs(v) + 1e-9))],
        ['log1p', x.map((v, i) => (i % 2 === 0 ? v * 1e-12 : v * 0.999))],
      ] as const) {
        const out = place(new Float64Array(n));
        kernels[name](place(input), out);
        results.push(out);
      }
      return results;
    });
  });

  it.each([0, 1, 2, 8, 9, 17, 33, 63, 64, 65, 100, 129, 200])('Cholesky and triangular solves of order %i', (n) => {
    const random = numbers(n + 1);
    const g = matrix(n, n, random(n * n));
    const a = matrix(n, n);
    typescriptKernels.syrk(g, a);
    for (let i = 0; i < n; i++) a.values[i * n + i]! += 0.01;
    expectSameBits((kernels, place) => {
      const l = matrix(n, n, place(a.values));
      kernels.choleskyFactor(l, l);
      const apart = matrix(n, n, place(new Float64Array(n * n)));
      kernels.choleskyFactor(matrix(n, n, place(a.values)), apart);
      expect(bits([apart.values])).toEqual(bits([l.values]));
      const upper = matrix(n, n, place(new Float64Array(n * n)));
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) upper.values[j * n + i] = l.values[i * n + j]!;
      const inverse = matrix(n, n, place(new Float64Array(n * n)));
      kernels.choleskyInverse(l, inverse);
      const diagonal = place(new Float64Array(n));
      kernels.choleskyInverseDiagonal(l, diagonal);
      const results = [l.values, inverse.values, diagonal];
      for (const m of [1, 2, 7, 8, 11]) {
        const b = matrix(n, m, place(numbers(m)(n * m)));
        const solved = matrix(n, m, place(new Float64Array(n * m)));
        kernels.choleskySolve(l, b, solved);
        results.push(solved.values);
        for (const [triangle, t] of [
          ['lower', l],
          ['upper', upper],
        ] as const)
          for (const transpose of [false, true]) {
            const x = matrix(n, m, place(new Float64Array(n * m)));
            kernels.triangularSolve(t, b, x, { triangle, transpose });
            results.push(x.values);
          }
      }
      return results;
    });
  });

  it.each([
    [1, 1, 1],
    [13, 14, 15],
    [101, 103, 5],
    [66, 65, 0],
    [0, 4, 2],
    [4, 1, 900],
    [200, 130, 20],
  ])('distances, kernels and neighbours between %i and %i points in %i dimensions', (n, m, p) => {
    const random = numbers(n + m + p);
    // Rounded to a grid, so that many distances tie.
    const [x, y] = [random(n * p).map((v) => Math.round(v * 3)), random(m * p).map((v) => Math.round(v * 3))];
    expectSameBits((kernels, place) => {
      const [left, right] = [matrix(n, p, place(x)), matrix(m, p, place(y))];
      const out = [0, 1, 2].map(() => matrix(n, m, place(new Float64Array(n * m))));
      kernels.squaredDistances(left, right, out[0]!);
      kernels.kernelMatrix(left, right, { kind: 'gaussian', scale: 0.07 }, out[1]!);
      kernels.kernelMatrix(left, right, { kind: 'linear', scale: 0.3 }, out[2]!);
      const k = Math.min(5, m);
      const indices = new Int32Array(n * k);
      const distances = place(new Float64Array(n * k));
      kernels.nearest(left, right, k, indices, distances);
      return [...out.map((o) => o.values), indices, distances];
    });
  });

  it('least squares, with weights and a dependent column', () => {
    const [n, p] = [700, 6];
    const random = numbers(8);
    const [x, y] = [random(n * p), random(n)];
    for (let i = 0; i < n; i++) x[i * p + 4] = x[i * p]! - 2 * x[i * p + 2]!;
    const w = random(n).map(Math.abs);
    expectSameBits((kernels, place) => {
      const fit = kernels.leastSquares(matrix(n, p, place(x)), place(y), place(w), 1e-9);
      expect(fit.dependentColumns).toEqual([4]);
      return [fit.coefficients, fit.r.values, [fit.residualSumOfSquares]];
    });
  });

  it('any numbers of any size, subnormal and huge alike (property)', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, min: -1e150, max: 1e150 }),
      fc.double({ noNaN: true, min: -1e-300, max: 1e-300 }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(value, { minLength: 24, maxLength: 24 }),
        (n, p, values) => {
          const fill = (length: number) => Float64Array.from({ length }, (_, i) => values[(i * 7) % values.length]!);
          expectSameBits((kernels, place) => {
            const x = matrix(n, p, place(fill(n * p)));
            const [product, gram, distances] = [matrix(n, n), matrix(p, p), matrix(n, n)];
            const results: ArrayLike<number>[] = [];
            for (const [run, out] of [
              [() => kernels.gemm(x, x, product, { transposeB: true }), product],
              [() => kernels.gram(x, place(fill(n)), gram), gram],
              [() => kernels.squaredDistances(x, x, distances), distances],
            ] as const) {
              try {
                run();
                results.push(out.values);
              } catch (error) {
                results.push([(error as { code: string }).code.length]);
              }
            }
            return results;
          });
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('relaxed SIMD', () => {
  it('agrees with the plain form to 1e-12 of the size of the result', () => {
    const [n, p] = [3001, 11];
    const random = numbers(77);
    const x = matrix(n, p, random(n * p));
    const w = random(n).map(Math.abs);
    const data = { x, y: w.map((v) => Number(v > 0.5)), offset: null, priorWeights: w };
    const results = [relaxedKernels, typescriptKernels].map((kernels) => {
      const [gram, hessian, product, l] = [matrix(p, p), matrix(p, p), matrix(97, 97), matrix(p, p)];
      kernels.gram(x, w, gram);
      const score = new Float64Array(p);
      kernels.logisticPass(data, new Float64Array(p).fill(0.1), { score, hessian }, true);
      const a = matrix(97, p, x.values.slice(0, 97 * p));
      kernels.gemm(a, a, product, { transposeB: true });
      kernels.choleskyFactor(gram, l);
      const distances = matrix(97, 97);
      kernels.squaredDistances(a, a, distances);
      return [gram.values, hessian.values, score, product.values, l.values, distances.values];
    });
    for (const [i, found] of results[0]!.entries()) close(found, results[1]![i]!);
    expect(relaxedKernels.variant).toBe('relaxed-simd');
  });
});
