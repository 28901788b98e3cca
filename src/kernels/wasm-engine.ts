import type { KernelEngine, KernelVariant, LogisticPassArrays, MembershipSums } from '../core/linalg/kernel-engine.ts';
import { CallFrame } from './call-frame.ts';
import type { KernelMemory } from './kernel-memory.ts';
import type { BlockKernelName, WasmExports } from './wasm-exports.ts';
import type { WorkerTeam } from './worker-team.ts';

/** Orders of addition of core/linalg/summation-order.ts, given by the caller: this room takes only types from core. */
export interface SummationOrder {
  rowsPerBlock(rows: number): number;
  elementsPerBlock(length: number): number;
}

/** Work (in multiplications) below which helper threads cost more than they bring. */
const workForThreads = 500_000;
/** Work below which the plain form is done before arrays are laid out for WebAssembly. */
const workForWasm = 600;
/** Bytes of rows copied in at a time when data lie outside the kernels' memory, and of partial sums kept at a time. */
const batchBytes = 32 * 2 ** 20;
/** Magnitude up to which squared distances cannot overflow for any number of columns that fits in memory. */
const safeMagnitude = 1e150;

/** The kernels in WebAssembly over one memory; the plain engine does what is too small or too extreme for them. */
export class WasmEngine implements KernelEngine {
  readonly variant: KernelVariant;
  readonly #wasm: WasmExports;
  readonly #memory: KernelMemory;
  readonly #team: WorkerTeam;
  readonly #plain: KernelEngine;
  readonly #order: SummationOrder;

  constructor(
    variant: KernelVariant,
    wasm: WasmExports,
    memory: KernelMemory,
    team: WorkerTeam,
    plain: KernelEngine,
    order: SummationOrder,
  ) {
    this.variant = variant;
    this.#wasm = wasm;
    this.#memory = memory;
    this.#team = team;
    this.#plain = plain;
    this.#order = order;
  }

  get threads(): number {
    return this.#team.threads;
  }

  allocate(length: number): Float64Array {
    return this.#memory.allocate(length);
  }

  release(buffer: Float64Array): void {
    this.#memory.release(this.#memory.holds(buffer) ? buffer.byteOffset : Number.NaN);
  }

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
  ): boolean {
    if (m * n * k <= workForWasm) return this.#plain.gemm(m, n, k, alpha, a, transposeA, b, transposeB, accumulate, c);
    return this.#inFrame((frame) => {
      const at = { a: frame.input(a), b: frame.input(b), c: frame.output(c, m * n, accumulate) };
      if (n === 1 && Math.abs(alpha) === 1)
        return this.#wasm.gemv(m, k, alpha, at.a, Number(transposeA), at.b, Number(accumulate), at.c) === 1;
      return this.#product(frame, m, n, k, alpha, at.a, transposeA, at.b, transposeB, accumulate, at.c, false);
    });
  }

  syrk(
    n: number,
    k: number,
    alpha: number,
    a: Float64Array,
    transpose: boolean,
    accumulate: boolean,
    c: Float64Array,
  ): boolean {
    if (n * n * k <= workForWasm) return this.#plain.syrk(n, k, alpha, a, transpose, accumulate, c);
    return this.#inFrame((frame) => {
      const from = frame.input(a);
      const to = frame.output(c, n * n, accumulate);
      this.#product(frame, n, n, k, alpha, from, transpose, from, !transpose, accumulate, to, true);
      return this.#wasm.mirrorLower(n, to) === 1;
    });
  }

  /** Rows of c are shared out; an element is one ascending sum, so the share changes no bit. */
  #product(
    frame: CallFrame,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    transposeA: boolean,
    b: number,
    transposeB: boolean,
    accumulate: boolean,
    c: number,
    lowerOnly: boolean,
  ): boolean {
    const scratch = frame.reserve(this.#wasm.gemmScratch() * this.threads);
    const jobs = this.threads > 1 && m * n * k > workForThreads ? 2 * this.threads : 1;
    // A multiple of both tile heights; more rows further down where only the lower triangle counts would not be shared evenly.
    const rowsPerJob = Math.max(12, Math.ceil(m / jobs / 12) * 12);
    const given = [
      rowsPerJob,
      m,
      n,
      k,
      alpha,
      a,
      Number(transposeA),
      b,
      Number(transposeB),
      Number(accumulate),
      c,
      Number(lowerOnly),
      scratch,
    ];
    return this.#team.run('gemm', Math.ceil(m / rowsPerJob), given);
  }

  gram(
    n: number,
    p: number,
    x: Float64Array,
    weights: Float64Array | null,
    z: Float64Array | null,
    gram: Float64Array,
    cross: Float64Array | null,
  ): boolean {
    if (n * p * p <= workForWasm) return this.#plain.gram(n, p, x, weights, z, gram, cross);
    const p4 = padded(p);
    const total = this.#sumOverBlocks(n, p4 * p4 + p4, [x, weights, z], p, p * p, (frame) => {
      const scratch = frame.reserve(this.#wasm.gramScratch() * this.threads);
      return {
        kernel: 'gram',
        given: (rows, blockRows, [xs, ws, zs], partials) => [rows, p, blockRows, xs!, ws!, zs!, partials, scratch],
      };
    });
    copyLower(p, p4, total, gram);
    cross?.set(total.subarray(p4 * p4, p4 * p4 + p));
    return allFinite(gram) && (cross === null || allFinite(cross));
  }

  logisticPass(pass: LogisticPassArrays): { finite: boolean; logLikelihood: number } {
    const { n, p, x, y, beta, offset, priorWeights, eta, mu, workingWeights, score, hessian, withLogLikelihood } = pass;
    if (n * p * p <= workForWasm) return this.#plain.logisticPass(pass);
    const p4 = padded(p);
    const total = this.#sumOverBlocks(
      n,
      p4 * p4 + p4 + 2,
      [x, y, offset, priorWeights],
      p,
      p * p + 20,
      (frame) => {
        const scratch = frame.reserve(this.#wasm.logisticScratch() * this.threads);
        const coefficients = frame.input(beta);
        return {
          kernel: 'logisticPass',
          given: (rows, blockRows, [xs, ys, os, ws], partials, [e, m, w]) => [
            rows,
            p,
            blockRows,
            xs!,
            ys!,
            coefficients,
            os!,
            ws!,
            e!,
            m!,
            w!,
            Number(withLogLikelihood),
            partials,
            scratch,
          ],
        };
      },
      [eta, mu, workingWeights],
    );
    copyLower(p, p4, total, hessian);
    score.set(total.subarray(p4 * p4, p4 * p4 + p));
    const logLikelihood = total[p4 * p4 + p4]!;
    return { finite: allFinite(hessian) && allFinite(score) && Number.isFinite(logLikelihood), logLikelihood };
  }

  columnMoments(
    n: number,
    p: number,
    x: Float64Array,
    weights: Float64Array | null,
    mean: Float64Array,
    centredSquares: Float64Array,
  ): { finite: boolean; sumOfWeights: number; sumOfSquaredWeights: number } {
    if (n * p <= workForWasm) return this.#plain.columnMoments(n, p, x, weights, mean, centredSquares);
    const p4 = padded(p);
    let sumOfWeights = n;
    let sumOfSquaredWeights = n;
    if (weights !== null) {
      const totals = this.#sumOverBlocks(n, 2, [weights], 1, 1, () => ({
        kernel: 'weightTotals',
        given: (rows, blockRows, [ws], partials) => [rows, blockRows, ws!, partials],
      }));
      [sumOfWeights, sumOfSquaredWeights] = [totals[0]!, totals[1]!];
    }
    const sums = this.#sumOverBlocks(n, p4, [x, weights], p, p, () => ({
      kernel: 'weightedSums',
      given: (rows, blockRows, [xs, ws], partials) => [rows, p, blockRows, xs!, ws!, partials],
    }));
    const centre = new Float64Array(p4);
    for (let j = 0; j < p; j++) centre[j] = sums[j]! / sumOfWeights;
    const deviations = this.#sumOverBlocks(n, 2 * p4, [x, weights], p, p, (frame) => {
      const means = frame.input(centre);
      return {
        kernel: 'weightedDeviations',
        given: (rows, blockRows, [xs, ws], partials) => [rows, p, blockRows, xs!, ws!, means, partials],
      };
    });
    for (let j = 0; j < p; j++) {
      const lost = deviations[j]! / sumOfWeights;
      mean[j] = centre[j]! + lost;
      centredSquares[j] = Math.max(0, deviations[p4 + j]! - deviations[j]! * lost);
    }
    return {
      finite: allFinite(mean) && allFinite(centredSquares) && Number.isFinite(sumOfWeights),
      sumOfWeights,
      sumOfSquaredWeights,
    };
  }

  standardise(
    n: number,
    p: number,
    x: Float64Array,
    centre: Float64Array,
    scale: Float64Array,
    out: Float64Array,
  ): boolean {
    if (n * p <= workForWasm) return this.#plain.standardise(n, p, x, centre, scale, out);
    const blockRows = this.#order.rowsPerBlock(n);
    return this.#inFrame((frame) => {
      const given = [
        n,
        p,
        blockRows,
        frame.input(x),
        frame.input(centre),
        frame.input(scale),
        frame.output(out, n * p),
      ];
      return this.#run('standardise', Math.ceil(n / blockRows), n * p, given);
    });
  }

  choleskyFactor(n: number, a: Float64Array, l: Float64Array): number {
    if (n ** 3 <= workForWasm) return this.#plain.choleskyFactor(n, a, l);
    return this.#inFrame((frame) => {
      const from = frame.input(a);
      const to = a === l ? from : frame.output(l, n * n);
      const lost = this.#wasm.choleskyFactor(n, from, to, frame.reserve(this.#wasm.choleskyScratchBytes(n)));
      if (a === l && !this.#memory.holds(l)) l.set(this.#memory.doubles(to, n * n));
      return lost;
    });
  }

  triangularSolve(
    n: number,
    m: number,
    t: Float64Array,
    lower: boolean,
    transpose: boolean,
    b: Float64Array,
    x: Float64Array,
  ): boolean {
    if (n * n * m <= workForWasm) return this.#plain.triangularSolve(n, m, t, lower, transpose, b, x);
    if (b !== x) x.set(b.subarray(0, n * m));
    return this.#inFrame(
      (frame) =>
        this.#wasm.triangularSolve(
          n,
          m,
          frame.input(t),
          Number(lower),
          Number(transpose),
          frame.output(x, n * m, true),
        ) === 1,
    );
  }

  choleskyInverse(n: number, l: Float64Array, inverse: Float64Array): boolean {
    if (n ** 3 <= workForWasm) return this.#plain.choleskyInverse(n, l, inverse);
    return this.#inFrame((frame) => {
      const t = frame.reserve(n * n * 8);
      this.#wasm.inverseOfLower(n, frame.input(l), t);
      const to = frame.output(inverse, n * n);
      this.#product(frame, n, n, n, 1, t, true, t, false, false, to, true);
      return this.#wasm.mirrorLower(n, to) === 1;
    });
  }

  choleskyInverseDiagonal(n: number, l: Float64Array, diagonal: Float64Array): boolean {
    if (n ** 3 <= workForWasm) return this.#plain.choleskyInverseDiagonal(n, l, diagonal);
    return this.#inFrame((frame) => {
      const t = frame.reserve(n * n * 8);
      this.#wasm.inverseOfLower(n, frame.input(l), t);
      return this.#wasm.columnSquares(n, t, frame.output(diagonal, n)) === 1;
    });
  }

  squaredDistances(n: number, m: number, p: number, x: Float64Array, y: Float64Array, out: Float64Array): boolean {
    if (n * m * p <= workForWasm) return this.#plain.squaredDistances(n, m, p, x, y, out);
    return (
      this.#betweenPoints(n, m, p, x, y, (frame, xs, packed, edge, rowsPerJob, jobs) =>
        this.#run('squaredDistances', jobs, n * m * p, [
          rowsPerJob,
          n,
          m,
          p,
          xs,
          packed,
          frame.output(out, n * m),
          edge,
        ]),
      ) ?? this.#plain.squaredDistances(n, m, p, x, y, out)
    );
  }

  nearest(
    n: number,
    m: number,
    p: number,
    k: number,
    x: Float64Array,
    y: Float64Array,
    indices: Int32Array,
    distances: Float64Array,
  ): boolean {
    if (n * m * p <= workForWasm) return this.#plain.nearest(n, m, p, k, x, y, indices, distances);
    return (
      this.#betweenPoints(n, m, p, x, y, (frame, xs, packed, edge, rowsPerJob, jobs) =>
        this.#run('nearest', jobs, n * m * p, [
          rowsPerJob,
          n,
          m,
          p,
          k,
          xs,
          packed,
          frame.integerOutput(indices, n * k),
          frame.output(distances, n * k),
          edge,
        ]),
      ) ?? this.#plain.nearest(n, m, p, k, x, y, indices, distances)
    );
  }

  /** Lays points out and runs; null when they are not finite or so large that distances may overflow. */
  #betweenPoints(
    n: number,
    m: number,
    p: number,
    x: Float64Array,
    y: Float64Array,
    run: (frame: CallFrame, x: number, packed: number, edge: number, rowsPerJob: number, jobs: number) => boolean,
  ): boolean | null {
    return this.#inFrame((frame) => {
      const xs = frame.input(x);
      const ys = frame.input(y);
      const isSafe =
        this.#wasm.largestMagnitude(n * p, xs) < safeMagnitude &&
        this.#wasm.largestMagnitude(m * p, ys) < safeMagnitude;
      if (!isSafe) return null;
      const packed = frame.reserve(Math.ceil(m / 4) * 4 * p * 8);
      this.#wasm.packPoints(m, p, ys, packed);
      const rowsPerJob = Math.max(4, Math.ceil(n / 64 / 4) * 4);
      return run(frame, xs, packed, frame.reserve(128 * this.threads), rowsPerJob, Math.ceil(n / rowsPerJob));
    });
  }

  exp(n: number, x: Float64Array, out: Float64Array): boolean {
    return n * 8 <= workForWasm ? this.#plain.exp(n, x, out) : this.#elementwise(0, n, x, out);
  }

  log(n: number, x: Float64Array, out: Float64Array): boolean {
    return n * 8 <= workForWasm ? this.#plain.log(n, x, out) : this.#elementwise(1, n, x, out);
  }

  log1p(n: number, x: Float64Array, out: Float64Array): boolean {
    return n * 8 <= workForWasm ? this.#plain.log1p(n, x, out) : this.#elementwise(2, n, x, out);
  }

  logistic(n: number, x: Float64Array, out: Float64Array): boolean {
    return n * 8 <= workForWasm ? this.#plain.logistic(n, x, out) : this.#elementwise(3, n, x, out);
  }

  #elementwise(operation: number, n: number, x: Float64Array, out: Float64Array): boolean {
    const blockLength = this.#order.elementsPerBlock(n);
    return this.#inFrame((frame) => {
      const given = [operation, n, blockLength, frame.input(x), frame.output(out, n)];
      return this.#run('elementwise', Math.ceil(n / blockLength), n * 20, given);
    });
  }

  scale(n: number, factor: number, x: Float64Array, out: Float64Array): boolean {
    if (!(this.#memory.holds(x) && this.#memory.holds(out))) return this.#plain.scale(n, factor, x, out);
    return this.#wasm.scale(n, factor, x.byteOffset, out.byteOffset) === 1;
  }

  sum(n: number, x: Float64Array): number {
    return this.#vectorSum(0, n, x, null) ?? this.#plain.sum(n, x);
  }

  dot(n: number, x: Float64Array, y: Float64Array): number {
    return this.#vectorSum(1, n, x, y) ?? this.#plain.dot(n, x, y);
  }

  membershipSums(n: number, x: Float64Array, y: Float64Array): MembershipSums {
    if (n <= workForWasm) return this.#plain.membershipSums(n, x, y);
    return this.#inFrame((frame) => {
      const xs = frame.input(x);
      const ys = frame.input(y);
      return {
        x: this.#sumAt(frame, 0, n, xs, 0),
        y: this.#sumAt(frame, 0, n, ys, 0),
        both: this.#sumAt(frame, 2, n, xs, ys),
        contradiction: this.#sumAt(frame, 3, n, xs, ys),
      };
    });
  }

  rowExtreme(
    n: number,
    p: number,
    x: Float64Array,
    negated: Uint8Array | null,
    largest: boolean,
    out: Float64Array,
  ): boolean {
    if (n * p <= workForWasm) return this.#plain.rowExtreme(n, p, x, negated, largest, out);
    return this.#inFrame((frame) => {
      const mask = frame.reserve(p * 8);
      const words = this.#memory.integers(mask, 2 * p).fill(0);
      for (let j = 0; j < p; j++) if (negated?.[j] === 1) words.fill(-1, 2 * j, 2 * j + 2);
      return this.#wasm.rowExtreme(n, p, frame.input(x), mask, Number(largest), frame.output(out, n)) === 1;
    });
  }

  #vectorSum(kind: number, n: number, x: Float64Array, y: Float64Array | null): number | null {
    if (n <= workForWasm) return null;
    return this.#inFrame((frame) => this.#sumAt(frame, kind, n, frame.input(x), frame.input(y)));
  }

  #sumAt(frame: CallFrame, kind: number, n: number, x: number, y: number): number {
    const blockLength = this.#order.elementsPerBlock(n);
    const blocks = Math.ceil(n / blockLength);
    const partials = frame.reserve(blocks * 8);
    this.#run('vectorSum', blocks, n, [kind, n, blockLength, x, y, partials]);
    let total = 0;
    for (const partial of this.#memory.doubles(partials, blocks)) total += partial;
    return total;
  }

  /**
   * Sums `width` numbers over blocks of rows. `columns` are arrays of n rows (the first `p` wide, the others 1); those
   * outside the kernels' memory come in a batch of blocks at a time, so that any n fits. Partials are added in order.
   */
  #sumOverBlocks(
    n: number,
    width: number,
    columns: readonly (Float64Array | null)[],
    p: number,
    workPerRow: number,
    prepare: (frame: CallFrame) => {
      kernel: BlockKernelName;
      given: (
        rows: number,
        blockRows: number,
        columns: readonly number[],
        partials: number,
        outputs: readonly number[],
      ) => number[];
    },
    outputs: readonly (Float64Array | null)[] = [],
  ): Float64Array {
    const total = new Float64Array(width);
    const blockRows = this.#order.rowsPerBlock(n);
    const blocks = Math.ceil(n / blockRows);
    const allInside = [...columns, ...outputs].every((values) => values === null || this.#memory.holds(values));
    const bytesPerBlock = Math.max(width * 8, allInside ? 0 : blockRows * (p + columns.length + outputs.length) * 8);
    const blocksPerBatch = Math.max(this.threads, Math.min(blocks, Math.floor(batchBytes / bytesPerBlock)));
    return this.#inFrame((frame) => {
      const partials = frame.reserve(blocksPerBatch * width * 8);
      const { kernel, given } = prepare(frame);
      for (let block = 0; block < blocks; block += blocksPerBatch) {
        const count = Math.min(blocksPerBatch, blocks - block);
        const first = block * blockRows;
        const rows = Math.min(count * blockRows, n - first);
        this.#inFrame((batch) => {
          const part = (values: Float64Array | null, cols: number) =>
            values === null ? null : values.subarray(first * cols, (first + rows) * cols);
          const inputs = columns.map((values, i) => batch.input(part(values, i === 0 ? p : 1)));
          const results = outputs.map((values) => batch.output(part(values, 1), rows));
          this.#run(kernel, count, rows * workPerRow, given(rows, blockRows, inputs, partials, results));
        });
        const found = this.#memory.doubles(partials, count * width);
        for (let b = 0; b < count; b++) for (let i = 0; i < width; i++) total[i] = total[i]! + found[b * width + i]!;
      }
      return total;
    });
  }

  #run(kernel: BlockKernelName, blocks: number, work: number, given: readonly number[]): boolean {
    return this.#team.run(kernel, blocks, given, work > workForThreads);
  }

  #inFrame<T>(use: (frame: CallFrame) => T): T {
    const frame = new CallFrame(this.#memory);
    try {
      const result = use(frame);
      frame.copyOut();
      return result;
    } finally {
      frame.close();
    }
  }
}

/** Columns of a tile layout: the next multiple of four. */
function padded(p: number): number {
  return (p + 3) & ~3;
}

/** Copies the lower triangle of a padded p4 x p4 layout into a symmetric p x p matrix. */
function copyLower(p: number, p4: number, from: Float64Array, to: Float64Array): void {
  for (let a = 0; a < p; a++) {
    for (let b = 0; b <= a; b++) {
      to[a * p + b] = from[a * p4 + b]!;
      to[b * p + a] = from[a * p4 + b]!;
    }
  }
}

function allFinite(values: Float64Array): boolean {
  return values.every(Number.isFinite);
}
