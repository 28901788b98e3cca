// One pass of logistic IRLS over blocks of rows; the formulas are those of core/linalg/logistic-pass.ts. A chunk of 128
// rows goes through linear predictor, exp, weights, score and X'WX while it is in the first cache.
import { exponentialOfNegative, logarithmOfOnePlus } from './elementary';
import { addProducts, gramScratch, padded, rowChunk } from './gram';
import { rowsTimesVector } from './rows-times-vector';
import { zero } from './simd';

/** Bytes of scratch that one worker needs: six vectors of a chunk, then a weighted strip. */
export function logisticScratch(): usize {
  return ((rowChunk * 6) << 3) + gramScratch();
}

/** From eta: mean, working weight, weighted residual and (`likelihood`) the term of the log-likelihood of two rows. */
// @ts-ignore: decorator
@inline
function twoRows(likelihood: bool, eta: v128, y: v128, prior: v128, mu: usize, weight: usize, residual: usize, term: usize): void {
  const one = f64x2.splat(1);
  const e = exponentialOfNegative(f64x2.neg(f64x2.abs(eta)));
  const sum = f64x2.add(one, e);
  const near = f64x2.div(one, sum), far = f64x2.mul(e, near);
  const positive = f64x2.ge(eta, zero());
  const mean = v128.bitselect(near, far, positive), complement = v128.bitselect(far, near, positive);
  v128.store(mu, mean);
  v128.store(weight, f64x2.mul(prior, f64x2.mul(mean, complement)));
  v128.store(residual, f64x2.mul(prior, f64x2.sub(f64x2.mul(y, complement), f64x2.mul(f64x2.sub(one, y), mean))));
  if (likelihood)
    v128.store(term, f64x2.mul(prior, f64x2.sub(f64x2.sub(f64x2.mul(y, eta), f64x2.max(eta, zero())), logarithmOfOnePlus(e))));
}

// @ts-ignore: decorator
@inline
function allRows(likelihood: bool, rows: usize, eta: usize, y: usize, prior: usize, mu: usize, weight: usize, residual: usize, term: usize): void {
  const one = f64x2.splat(1);
  let i: usize = 0;
  for (; i + 2 <= rows; i += 2) {
    const at = i << 3;
    twoRows(likelihood, v128.load(eta + at), v128.load(y + at), prior ? v128.load(prior + at) : one, mu + at, weight + at, residual + at, term + at);
  }
  if (i < rows) {
    const at = i << 3;
    twoRows(likelihood, v128.load64_zero(eta + at), v128.load64_zero(y + at), prior ? v128.load64_zero(prior + at) : one, mu + at, weight + at, residual + at, term + at);
  }
}

/**
 * Partial of one block: p4 x p4 Hessian, p4 score, then log-likelihood and a pad. Pointers of absent arrays are 0.
 */
export function logisticPass(
  block: i32, worker: i32, n: usize, p: usize, blockRows: usize, x: usize, y: usize, beta: usize, offset: usize, prior: usize,
  etaOut: usize, muOut: usize, weightOut: usize, likelihood: i32, partials: usize, scratch: usize,
): void {
  const p4 = padded(p);
  const size = (p4 * p4 + p4 + 2) << 3;
  const partial = partials + <usize>block * size;
  const score = partial + ((p4 * p4) << 3);
  const eta = scratch + <usize>worker * logisticScratch();
  const step = rowChunk << 3;
  const mu = eta + step, weight = mu + step, residual = weight + step, term = residual + step;
  const weighted = term + step + step;
  memory.fill(partial, 0, size);
  const stride = p << 3;
  const first = <usize>block * blockRows;
  const last = min(first + blockRows, n);
  let total: f64 = 0;
  for (let row = first; row < last; row += rowChunk) {
    const rows = min(rowChunk, last - row);
    const from = x + row * stride;
    const at = row << 3;
    rowsTimesVector(rows, p, from, stride, beta, 1, offset ? offset + at : 0, eta);
    if (likelihood) allRows(true, rows, eta, y + at, prior ? prior + at : 0, mu, weight, residual, term);
    else allRows(false, rows, eta, y + at, prior ? prior + at : 0, mu, weight, residual, term);
    addProducts(true, 2, rows, p, from, stride, weight, residual, weighted, partial, score);
    if (likelihood) {
      let s: f64 = 0;
      for (let i: usize = 0; i < rows; i++) s += load<f64>(term + (i << 3));
      total += s;
    }
    if (etaOut) memory.copy(etaOut + at, eta, rows << 3);
    if (muOut) memory.copy(muOut + at, mu, rows << 3);
    if (weightOut) memory.copy(weightOut + at, weight, rows << 3);
  }
  store<f64>(score + (p4 << 3), total);
}
