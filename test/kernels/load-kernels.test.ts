import { describe, expect, it } from 'vitest';
import { loadKernels } from '../../src/kernels/load-kernels.ts';
import { kernelBytes, kernelCore, loadTestKernels } from './wasm-kernels.ts';

describe('loading the kernels', () => {
  it('gives the plain form unless relaxed is asked for', async () => {
    expect((await loadTestKernels({ relaxed: false, threads: 1 })).kernels.variant).toBe('simd');
    expect((await loadTestKernels({ relaxed: true, threads: 1 })).kernels.variant).toBe('relaxed-simd');
  });

  it('falls back to plain without relaxed SIMD, and to TypeScript without SIMD, and says so', async () => {
    const broken = Uint8Array.of(0, 97, 115, 109);
    const withoutRelaxed = await loadKernels(
      { plain: kernelBytes.plain, relaxed: broken },
      { relaxed: true, threads: 1 },
      kernelCore,
    );
    expect(withoutRelaxed.kernels.variant).toBe('simd');
    const withoutSimd = await loadKernels({ plain: broken }, { relaxed: false, threads: 1 }, kernelCore);
    expect(withoutSimd.kernels.variant).toBe('typescript');
  });

  it('refuses a number of threads that makes no sense', async () => {
    for (const threads of [0, 1.5, 65])
      await expect(loadTestKernels({ relaxed: false, threads })).rejects.toMatchObject({
        code: 'invalid-argument',
        details: { threads },
      });
  });

  it('goes on alone after the helpers were closed', async () => {
    const { kernels, close } = await loadTestKernels({ relaxed: false, threads: 2 });
    await close();
    const x = new Float64Array(1_000_000).fill(1);
    expect(kernels.sum(x)).toBe(1_000_000);
  });
});
