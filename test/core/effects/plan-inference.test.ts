import { expect, it } from 'vitest';
import { type InferenceQuestion, naiveInference } from '../../../src/core/effects/plan-inference.ts';

it('the comparison before matching counts a unit that is there at several waves once', () => {
  const unit = Int32Array.from({ length: 60 }, (_, row) => row >> 1);
  const treated = Uint8Array.from(unit, (u, row) => (u < 15 && row % 2 === 1 ? 1 : 0));
  const question: InferenceQuestion = {
    frame: { rows: 60, columns: {} },
    treated,
    design: {} as InferenceQuestion['design'],
    cluster: null,
    isClusterAskedFor: false,
    standardError: 'by-design',
    seed: 1,
  };
  const moments = { unit, wave: Int32Array.from(unit, (_, row) => row % 2), waves: ['1', '2'] };
  expect([...naiveInference(question, moments).cluster!]).toEqual([...unit]);
  expect(naiveInference(question, null).cluster).toBeNull();
});

it('a unit without a cluster that is there at several waves is one cluster', () => {
  // 12 clusters of four whose units enter together at the second wave or not at all, and two units without a cluster.
  const unit = Int32Array.from({ length: 100 }, (_, row) => row >> 1);
  const wave = Int32Array.from(unit, (_, row) => row % 2);
  const treated = Uint8Array.from(unit, (u, row) => (u < 24 && row % 2 === 1 ? 1 : 0));
  const question: InferenceQuestion = {
    frame: { rows: 100, columns: {} },
    treated,
    design: {} as InferenceQuestion['design'],
    cluster: Int32Array.from(unit, (u) => (u < 48 ? u >> 2 : -1)),
    isClusterAskedFor: false,
    standardError: 'by-design',
    seed: 1,
  };
  const { reason, cluster, clusters } = naiveInference(question, { unit, wave, waves: ['1', '2'] });
  expect(reason).toBe('treatment-by-cluster');
  expect(new Set(cluster).size).toBe(14);
  expect(clusters).toEqual({ treated: 6, control: 14 });
});
