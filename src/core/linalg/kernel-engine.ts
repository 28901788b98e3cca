/**
 * What a form of the kernels (TypeScript, WebAssembly) has to provide: the same arithmetic over flat arrays whose sizes
 * were checked already (`createMatrixKernels`). Every operation returns whether all that it wrote is finite; it writes
 * the outputs in any case. Orders of addition are those of `summation-order.ts`; every operation below says the rest.
 */
export interface KernelEngine {
  readonly variant: KernelVariant;
  readonly threads: number;
  /** A zeroed buffer that the kernels read and write without a copy. */
  allocate(length: number): Float64Array;
  /** Gives a buffer of `allocate` back. */
  release(buffer: Float64Array): void;

  /** c (m x n) = [c +] sum over k ascending of (alpha * a_ik) * b_kj. */
  gemm(
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Float64Array,
    transposeA: boolean,
    b: Float64Array,
    transposeB: boolean,
    accumulate: boolean,
    c: Float64Array,
  ): boolean;
  /** Lower triangle of c (n x n) as gemm of `a` with its own transpose over k; the upper triangle mirrors it. */
  syrk(
    n: number,
    k: number,
    alpha: number,
    a: Float64Array,
    transpose: boolean,
    accumulate: boolean,
    c: Float64Array,
  ): boolean;
  /** gram_ab = sum over rows of (w_i x_ia) x_ib for a >= b, mirrored; cross_a = sum over rows of (w_i x_ia) z_i. */
  gram(
    n: number,
    p: number,
    x: Float64Array,
    weights: Float64Array | null,
    z: Float64Array | null,
    gram: Float64Array,
    cross: Float64Array | null,
  ): boolean;
  /** Lower factor, products subtracted in ascending order. Returns the first column whose pivot is too small, or -1. */
  choleskyFactor(n: number, a: Float64Array, l: Float64Array): number;
  /**
   * x (n x m) with T x = b, one division per element. T is lower or upper, taken as it is or transposed. Terms are
   * subtracted in the order in which their unknowns are found (ascending forwards, descending backwards).
   */
  triangularSolve(
    n: number,
    m: number,
    t: Float64Array,
    lower: boolean,
    transpose: boolean,
    b: Float64Array,
    x: Float64Array,
  ): boolean;
  /** inverse = T'T with T = L^-1 by forward solves; products in ascending order. */
  choleskyInverse(n: number, l: Float64Array, inverse: Float64Array): boolean;
  /** The diagonal of `choleskyInverse`, the same bits. */
  choleskyInverseDiagonal(n: number, l: Float64Array, diagonal: Float64Array): boolean;

  /** Sums over rows: of weights and squared weights (returned), means, and sums of squares about the means. */
  columnMoments(
    n: number,
    p: number,
    x: Float64Array,
    weights: Float64Array | null,
    mean: Float64Array,
    centredSquares: Float64Array,
  ): { finite: boolean; sumOfWeights: number; sumOfSquaredWeights: number };
  /** out = (x - centre) / scale by column. */
  standardise(
    n: number,
    p: number,
    x: Float64Array,
    centre: Float64Array,
    scale: Float64Array,
    out: Float64Array,
  ): boolean;

  /** out_ij = sum over columns ascending of (x_ic - y_jc)^2. */
  squaredDistances(n: number, m: number, p: number, x: Float64Array, y: Float64Array, out: Float64Array): boolean;
  /** The k rows of y nearest to each row of x, nearest first, ties to the lower row. */
  nearest(
    n: number,
    m: number,
    p: number,
    k: number,
    x: Float64Array,
    y: Float64Array,
    indices: Int32Array,
    distances: Float64Array,
  ): boolean;

  logisticPass(pass: LogisticPassArrays): { finite: boolean; logLikelihood: number };

  exp(n: number, x: Float64Array, out: Float64Array): boolean;
  log(n: number, x: Float64Array, out: Float64Array): boolean;
  log1p(n: number, x: Float64Array, out: Float64Array): boolean;
  logistic(n: number, x: Float64Array, out: Float64Array): boolean;

  /** out = factor * x by element; `out` may be `x`. */
  scale(n: number, factor: number, x: Float64Array, out: Float64Array): boolean;
  /** Sum of one vector, in vector order. */
  sum(n: number, x: Float64Array): number;
  /** Sum of products of two vectors, in vector order. */
  dot(n: number, x: Float64Array, y: Float64Array): number;
  /** Sums, in vector order, of x, y, min(x, y) and min(x, y, 1 - y). */
  membershipSums(n: number, x: Float64Array, y: Float64Array): MembershipSums;
  /** Smallest (or largest) of each row, where negated columns count as 1 - x. `negated` has p flags, 0 or 1. */
  rowExtreme(
    n: number,
    p: number,
    x: Float64Array,
    negated: Uint8Array | null,
    largest: boolean,
    out: Float64Array,
  ): boolean;
}

/** `simd` gives the same bits as `typescript`; `relaxed-simd` fuses products and sums and differs in the last bits. */
export type KernelVariant = 'typescript' | 'simd' | 'relaxed-simd';

/** Arrays of one pass of iteratively reweighted least squares; `null` outputs are not written. */
export interface LogisticPassArrays {
  readonly n: number;
  readonly p: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly beta: Float64Array;
  readonly offset: Float64Array | null;
  readonly priorWeights: Float64Array | null;
  readonly eta: Float64Array | null;
  readonly mu: Float64Array | null;
  readonly workingWeights: Float64Array | null;
  readonly score: Float64Array;
  readonly hessian: Float64Array;
  readonly withLogLikelihood: boolean;
}

export interface MembershipSums {
  readonly x: number;
  readonly y: number;
  /** Sum of min(x, y). */
  readonly both: number;
  /** Sum of min(x, y, 1 - y). */
  readonly contradiction: number;
}
