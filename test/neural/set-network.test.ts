import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/core/random/random-stream.ts';
import type { NetworkInput, SetNetwork } from '../../src/core/recommend/set-network.ts';
import { loadSetNetwork } from '../../src/neural/load-set-network.ts';

const network = await loadSetNetwork('wasm');

/** Outcome: block 0 works by the context, block 1 the other way round, and both together lose something. */
function planted(n: number, seed: number): NetworkInput {
  const random = createRandom(seed, 'network');
  const context = Float32Array.from({ length: n }, () => random.normal());
  const amount = Float32Array.from({ length: 3 * n }, () => (random.bernoulli(0.5) ? 1 : 0));
  const target = Float32Array.from(context, (x, i) => {
    const [a, b] = [amount[3 * i]!, amount[3 * i + 1]!];
    return a * x - b * x - 0.5 * a * b;
  });
  return { rows: n, amount, blocks: 3, context, inputs: 1, target, weights: new Float32Array(n).fill(1), decay: 0.02 };
}
const trained = (engine: SetNetwork, seed: number) => engine.fit(planted(500, 1), createRandom(seed, 'weights'));
const fresh = planted(200, 2);
const error = (values: Float32Array) =>
  values.reduce((sum, value, i) => sum + (value - fresh.target[i]!) ** 2, 0) / values.length;

describe('the set network on WebAssembly', () => {
  test('learns which block works where: its error on new rows is a tenth of that of the mean', () => {
    expect(network.backend).toBe('wasm');
    const mean = fresh.target.reduce((sum, y) => sum + y, 0) / 200;
    expect(error(trained(network, 1)(fresh.amount, fresh.context))).toBeLessThan(
      0.1 * error(new Float32Array(200).fill(mean)),
    );
  });

  test('the same stream gives the same bits, another stream others', () => {
    const once = trained(network, 1)(fresh.amount, fresh.context);
    expect(trained(network, 1)(fresh.amount, fresh.context)).toEqual(once);
    expect(trained(network, 2)(fresh.amount, fresh.context)).not.toEqual(once);
  });

  test('half an amount of one block lies between none and all, and rows do not disturb each other', () => {
    const predict = trained(network, 1);
    const alone = [0, 0.5, 1].map((a) => predict(Float32Array.from([a, 0, 0]), Float32Array.from([1.5]))[0]!);
    expect(alone[1]).toBeGreaterThan(alone[0]!);
    expect(alone[2]).toBeGreaterThan(alone[1]!);
    const three = predict(Float32Array.from([0, 0, 0, 0.5, 0, 0, 1, 0, 0]), Float32Array.from([1.5, 1.5, 1.5]));
    for (const k of [0, 1, 2]) expect(three[k]).toBeCloseTo(alone[k]!, 5);
  });
});

describe('--backend node', () => {
  test('without the native package it runs on WebAssembly and says why', async () => {
    const asked = await loadSetNetwork('node');
    // Where somebody has installed the native package, it learned in one training step and there is nothing to say.
    expect(asked.fallback === null).toBe(asked.backend === 'node');
    expect(['wasm', 'node']).toContain(asked.backend);
  });
});
