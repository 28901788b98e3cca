import type { KernelVariant, MembershipSums } from './kernel-engine.ts';
import type { Matrix } from './matrix.ts';

/**
 * The numerical kernels that every analysis takes as an argument. Matrices are row-major (`Matrix`), buffers belong to
 * the caller, outputs are written into buffers that the caller gives, and inputs are never changed. An output may be
 * the same array as an input only where the operation says so; otherwise arrays must not overlap.
 *
 * Everything is checked once here: sizes (`dimension-mismatch`), arguments (`invalid-argument`) and that what comes out
 * is finite (`non-finite`; the message names the input that was not, if one was). After an error the outputs hold no
 * meaning.
 *
 * `typescriptKernels` is the specification; the WebAssembly form `simd` agrees with it bit for bit on every machine and
 * for every number of threads. `relaxed-simd` does not, and a result made with it has to say so (`variant`).
 * Orders of addition: `summation-order.ts`. Explanation, error bounds and speed: docs/methods/kernels.md.
 */
export interface MatrixKernels {
  readonly variant: KernelVariant;
  readonly threads: number;

  /**
   * A buffer of zeros inside the memory of the kernels: operations on such buffers (and subarrays of them) copy
   * nothing. Other Float64Arrays work everywhere too and are copied in and out.
   * @throws limit-exceeded when the memory of the kernels is full
   */
  allocate(length: number): Float64Array;
  /** Gives back a buffer of `allocate` (the buffer itself, no subarray); do not touch it afterwards. */
  release(buffer: Float64Array): void;

  /**
   * Matrix product out = [out +] alpha * op(a) * op(b), op = identity or transpose.
   * Each element is a plain sum in ascending inner index. Cost: 2mnk flops.
   * @throws dimension-mismatch, non-finite
   */
  gemm(a: Matrix, b: Matrix, out: Matrix, options?: ProductOptions): void;
  /** Matrix times vector, out = [out +] alpha * op(a) * x; the same bits as `gemm` with one column. */
  gemv(
    a: Matrix,
    x: Float64Array,
    out: Float64Array,
    options?: { transpose?: boolean; alpha?: number; accumulate?: boolean },
  ): void;
  /** out = [out +] alpha * a a' (or a'a with `transpose`), exactly symmetric; the lower triangle has gemm's bits. */
  syrk(a: Matrix, out: Matrix, options?: { transpose?: boolean; alpha?: number; accumulate?: boolean }): void;
  /**
   * X'WX and, fused in the same pass, X'Wz, summed over rows in the fixed row order (blocked, so that rounding grows
   * with n^(1/3)). `weights` null means all 1. `z` and `outCross` come together or not at all.
   * Data outside the kernels' memory is streamed through it in blocks. Cost: one pass, n p (p + 1) flops.
   * @throws dimension-mismatch, non-finite
   */
  gram(
    x: Matrix,
    weights: Float64Array | null,
    outGram: Matrix,
    cross?: { readonly z: Float64Array; readonly out: Float64Array },
  ): void;

  /**
   * Lower Cholesky factor of a symmetric positive definite matrix; reads the lower triangle of `a`, writes zeros above
   * the diagonal. `out` may be `a`. Cost: n^3 / 3 flops, blocked.
   * @throws singular-matrix when a pivot is at most n 2^-52 times its diagonal element; details {column, pivot, diagonal}
   */
  choleskyFactor(a: Matrix, out: Matrix): void;
  /** Solves A X = B from the factor of `choleskyFactor`. `out` may be `b`. @throws dimension-mismatch, non-finite */
  choleskySolve(l: Matrix, b: Matrix, out: Matrix): void;
  /** The inverse of A from its factor, exactly symmetric. @throws dimension-mismatch, non-finite */
  choleskyInverse(l: Matrix, out: Matrix): void;
  /** The diagonal of the inverse of A from its factor (for standard errors), cheaper than the inverse. */
  choleskyInverseDiagonal(l: Matrix, out: Float64Array): void;
  /** Factor of A + v v' in place of `l`, O(n^2). `v` is kept. @throws dimension-mismatch, non-finite */
  choleskyUpdate(l: Matrix, v: Float64Array): void;
  /** Factor of A - v v' in place of `l`, O(n^2). @throws singular-matrix when that is not positive definite (`l` is kept) */
  choleskyDowndate(l: Matrix, v: Float64Array): void;
  /** Solves op(T) X = B for a triangular T. `out` may be `b`. @throws singular-matrix, dimension-mismatch, non-finite */
  triangularSolve(
    t: Matrix,
    b: Matrix,
    out: Matrix,
    options: { readonly triangle: 'lower' | 'upper'; readonly transpose?: boolean },
  ): void;

  /**
   * Least squares by Householder reflections, for when X'X would be too ill-conditioned.
   *
   * Columns enter in their order; one whose remainder, after the columns before it are taken out, is at most `tolerance`
   * times its length depends on them: it is named and gets coefficient 0 (the rule of LINPACK dqrdc2 and R's `lm`,
   * which uses 1e-7).
   * @param x n x p, n >= 1
   * @param y n values
   * @param weights n non-negative weights, or null for all 1
   * @throws dimension-mismatch, invalid-argument, non-finite
   * Cost: O(n p^2). Source: Golub and Van Loan 2013, Matrix Computations, algorithm 5.2.1.
   */
  leastSquares(x: Matrix, y: Float64Array, weights: Float64Array | null, tolerance: number): LeastSquaresFit;

  /**
   * Weighted means and sums of squares about them, two passes, by column.
   *
   * The sample variance is centredSquares / (n - 1); for weights the caller picks its denominator from the returned
   * sums (for example sumOfWeights - sumOfSquaredWeights / sumOfWeights for reliability weights).
   * @throws empty-group when there are no rows or the weights sum to 0; dimension-mismatch, non-finite
   */
  columnMoments(
    x: Matrix,
    weights: Float64Array | null,
    outMean: Float64Array,
    outCentredSquares: Float64Array,
  ): { readonly sumOfWeights: number; readonly sumOfSquaredWeights: number };
  /** out = (x - centre) / scale by column; `out` may be `x`. @throws no-variation for a scale that is not positive */
  standardise(x: Matrix, centre: Float64Array, scale: Float64Array, out: Matrix): void;

  /** Squared Euclidean distances between rows of x and rows of y, by direct differences: exact 0 for equal rows. */
  squaredDistances(x: Matrix, y: Matrix, out: Matrix): void;
  /**
   * The k nearest rows of y for every row of x (squared distance), nearest first; ties go to the lower row of y.
   * @param outIndices x.rows * k row numbers
   * @param outDistances x.rows * k squared distances
   * @throws invalid-argument unless 1 <= k <= y.rows
   */
  nearest(x: Matrix, y: Matrix, k: number, outIndices: Int32Array, outDistances: Float64Array): void;
  /**
   * Kernel matrix between rows of x and of y: `gaussian` exp(-scale * squared distance), `linear` scale * x y'.
   * @throws invalid-argument for a scale that is not positive
   */
  kernelMatrix(
    x: Matrix,
    y: Matrix,
    kernel: { readonly kind: 'gaussian' | 'linear'; readonly scale: number },
    out: Matrix,
  ): void;

  /**
   * One pass of iteratively reweighted least squares for a logistic model: from beta the linear predictor
   * eta = X beta + offset, mu = logistic(eta), working weights w = prior * mu (1 - mu), score X'(prior (y - mu)) and
   * (negative) Hessian X'WX, reading X once. The Newton step solves hessian * step = score.
   *
   * @param data x n x p; y n values in [0, 1]; offset, priorWeights n values or null
   * @param out score p, hessian p x p; eta, mu, workingWeights n values each, left out where not wanted
   * @returns the log-likelihood sum of prior (y eta - log(1 + e^eta)), or null when `withLogLikelihood` is false
   * @throws dimension-mismatch, non-finite
   * Cost: one pass, n p (p + 4) flops and one exp per row. Source: McCullagh and Nelder 1989, section 4.4.
   */
  logisticPass(
    data: {
      readonly x: Matrix;
      readonly y: Float64Array;
      readonly offset: Float64Array | null;
      readonly priorWeights: Float64Array | null;
    },
    beta: Float64Array,
    out: {
      readonly score: Float64Array;
      readonly hessian: Matrix;
      readonly eta?: Float64Array;
      readonly mu?: Float64Array;
      readonly workingWeights?: Float64Array;
    },
    withLogLikelihood: boolean,
  ): number | null;

  /** e^x by element; `out` may be `x`. @throws non-finite where x > 709.78 too. */
  exp(x: Float64Array, out: Float64Array): void;
  /** Natural logarithm by element. @throws non-finite where x <= 0 */
  log(x: Float64Array, out: Float64Array): void;
  /** log(1 + x) by element. @throws non-finite where x <= -1 */
  log1p(x: Float64Array, out: Float64Array): void;
  /** 1 / (1 + e^-x) by element. */
  logistic(x: Float64Array, out: Float64Array): void;

  /** Sum of a vector, in vector order. @throws non-finite */
  sum(x: Float64Array): number;
  /** Sum of products, in vector order. @throws non-finite, dimension-mismatch */
  dot(x: Float64Array, y: Float64Array): number;
  /** Sums of x, y, min(x, y) and min(x, y, 1 - y): all that consistency, coverage and PRI need, in one pass. */
  membershipSums(x: Float64Array, y: Float64Array): MembershipSums;
  /** Row-wise minimum (logical and) of memberships; columns flagged in `negated` enter as 1 - x. At least one column. */
  rowMinimum(x: Matrix, negated: Uint8Array | null, out: Float64Array): void;
  /** Row-wise maximum (logical or), otherwise as `rowMinimum`. */
  rowMaximum(x: Matrix, negated: Uint8Array | null, out: Float64Array): void;

  /**
   * Thin singular value decomposition x = U diag(s) V', values descending (ml-matrix, Golub-Kahan).
   * U is rows x r, V is cols x r, r = min(rows, cols). Signs: the largest element of each right vector is positive.
   */
  singularValues(x: Matrix): { readonly u: Matrix; readonly values: Float64Array; readonly v: Matrix };
  /** Eigenvalues, descending, and orthonormal eigenvectors (columns) of a symmetric matrix (ml-matrix); sign rule as above. */
  symmetricEigen(a: Matrix): { readonly values: Float64Array; readonly vectors: Matrix };
}

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Factor of `a`, 1 by default. */
  readonly alpha?: number;
  /** Add to what `out` holds; by default it is overwritten. */
  readonly accumulate?: boolean;
}

export interface LeastSquaresFit {
  /** p coefficients in the order of the columns; 0 for those in `dependentColumns`. */
  readonly coefficients: Float64Array;
  readonly rank: number;
  /** Columns that are linear combinations of earlier ones, ascending. */
  readonly dependentColumns: readonly number[];
  /** Columns that were used, in order; `r` has their order. */
  readonly usedColumns: readonly number[];
  /** rank x rank upper factor: R'R = X'WX of the used columns. */
  readonly r: Matrix;
  /** Weighted sum of squared residuals. */
  readonly residualSumOfSquares: number;
}
