import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrix } from '../../src/core/linalg/matrix.ts';
import { KernelMemory } from '../../src/kernels/kernel-memory.ts';
import { loadTestKernels } from './wasm-kernels.ts';

const megabyte = 2 ** 20;

describe('the memory of the kernels', () => {
  it('hands out ranges that never overlap and joins what comes back (property)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.boolean()), { maxLength: 60 }),
        (steps) => {
          const memory = new KernelMemory(64 * megabyte);
          const held = new Map<number, number>();
          for (const [bytes, givesBack] of steps) {
            const first = held.keys().next();
            if (givesBack && !first.done) {
              memory.release(first.value);
              held.delete(first.value);
              continue;
            }
            const address = memory.reserve(bytes);
            expect(address % 64).toBe(0);
            for (const [start, size] of held) expect(address >= start + size || address + bytes <= start).toBe(true);
            held.set(address, bytes);
          }
          for (const address of held.keys()) memory.release(address);
          // All of it is one range again.
          const everything = memory.memory.buffer.byteLength - 2 * 65_536 - 64;
          expect(memory.reserve(everything)).toBe(2 * 65_536);
        },
      ),
      { numRuns: 50, seed: 3 },
    );
  });

  it('grows without invalidating views that were handed out before', async () => {
    const { kernels } = await loadTestKernels({ relaxed: false, threads: 1 });
    const x = kernels.allocate(1000).fill(2);
    const large = kernels.allocate(4 * megabyte);
    expect(kernels.dot(x, x)).toBe(4000);
    expect([x[999], large.length]).toEqual([2, 4 * megabyte]);
  });

  it('gives buffers of zeros, also where others lay before', async () => {
    const { kernels } = await loadTestKernels({ relaxed: false, threads: 1 });
    const first = kernels.allocate(500).fill(7);
    kernels.release(first);
    expect(kernels.allocate(500).every((v) => v === 0)).toBe(true);
  });

  it('leaves nothing behind after calls with arrays outside it, also when they throw', async () => {
    const { kernels } = await loadTestKernels({ relaxed: false, threads: 1, maximalBytes: 8 * megabyte });
    const a = matrix(300, 300, new Float64Array(90_000).fill(0.5));
    const bad = matrix(300, 300, new Float64Array(90_000).fill(Number.POSITIVE_INFINITY));
    const out = matrix(300, 300);
    for (let i = 0; i < 40; i++) {
      kernels.gemm(a, a, out);
      expect(() => kernels.gemm(a, bad, out)).toThrow(/Element 0 of b, given to gemm, is Infinity/);
    }
    expect(out.rows).toBe(300);
  });

  it('streams rows that would not fit, with the same bits', async () => {
    const small = await loadTestKernels({ relaxed: false, threads: 1, maximalBytes: 48 * megabyte });
    const large = await loadTestKernels({ relaxed: false, threads: 1 });
    const [n, p] = [700_000, 9];
    const x = matrix(n, p, new Float64Array(n * p));
    for (let i = 0; i < n * p; i++) x.values[i] = (i % 9973) / 7 - (i % 31);
    const results = [small, large].map(({ kernels }) => {
      const gram = matrix(p, p);
      kernels.gram(x, null, gram);
      const [mean, squares] = [new Float64Array(p), new Float64Array(p)];
      kernels.columnMoments(x, null, mean, squares);
      return [gram.values, mean, squares];
    });
    expect(results[0]).toEqual(results[1]);
  });

  it('refuses what goes beyond its limit, saying how much was asked for', async () => {
    const { kernels } = await loadTestKernels({ relaxed: false, threads: 1, maximalBytes: 8 * megabyte });
    expect(() => kernels.allocate(2 * megabyte)).toThrow(
      expect.objectContaining({ code: 'limit-exceeded', details: { bytes: 16 * megabyte + 64, limit: 8 * megabyte } }),
    );
    const x = matrix(1200, 1200, new Float64Array(1_440_000));
    expect(() => kernels.gemm(x, x, x)).toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
  });

  it('addresses more than two gigabytes', async () => {
    const { kernels } = await loadTestKernels({ relaxed: false, threads: 1 });
    const low = kernels.allocate(300_000_000);
    const high = kernels.allocate(2000).fill(3);
    expect(high.byteOffset).toBeGreaterThan(2 ** 31);
    expect(kernels.dot(high, high)).toBe(18_000);
    kernels.release(low);
  });

  it('refuses to take back a part of a buffer, or a buffer twice', async () => {
    const { kernels } = await loadTestKernels({ relaxed: false, threads: 1 });
    const buffer = kernels.allocate(100);
    expect(() => kernels.release(buffer.subarray(10))).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    kernels.release(buffer);
    expect(() => kernels.release(buffer)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => kernels.release(new Float64Array(4))).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
