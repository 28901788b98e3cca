import { rowChunk, rowsPerBlock } from './summation-order.ts';

// Plain forms of the matrix products; arguments as in KernelEngine, sizes checked by the caller.

/** The transpose of a rows x cols matrix. */
function transposed(rows: number, cols: number, values: Float64Array): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = values[i * cols + j]!;
  return out;
}

export function allFinite(values: Float64Array, length = values.length): boolean {
  // x * 0 is 0 for finite x and NaN otherwise.
  let zero = 0;
  for (let i = 0; i < length; i++) zero += values[i]! * 0;
  return zero === 0;
}

export function gemm(
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
  const left = transposeA ? transposed(k, m, a) : a;
  const right = transposeB ? transposed(n, k, b) : b;
  if (!accumulate) c.fill(0, 0, m * n);
  for (let i = 0; i < m; i++) {
    const row = i * n;
    for (let q = 0; q < k; q++) {
      const factor = alpha * left[i * k + q]!;
      const from = q * n;
      for (let j = 0; j < n; j++) c[row + j] = c[row + j]! + factor * right[from + j]!;
    }
  }
  return allFinite(c, m * n);
}

export function syrk(
  n: number,
  k: number,
  alpha: number,
  a: Float64Array,
  transpose: boolean,
  accumulate: boolean,
  c: Float64Array,
): boolean {
  const left = transpose ? transposed(k, n, a) : a;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = accumulate ? c[i * n + j]! : 0;
      for (let q = 0; q < k; q++) s += alpha * left[i * k + q]! * left[j * k + q]!;
      c[i * n + j] = s;
      c[j * n + i] = s;
    }
  }
  return allFinite(c, n * n);
}

export function gram(
  n: number,
  p: number,
  x: Float64Array,
  weights: Float64Array | null,
  z: Float64Array | null,
  out: Float64Array,
  cross: Float64Array | null,
): boolean {
  out.fill(0, 0, p * p);
  cross?.fill(0, 0, p);
  const blockRows = rowsPerBlock(n);
  const blockGram = new Float64Array(p * p);
  const blockCross = new Float64Array(p);
  const chunkGram = new Float64Array(p * p);
  const chunkCross = new Float64Array(p);
  for (let block = 0; block < n; block += blockRows) {
    const blockEnd = Math.min(block + blockRows, n);
    blockGram.fill(0);
    blockCross.fill(0);
    for (let chunk = block; chunk < blockEnd; chunk += rowChunk) {
      const chunkEnd = Math.min(chunk + rowChunk, blockEnd);
      chunkGram.fill(0);
      chunkCross.fill(0);
      for (let i = chunk; i < chunkEnd; i++) {
        const row = i * p;
        const w = weights === null ? 1 : weights[i]!;
        for (let a = 0; a < p; a++) {
          const weighted = w * x[row + a]!;
          for (let b = 0; b <= a; b++) chunkGram[a * p + b] = chunkGram[a * p + b]! + weighted * x[row + b]!;
          if (z !== null) chunkCross[a] = chunkCross[a]! + weighted * z[i]!;
        }
      }
      addInto(blockGram, chunkGram);
      addInto(blockCross, chunkCross);
    }
    addInto(out, blockGram);
    if (cross !== null) addInto(cross, blockCross);
  }
  mirrorLower(p, out);
  return allFinite(out, p * p) && (cross === null || allFinite(cross, p));
}

export function addInto(total: Float64Array, part: Float64Array): void {
  for (let i = 0; i < part.length; i++) total[i] = total[i]! + part[i]!;
}

/** Copies the lower triangle of a p x p matrix above its diagonal. */
export function mirrorLower(p: number, values: Float64Array): void {
  for (let a = 0; a < p; a++) for (let b = 0; b < a; b++) values[b * p + a] = values[a * p + b]!;
}
