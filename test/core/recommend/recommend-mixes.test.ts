import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { scalePlace } from '../../../src/core/recommend/context-scale.ts';
import { crossValidate } from '../../../src/core/recommend/cross-validate.ts';
import { fitServable } from '../../../src/core/recommend/effect-models.ts';
import { evidenceWeights } from '../../../src/core/recommend/evidence.ts';
import {
  type ExperimentTable,
  type Place,
  placeOf,
  selectExperiments,
} from '../../../src/core/recommend/experiment-table.ts';
import { feasibleMixes } from '../../../src/core/recommend/feasible-mixes.ts';
import { type RecommendationInput, recommendMixes } from '../../../src/core/recommend/recommend-mixes.ts';
import { featureLayout, pairFeature } from '../../../src/core/recommend/set-features.ts';
import {
  defaultSetModelSettings,
  effectCovariance,
  fitSetModel,
  predictEffects,
} from '../../../src/core/recommend/set-model.ts';
import { evidencePerBlock, fitSupportArea, supportOf, unknownShare } from '../../../src/core/recommend/support.ts';
import { evidenceForGoals } from '../../../src/core/recommend/support-of-goals.ts';
import type { TrainedKpi, TrainedModel } from '../../../src/core/recommend/trained-model.ts';
import { loadDefaultKernels } from '../../../src/main/load-default-kernels.ts';
import { heatTransitionRules, heatTransitionTable, trueEffects } from '../../support/heat-transition.ts';

const kernels = await loadDefaultKernels();
const table = heatTransitionTable(20260101, 'gas-saving');
const allMixes = feasibleMixes(heatTransitionRules, { budget: null, maximumSize: 4, required: [], excluded: [] });

/** A trained model as training makes it, with few folds so that it takes seconds. */
function train(evidence: ExperimentTable): TrainedModel {
  const model = fitServable('sparse-set', evidence, createRandom(1, 'model', 'sparse-set'), kernels);
  const { leaderboard } = crossValidate(
    { table: evidence, leftOut: 'region', folds: 3, kinds: ['sparse-set'], truth: null, seed: 1 },
    kernels,
    () => {},
  );
  const score = leaderboard.models[0]!;
  const part: TrainedKpi = {
    kpi: 'gas-saving',
    kind: 'sparse-set',
    pooled: false,
    table: evidence,
    model,
    support: fitSupportArea(evidence, model, kernels),
    calibration: {
      acceptable: true,
      groups: 173,
      reach: 1.645,
      slope: score.calibrationSlope,
      intervalCoverage: score.intervalCoverage,
      worstRegionCoverage: score.worstRegionCoverage,
    },
    spread: 0.1,
    byNeighbourhood: leaderboard,
    byRegion: leaderboard,
  };
  return { seed: 1, kpis: [part] };
}

const trained = train(table);
const part = trained.kpis[0]!;
const ask = (place: Place, change: Partial<RecommendationInput> = {}) =>
  recommendMixes(
    {
      model: trained,
      place,
      goals: [{ kpi: 'gas-saving', weight: 1 }],
      blocks: heatTransitionRules,
      constraints: { budget: null, maximumSize: 4, required: [], excluded: [] },
      count: 5,
      seed: 1,
      ...change,
    },
    kernels,
  );
const typical = placeOf(table, 7);
const sample = Array.from({ length: 20 }, (_, i) => placeOf(table, i * 20));

describe('the fitted model', () => {
  const layout = featureLayout(part.model.shape);
  const { mean, covariance } = part.model;
  const blockEffect = (j: number) => mean[layout.start.block + j]! + mean[layout.start.size]!;

  test('it finds the planted synergy of insulation and heat-loss walk, and no other pair near it', () => {
    const planted = pairFeature(layout, 1, 4);
    const sd = Math.sqrt(covariance[planted * layout.count + planted]!);
    expect(Math.abs(mean[planted]! - 0.07)).toBeLessThan(3 * sd);
    expect(mean[planted]! - 3 * sd).toBeGreaterThan(0);
    for (let k = layout.start.pair; k < layout.start.pair + layout.length.pair; k++) {
      if (k !== planted) expect(Math.abs(mean[k]!)).toBeLessThan(0.5 * mean[planted]!);
    }
  });

  test('it finds the harmful block, where a naive comparison sees a helpful one', () => {
    expect(blockEffect(7)).toBeLessThan(-0.02);
    expect(Math.abs(blockEffect(7) - -0.04)).toBeLessThan(0.02);
  });

  test('it loses less than ridge and one mix for everybody in regions it never saw', () => {
    const kinds = ['constant', 'ridge', 'sparse-set'] as const;
    const truth = { mixes: allMixes, effects: trueEffects(table, 'gas-saving', allMixes) };
    const { leaderboard } = crossValidate(
      { table, leftOut: 'region', folds: 3, kinds, truth, seed: 2 },
      kernels,
      () => {},
    );
    const [constant, ridge, sparse] = leaderboard.models.map((model) => model.regret!);
    expect(sparse).toBeLessThan(ridge!);
    expect(sparse).toBeLessThan(constant!);
    // the best mix is worth about 0.3
    expect(sparse).toBeLessThan(0.01);
  });

  test('variances are the diagonal of the covariance, missing parameters included', () => {
    const mixes = allMixes.subarray(0, 8 * 30);
    const place = { context: typical.context, missing: Uint8Array.from([1, 0, 0, 1, 0, 0, 0, 1]) };
    const { variance } = predictEffects(part.model, place, mixes, kernels);
    const full = effectCovariance(part.model, place, mixes, kernels);
    variance.forEach((value, i) => {
      expect(Math.abs(value - full.values[i * 30 + i]!)).toBeLessThan(1e-14);
    });
  });

  test('experiments in another order give the same model when they are brought in canonical order, and nearly so when not', () => {
    const order = createRandom(3).permutation(table.ids.length);
    const shuffled = fitSetModel(selectExperiments(table, order), defaultSetModelSettings, kernels);
    const straight = fitSetModel(table, defaultSetModelSettings, kernels);
    straight.mean.forEach((value, k) => {
      expect(Math.abs(value - shuffled.mean[k]!)).toBeLessThan(1e-6);
    });
  });
});

describe('recommendMixes', () => {
  test('a typical neighbourhood gets advice whose intervals hold the truth and whose first mix is near the best', () => {
    const answer = ask(typical);
    expect([answer.state, answer.reasons]).toEqual(['advice', []]);
    const effects = trueEffects(selectExperiments(table, [7]), 'gas-saving', allMixes);
    const key = (flags: ArrayLike<number>) => Array.from(flags).join('');
    const truthOf = (blocks: readonly string[]) => {
      const wanted = key(table.blocks.map((id) => (blocks.includes(id) ? 1 : 0)));
      for (let m = 0; m < effects.length; m++)
        if (key(allMixes.subarray(m * 8, m * 8 + 8)) === wanted) return effects[m]!;
      return Number.NaN;
    };
    const inside = answer.mixes.filter(({ blocks, effects: [effect] }) => {
      const truth = truthOf(blocks);
      return effect!.lower <= truth && truth <= effect!.upper;
    });
    expect(inside.length).toBeGreaterThanOrEqual(answer.mixes.length - 1);
    expect(Math.max(...effects) - truthOf(answer.mixes[0]!.blocks)).toBeLessThan(0.02);
  });

  test('the harmful block is in no first mix of 20 neighbourhoods', () => {
    for (const place of sample) {
      const answer = ask(place);
      expect(answer.mixes[0]?.blocks ?? []).not.toContain('savings-challenge');
    }
  });

  test('the shares of the evidence sum to 1 and weights recompute the estimate to 1e-9', () => {
    const { evidence, mixes } = ask(typical);
    const [shown] = evidence;
    const total = shown!.items.reduce((sum, item) => sum + item.share, 0) + shown!.rest.share;
    expect(Math.abs(total - 1)).toBeLessThan(1e-12);
    expect(Math.abs(shown!.estimate - mixes[0]!.effects[0]!.mean)).toBeLessThan(1e-9);
    const mix = Uint8Array.from(table.blocks, (id) => (mixes[0]!.blocks.includes(id) ? 1 : 0));
    const weights = evidenceWeights(table, part.model, typical, mix, kernels);
    const sum = weights.reduce((all, weight, i) => all + weight * table.effect[i]!, 0);
    expect(Math.abs(sum - mixes[0]!.effects[0]!.mean)).toBeLessThan(1e-9);
    expect(shown!.items.some(({ contrary }) => contrary)).toBe(true);
  });

  test('the explanation adds up to the estimate', () => {
    const { explanation, mixes } = ask(typical);
    const sum = explanation[0]!.terms.reduce((all, { value }) => all + value, 0);
    expect(Math.abs(sum - mixes[0]!.effects[0]!.mean)).toBeLessThan(1e-12);
  });

  test('not knowing a parameter that is as the others let expect widens the interval, and it is named', () => {
    const mix = ask(typical).mixes[0]!.blocks;
    const only = { budget: null, maximumSize: mix.length, required: mix, excluded: [] };
    const width = (place: Place) => {
      const answer = ask(place, { constraints: only });
      const { lower, upper } = answer.mixes[0]!.effects[0]!;
      return { width: upper - lower, missing: answer.missing };
    };
    const { centre, scale } = part.model.scale;
    for (let p = 0; p < 8; p++) {
      const missing = Uint8Array.from({ length: 8 }, (_, q) => (q === p ? 1 : 0));
      const expected = typical.context.slice();
      const { z } = scalePlace(part.model.scale, { context: typical.context, missing }, kernels);
      expected[p] = centre[p]! + scale[p]! * z[p]!;
      const known = width({ context: expected, missing: new Uint8Array(8) });
      const unknown = width({ context: expected, missing });
      expect(unknown.width).toBeGreaterThan(known.width);
      expect(unknown.missing).toEqual([table.contexts[p]]);
      // insulation depends most on the age of the homes
      if (table.contexts[p] === 'built_before_1975_pct') expect(unknown.width).toBeGreaterThan(1.15 * known.width);
    }
  });

  test('far outside the evidence it abstains with no ranking; on one parameter it borrows and names it', () => {
    const far = typical.context.map((value, p) => value + 3.5 * part.model.scale.scale[p]!);
    const away = ask({ context: far, missing: new Uint8Array(8) });
    expect([away.state, away.reasons, away.mixes]).toEqual(['abstain', ['outside-support'], []]);
    const one = typical.context.slice();
    one[7] = part.model.scale.centre[7]! + 4.5 * part.model.scale.scale[7]!;
    const lent = ask({ context: one, missing: new Uint8Array(8) });
    expect(lent.state).toBe('borrow');
    expect(lent.reasons[0]).toBe('differs-on-few');
    expect(lent.support.outside).toEqual(['address_density']);
  });

  test('where most of what matters is not known it borrows from the network, and names what to measure first', () => {
    const unknown = (...known: readonly string[]): Place => ({
      context: typical.context,
      missing: Uint8Array.from(table.contexts, (name) => (known.includes(name) ? 0 : 1)),
    });
    const share = (place: Place) => unknownShare(part.support, part.model, place, kernels);
    expect(share(typical)).toBe(0);
    expect(share(unknown())).toBeCloseTo(1, 12);
    expect(share(unknown('built_before_1975_pct'))).toBeLessThan(share(unknown()));
    const answer = ask(unknown());
    expect([answer.state, answer.reasons[0]]).toEqual(['borrow', 'mostly-unknown']);
    expect(answer.mixes.length).toBeGreaterThan(0);
    expect(answer.measureFirst).toHaveLength(3);
    const width = ({ mixes }: typeof answer) => mixes[0]!.effects[0]!.upper - mixes[0]!.effects[0]!.lower;
    expect(width(answer)).toBeGreaterThan(width(ask(typical)));
  });

  test('with outcomes dealt out at random at least 9 in 10 neighbourhoods get no advice', () => {
    let careful = 0;
    for (const seed of [1, 2]) {
      const order = createRandom(seed, 'permuted outcomes').permutation(table.ids.length);
      const permuted = train({
        ...table,
        effect: Float64Array.from(order, (i) => table.effect[i]!),
        variance: Float64Array.from(order, (i) => table.variance![i]!),
      });
      for (const place of sample) if (ask(place, { model: permuted }).state !== 'advice') careful++;
    }
    expect(careful).toBeGreaterThanOrEqual(36);
  });

  test('mixes that cannot be told apart share a rank, and ranks never fall down the list', () => {
    const { mixes } = ask(typical, { count: 30 });
    const ranks = mixes.slice(0, 30).map(({ rank }) => rank);
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(new Set(ranks).size).toBeLessThan(30);
    expect(ranks[0]).toBe(1);
  });

  test('chances to be best are the shares of draws: none negative, together at most 1', () => {
    const { mixes } = ask(typical, { count: 40 });
    const chances = mixes.map(({ probabilityBest }) => probabilityBest);
    expect(Math.min(...chances)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(chances.reduce((sum, chance) => sum + chance, 0) - 1)).toBeLessThan(0.02);
  });

  test('an unknown goal and a weight of 0 are refused', () => {
    expect(() => ask(typical, { goals: [{ kpi: 'wind', weight: 1 }] })).toThrow(
      expect.objectContaining({ code: 'unknown-variable' }),
    );
    expect(() => ask(typical, { goals: [{ kpi: 'gas-saving', weight: 0 }] })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  describe('with two goals the answer is as careful as for the one of which less is known, however little it weighs', () => {
    const built = table.contexts.indexOf('built_before_1975_pct');
    // Comfort was measured only where homes are new, and in few places; gas saving everywhere.
    const old = (i: number) => table.context[i * 8 + built]!;
    const rows = [...table.ids.keys()].sort((a, b) => old(a) - old(b));
    const place = placeOf(table, rows.at(-1)!);
    const withComfort = (kept: readonly number[]): TrainedModel => {
      const comfort = {
        ...train(
          selectExperiments(
            table,
            [...kept].sort((a, b) => a - b),
          ),
        ).kpis[0]!,
        kpi: 'comfort',
      };
      return { seed: 1, kpis: [part, comfort] };
    };
    const goals = (gas: number, comfort: number) => [
      { kpi: 'gas-saving', weight: gas },
      { kpi: 'comfort', weight: comfort },
    ];

    test('outside the evidence of one goal is outside', () => {
      expect(ask(place).support.outside).toEqual([]);
      const model = withComfort(rows.slice(0, 120));
      const alone = ask(place, { model, goals: [{ kpi: 'comfort', weight: 1 }] });
      const both = ask(place, { model, goals: goals(0.99, 0.01) });
      expect(alone.support.outside).toContain('built_before_1975_pct');
      expect(both.support.outside).toEqual(alone.support.outside);
      expect(['abstain', 'borrow']).toContain(both.state);
      expect([both.state, both.reasons]).toEqual([alone.state, alone.reasons]);
    });

    test('experiments per block and near neighbourhoods are the fewest of all goals, the unknown share the largest', () => {
      const model = withComfort(rows.filter((_, k) => k % 8 === 0));
      const missing = Uint8Array.from({ length: 8 }, (_, p) => (p === built ? 1 : 0));
      const there: Place = { context: typical.context, missing };
      const parts = model.kpis;
      const { support, unknown } = evidenceForGoals(parts, there, kernels);
      const each = parts.map((one) => ({
        near: supportOf(one.support, one.model, there, kernels).nearSites,
        unknown: unknownShare(one.support, one.model, there, kernels),
        blocks: evidencePerBlock(one.table, one.support, one.model, there, kernels),
      }));
      expect(support.nearSites).toBe(Math.min(each[0]!.near, each[1]!.near));
      expect(unknown).toBe(Math.max(each[0]!.unknown, each[1]!.unknown));
      const answer = ask(there, { model, goals: goals(0.99, 0.01) });
      for (const { block, effective } of answer.experimentsPerBlock) {
        const j = table.blocks.indexOf(block);
        expect(effective).toBe(Math.min(each[0]!.blocks[j]!, each[1]!.blocks[j]!));
        expect(effective).toBeLessThan(each[0]!.blocks[j]!);
      }
      expect(answer.reasons).toContain('few-experiments');
    });
  });

  test('fewer than ten neighbourhoods make it abstain', () => {
    const few = { ...trained, kpis: [{ ...part, support: { ...part.support, sites: 9 } }] };
    expect(ask(typical, { model: few }).reasons).toContain('too-few-neighbourhoods');
  });
});
