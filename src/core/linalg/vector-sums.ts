import type { MembershipSums } from './kernel-engine.ts';
import { elementsPerBlock, vectorChunk } from './summation-order.ts';

// Plain forms of sums over vectors and of reductions over memberships; arguments as in KernelEngine.

/** Adds term(i) for 0 <= i < n in the fixed vector order of `summation-order.ts`. */
function sumInVectorOrder(n: number, term: (i: number) => number): number {
  const lanes = new Float64Array(8);
  const blockLength = elementsPerBlock(n);
  let total = 0;
  for (let blockStart = 0; blockStart < n; blockStart += blockLength) {
    const blockEnd = Math.min(blockStart + blockLength, n);
    let block = 0;
    for (let start = blockStart; start < blockEnd; start += vectorChunk) {
      const end = Math.min(start + vectorChunk, blockEnd);
      lanes.fill(0);
      for (let i = start; i < end; i++) lanes[(i - start) & 7] = lanes[(i - start) & 7]! + term(i);
      const [s0, s1, s2, s3, s4, s5, s6, s7] = lanes;
      block += s0! + s2! + (s4! + s6!) + (s1! + s3! + (s5! + s7!));
    }
    total += block;
  }
  return total;
}

export function sum(n: number, x: Float64Array): number {
  return sumInVectorOrder(n, (i) => x[i]!);
}

export function dot(n: number, x: Float64Array, y: Float64Array): number {
  return sumInVectorOrder(n, (i) => x[i]! * y[i]!);
}

export function membershipSums(n: number, x: Float64Array, y: Float64Array): MembershipSums {
  return {
    x: sum(n, x),
    y: sum(n, y),
    both: sumInVectorOrder(n, (i) => Math.min(x[i]!, y[i]!)),
    contradiction: sumInVectorOrder(n, (i) => Math.min(Math.min(x[i]!, y[i]!), 1 - y[i]!)),
  };
}

export function rowExtreme(
  n: number,
  p: number,
  x: Float64Array,
  negated: Uint8Array | null,
  largest: boolean,
  out: Float64Array,
): boolean {
  let zero = 0;
  for (let i = 0; i < n; i++) {
    let extreme = largest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    for (let j = 0; j < p; j++) {
      const value = x[i * p + j]!;
      const member = negated !== null && negated[j] === 1 ? 1 - value : value;
      zero += member * 0;
      extreme = largest ? Math.max(extreme, member) : Math.min(extreme, member);
    }
    out[i] = extreme;
  }
  return zero === 0;
}
