// out_i = start_i + sum over columns ascending of (factor x_ij) beta_j, two rows to a register, eight rows at a time.
import { firsts, multiplyAdd, seconds, zero } from './simd';

// @ts-ignore: decorator
@inline
function rowPair(r0: usize, r1: usize, p: usize, beta: usize, factor: v128, start: v128): v128 {
  let s = start;
  let j: usize = 0;
  for (; j + 1 < p; j += 2) {
    const at = j << 3;
    const u = f64x2.mul(factor, v128.load(r0 + at)), v = f64x2.mul(factor, v128.load(r1 + at));
    s = multiplyAdd(s, firsts(u, v), v128.load64_splat(beta + at));
    s = multiplyAdd(s, seconds(u, v), v128.load64_splat(beta + at, 8));
  }
  if (j < p) {
    const at = j << 3;
    const last = v128.load64_lane(r1 + at, v128.load64_zero(r0 + at), 1);
    s = multiplyAdd(s, f64x2.mul(factor, last), v128.load64_splat(beta + at));
  }
  return s;
}

/** `start` 0 means zeros; `factor` 1 or -1 multiplies x. Strides in bytes. `out` may be `start`. */
export function rowsTimesVector(rows: usize, p: usize, x: usize, stride: usize, beta: usize, factor: f64, start: usize, out: usize): void {
  const f = f64x2.splat(factor);
  let i: usize = 0;
  const whole = p & ~1;
  for (; i + 8 <= rows; i += 8) {
    const r0 = x + i * stride, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
    const r4 = r3 + stride, r5 = r4 + stride, r6 = r5 + stride, r7 = r6 + stride;
    let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
    if (start) {
      const from = start + (i << 3);
      s0 = v128.load(from); s1 = v128.load(from, 16); s2 = v128.load(from, 32); s3 = v128.load(from, 48);
    }
    let j: usize = 0;
    for (; j < whole; j += 2) {
      const at = j << 3;
      const b0 = f64x2.mul(f, v128.load64_splat(beta + at)), b1 = f64x2.mul(f, v128.load64_splat(beta + at, 8));
      let u = v128.load(r0 + at), v = v128.load(r1 + at);
      s0 = multiplyAdd(s0, firsts(u, v), b0); s0 = multiplyAdd(s0, seconds(u, v), b1);
      u = v128.load(r2 + at); v = v128.load(r3 + at);
      s1 = multiplyAdd(s1, firsts(u, v), b0); s1 = multiplyAdd(s1, seconds(u, v), b1);
      u = v128.load(r4 + at); v = v128.load(r5 + at);
      s2 = multiplyAdd(s2, firsts(u, v), b0); s2 = multiplyAdd(s2, seconds(u, v), b1);
      u = v128.load(r6 + at); v = v128.load(r7 + at);
      s3 = multiplyAdd(s3, firsts(u, v), b0); s3 = multiplyAdd(s3, seconds(u, v), b1);
    }
    if (j < p) {
      const at = j << 3;
      const b = f64x2.mul(f, v128.load64_splat(beta + at));
      s0 = multiplyAdd(s0, v128.load64_lane(r1 + at, v128.load64_zero(r0 + at), 1), b);
      s1 = multiplyAdd(s1, v128.load64_lane(r3 + at, v128.load64_zero(r2 + at), 1), b);
      s2 = multiplyAdd(s2, v128.load64_lane(r5 + at, v128.load64_zero(r4 + at), 1), b);
      s3 = multiplyAdd(s3, v128.load64_lane(r7 + at, v128.load64_zero(r6 + at), 1), b);
    }
    const to = out + (i << 3);
    v128.store(to, s0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
  }
  for (; i + 2 <= rows; i += 2) {
    const r = x + i * stride;
    const from = start ? v128.load(start + (i << 3)) : zero();
    v128.store(out + (i << 3), rowPair(r, r + stride, p, beta, f, from));
  }
  if (i < rows) {
    const r = x + i * stride;
    const from = start ? v128.load64_zero(start + (i << 3)) : zero();
    store<f64>(out + (i << 3), f64x2.extract_lane(rowPair(r, r, p, beta, f, from), 0));
  }
}

/** out_j = [out_j +] sum over rows ascending of (factor a_ij) x_i, for a k x m matrix `a`. */
export function columnsTimesVector(k: usize, m: usize, a: usize, x: usize, factor: f64, accumulate: bool, out: usize): void {
  const f = f64x2.splat(factor);
  const stride = m << 3;
  if (!accumulate) memory.fill(out, 0, stride);
  let i: usize = 0;
  for (; i < k; i += 4) {
    const here = min(<usize>4, k - i);
    const r0 = a + i * stride;
    const xs = x + (i << 3);
    if (here == 4) {
      const x0 = v128.load64_splat(xs), x1 = v128.load64_splat(xs, 8), x2 = v128.load64_splat(xs, 16), x3 = v128.load64_splat(xs, 24);
      const r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
      let at: usize = 0;
      for (; at + 16 <= stride; at += 16) {
        let s = v128.load(out + at);
        s = multiplyAdd(s, f64x2.mul(f, v128.load(r0 + at)), x0);
        s = multiplyAdd(s, f64x2.mul(f, v128.load(r1 + at)), x1);
        s = multiplyAdd(s, f64x2.mul(f, v128.load(r2 + at)), x2);
        s = multiplyAdd(s, f64x2.mul(f, v128.load(r3 + at)), x3);
        v128.store(out + at, s);
      }
      if (at < stride) {
        let s = load<f64>(out + at);
        for (let q: usize = 0; q < 4; q++) s += factor * load<f64>(r0 + q * stride + at) * load<f64>(xs + (q << 3));
        store<f64>(out + at, s);
      }
    } else {
      for (let j: usize = 0; j < m; j++) {
        let s = load<f64>(out + (j << 3));
        for (let q: usize = 0; q < here; q++) s += factor * load<f64>(r0 + q * stride + (j << 3)) * load<f64>(xs + (q << 3));
        store<f64>(out + (j << 3), s);
      }
    }
  }
}
