import { CoreError } from '../errors.ts';
import { matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import { normalCdf } from '../stats/normal.ts';
import { normalQuantile } from '../stats/normal-quantile.ts';
import type { Place } from './experiment-table.ts';
import { type EffectTerm, explainEffect } from './explain-effect.ts';
import { type BlockRules, feasibleMixes, type MixConstraints } from './feasible-mixes.ts';
import { lowerState } from './judge-promises.ts';
import { notDominated } from './not-dominated.ts';
import { searchMixes } from './search-mixes.ts';
import { effectCovariance, meanEffects, newSiteVariance, predictEffects } from './set-model.ts';
import { type ShownEvidence, showEvidence } from './show-evidence.ts';
import type { Support } from './support.ts';
import { evidenceForGoals, fewestPerBlock } from './support-of-goals.ts';
import type { TrainedKpi, TrainedModel } from './trained-model.ts';
import { type TransportEstimates, transportEstimates } from './transport.ts';
import { type WeighedGoal, weighGoals } from './weigh-goals.ts';

export interface RecommendationInput {
  readonly model: TrainedModel;
  readonly place: Place;
  /** KPIs with the weight of each; weights > 0 */
  readonly goals: readonly { readonly kpi: string; readonly weight: number }[];
  readonly blocks: readonly BlockRules[];
  readonly constraints: MixConstraints;
  /** mixes to list, at least 1 */
  readonly count: number;
  readonly seed: number;
  /** promises of earlier answers that were broken (judge-promises.ts): each takes this one a step down; 0 when left out */
  readonly brokenPromises?: number;
}

/** How much the answer may be relied on; docs/methods/recommender.md has the rules. */
export type AnswerState = 'advice' | 'cautious' | 'borrow' | 'abstain';

export type StateReason =
  | 'outside-support'
  | 'too-few-neighbourhoods'
  | 'calibration-fails'
  | 'differs-on-few'
  | 'mostly-unknown'
  | 'no-gain-expected'
  | 'interval-includes-zero'
  | 'ranks-tie'
  | 'few-experiments'
  | 'few-near-neighbourhoods'
  | 'promises-too-much'
  | 'transport-disagrees'
  | 'promises-broken';

export interface PredictedEffect {
  readonly kpi: string;
  readonly mean: number;
  /** 90 % interval of the true effect here */
  readonly lower: number;
  readonly upper: number;
  readonly probabilityPositive: number;
}

export interface RankedMix {
  /** mixes that cannot be told apart share a rank */
  readonly rank: number;
  readonly blocks: readonly string[];
  /** euro per household */
  readonly cost: number;
  /** weighted gain in standard deviations of the KPIs' effects */
  readonly score: { readonly mean: number; readonly lower: number; readonly upper: number };
  readonly effects: readonly PredictedEffect[];
  readonly probabilityBest: number;
  readonly marks: readonly ('best' | 'half-budget' | 'most-certain')[];
}

export interface Recommendation {
  readonly state: AnswerState;
  readonly reasons: readonly StateReason[];
  /** what the state would be had earlier promises come true; null where none that lowers it was broken */
  readonly demotedFrom: AnswerState | null;
  readonly considered: number;
  /** false where too many mixes fit to compare all, and the best were searched for */
  readonly exact: boolean;
  /** by how much the first mix may fall short of the best one on average, in the units of the score */
  readonly shortfall: number;
  readonly mixes: readonly RankedMix[];
  readonly support: Support & { readonly outside: readonly string[] };
  readonly missing: readonly string[];
  /** experiments that say something about each block of the first mix, for the goal for which they are fewest */
  readonly experimentsPerBlock: readonly { readonly block: string; readonly effective: number }[];
  readonly explanation: readonly { readonly kpi: string; readonly terms: readonly EffectTerm[] }[];
  readonly evidence: readonly ShownEvidence[];
  /** the effects of the first mix, carried over in three ways */
  readonly transport: readonly ({ readonly kpi: string } & TransportEstimates)[];
  /** parameters whose measurement would narrow the interval most, and by which share of the variance */
  readonly measureFirst: readonly { readonly context: string; readonly narrows: number }[];
}

/** Mixes that are compared jointly. */
const jointly = 25;
const draws = 500;
const tieProbability = 0.75;
/** The best of many mixes looks good by chance: against the middle one it must be better with this probability. */
const toldApart = 0.975;

/**
 * Ranks the mixes that fit a neighbourhood, and says how far to trust that.
 *
 * Mixes are ranked by expected weighted gain (never by an upper bound). A mix from which blocks can be left out without
 * losing expected gain is not listed: nobody is advised to pay for a block that does nothing, or harm. Intervals are for the true effect in a new site:
 * posterior variance plus the variance between regions and sites, times the conformal reach of the model. Two mixes
 * share a rank when the probability that one is better is below 0.75.
 *
 * @throws unknown-variable for a goal without a model; invalid-argument for weights that are not positive or constraints
 * that clash
 * Cost: that of `predictEffects` for all feasible mixes, plus 500 draws of the 25 best.
 */
export function recommendMixes(input: RecommendationInput, kernels: MatrixKernels): Recommendation {
  const { blocks } = input;
  const goals = weighGoals(input.model, input.goals);
  const parts = goals.map(({ part }) => part);
  const { support } = evidenceForGoals(parts, input.place, kernels);
  const { contexts } = parts[0]!.table;
  // A parameter far from anything seen cannot be used: the place is then taken as the network knows such places.
  const borrows = support.outsideContexts.length > 0 && support.outsideContexts.length <= 2;
  const place = borrows ? withoutContexts(input.place, support.outsideContexts) : input.place;
  const { support: near, unknown } = evidenceForGoals(parts, place, kernels);

  const J = blocks.length;
  const { mixes, exact } = candidateMixes(blocks, input.constraints, (flags) =>
    goals.reduce(
      (sum, { part, factor }) => {
        const effects = meanEffects(part.model, place, flags, kernels);
        return effects.map((value, i) => factor * value + sum[i]!);
      },
      new Float64Array(flags.length / J),
    ),
  );
  const m = mixes.length / J;
  const predictions = goals.map(({ part }) => predictEffects(part.model, place, mixes, kernels));
  const mean = new Float64Array(m);
  const variance = new Float64Array(m);
  const between = goals.reduce((sum, { part, factor }) => sum + factor ** 2 * newSiteVariance(part.model), 0);
  goals.forEach(({ factor }, g) => {
    for (let i = 0; i < m; i++) {
      mean[i] = mean[i]! + factor * predictions[g]!.mean[i]!;
      variance[i] = variance[i]! + factor ** 2 * predictions[g]!.variance[i]!;
    }
  });
  const order = Uint32Array.from(mean, (_, i) => i).sort((a, b) => mean[b]! - mean[a]! || a - b);
  const ranking = order.filter(notDominated(mixes, J, mean));
  const top = ranking.subarray(0, Math.max(input.count, Math.min(jointly, ranking.length)));
  const flags = new Uint8Array(top.length * J);
  top.forEach((i, t) => {
    flags.set(mixes.subarray(i * J, (i + 1) * J), t * J);
  });
  const joint = matrix(top.length, top.length);
  for (const { part, factor } of goals) {
    const covariance = effectCovariance(part.model, place, flags, kernels).values;
    for (let k = 0; k < joint.values.length; k++) joint.values[k] = joint.values[k]! + factor ** 2 * covariance[k]!;
  }
  const { chances, shortfall } = compareWithBest(
    Float64Array.from(top, (i) => mean[i]!),
    joint.values,
    input.seed,
    kernels,
  );
  const ranks = sharedRanks(
    Float64Array.from(top, (i) => mean[i]!),
    joint.values,
  );
  const reach = Math.max(...goals.map(({ part }) => part.calibration.reach ?? normalQuantile(0.95)));
  const costOf = (i: number) => blocks.reduce((sum, block, j) => sum + (mixes[i * J + j] ? block.cost : 0), 0);

  const describe = (i: number, t: number, marks: RankedMix['marks']): RankedMix => {
    const half = reach * Math.sqrt(variance[i]! + between);
    return {
      rank: t < 0 ? ranking.indexOf(i) + 1 : ranks[t]!,
      blocks: blocks.filter((_, j) => mixes[i * J + j]).map(({ id }) => id),
      cost: costOf(i),
      score: { mean: mean[i]!, lower: mean[i]! - half, upper: mean[i]! + half },
      effects: goals.map(({ part }, g) => {
        const own = predictions[g]!;
        const sd = Math.sqrt(own.variance[i]! + newSiteVariance(part.model));
        const wide = (part.calibration.reach ?? normalQuantile(0.95)) * sd;
        return {
          kpi: part.kpi,
          mean: own.mean[i]!,
          lower: own.mean[i]! - wide,
          upper: own.mean[i]! + wide,
          probabilityPositive: normalCdf(own.mean[i]! / sd),
        };
      }),
      probabilityBest: t < 0 ? 0 : chances[t]!,
      marks,
    };
  };

  const best = ranking[0]!;
  const budget = input.constraints.budget ?? costOf(best);
  const half = ranking.find((i) => costOf(i) <= budget / 2);
  const low = (i: number) => mean[i]! - normalQuantile(0.9) * Math.sqrt(variance[i]! + between);
  const certain = ranking.reduce((found, i) => (low(i) > low(found) ? i : found), best);
  const marksOf = (i: number): RankedMix['marks'] => [
    ...(i === best ? (['best'] as const) : []),
    ...(i === half ? (['half-budget'] as const) : []),
    ...(i === certain ? (['most-certain'] as const) : []),
  ];
  const listed = [...ranking.subarray(0, input.count)];
  for (const i of [half, certain]) if (i !== undefined && !listed.includes(i)) listed.push(i);
  listed.sort((a, b) => ranking.indexOf(a) - ranking.indexOf(b));

  const perBlock = fewestPerBlock(parts, place, kernels);
  const inBest = blocks
    .map((block, j) => ({ block: block.id, effective: perBlock[j]! }))
    .filter((_, j) => mixes[best * J + j]);
  const spread = Math.sqrt(variance[best]! + between);
  const mix = mixes.slice(best * J, (best + 1) * J);
  const transport = goals.map(({ part }) => ({ kpi: part.kpi, ...transportEstimates(part, place, mix, kernels) }));
  const before = judge({
    transported: transport.every(({ agree }) => agree),
    support: near,
    borrows,
    unknown,
    goals: parts,
    gain: mean[best]!,
    certainty: normalCdf(mean[best]! / spread),
    tied: tiesWithMedian(order, mean, place, goals, mixes, J, kernels),
    fewest: Math.min(...inBest.map(({ effective }) => effective)),
  });
  const judged = demote(before, input.brokenPromises ?? 0);
  return {
    ...judged,
    considered: m,
    exact,
    shortfall,
    mixes: judged.state === 'abstain' ? [] : listed.map((i) => describe(i, top.indexOf(i), marksOf(i))),
    support: {
      ...near,
      outsideContexts: support.outsideContexts,
      outside: support.outsideContexts.map((p) => contexts[p]!),
    },
    missing: contexts.filter((_, p) => input.place.missing[p]),
    experimentsPerBlock: inBest,
    explanation:
      judged.state === 'abstain'
        ? []
        : goals.map(({ part }) => ({
            kpi: part.kpi,
            terms: explainEffect(part.model, part.table, place, mix, kernels),
          })),
    evidence: goals.map(({ part }) => showEvidence(part, place, mix, kernels)),
    transport,
    measureFirst: measureFirst(place, input.place.missing, contexts, goals, mix, kernels),
  };
}

/** All mixes that fit, or where those are too many the ones a beam search sees. */
function candidateMixes(
  blocks: readonly BlockRules[],
  constraints: MixConstraints,
  score: (mixes: Uint8Array) => Float64Array,
): { readonly mixes: Uint8Array; readonly exact: boolean } {
  try {
    return { mixes: feasibleMixes(blocks, constraints), exact: true };
  } catch (error) {
    if (!(error instanceof CoreError && error.code === 'limit-exceeded')) throw error;
    return { mixes: searchMixes(blocks, constraints, score), exact: false };
  }
}

function withoutContexts(place: Place, contexts: readonly number[]): Place {
  const missing = place.missing.slice();
  for (const p of contexts) missing[p] = 1;
  return { context: place.context, missing };
}

/**
 * By seeded draws from their joint distribution: the chance of each mix to be the best of these, and by how much the first falls
 * short of the best on average.
 */
function compareWithBest(
  mean: Float64Array,
  covariance: Float64Array,
  seed: number,
  kernels: MatrixKernels,
): { readonly chances: Float64Array; readonly shortfall: number } {
  const m = mean.length;
  const jittered = matrix(m, m, covariance.slice());
  // Mixes share their blocks, so the covariance may be singular; a share of 1e-9 of the variance makes it regular.
  let largest = 0;
  for (let i = 0; i < m; i++) largest = Math.max(largest, covariance[i * m + i]!);
  for (let i = 0; i < m; i++)
    jittered.values[i * m + i] = jittered.values[i * m + i]! + 1e-9 * largest + Number.MIN_VALUE;
  const factor = matrix(m, m);
  const wins = new Float64Array(m);
  if (largest <= 0) {
    wins[0] = 1;
    return { chances: wins, shortfall: 0 };
  }
  kernels.choleskyFactor(jittered, factor);
  const random = createRandom(seed, 'probability of best');
  const z = new Float64Array(m);
  let shortfall = 0;
  for (let d = 0; d < draws; d++) {
    for (let i = 0; i < m; i++) z[i] = random.normal();
    let best = 0;
    let first = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < m; i++) {
      let value = mean[i]!;
      for (let k = 0; k <= i; k++) value += factor.values[i * m + k]! * z[k]!;
      if (i === 0) first = value;
      if (value > highest) {
        highest = value;
        best = i;
      }
    }
    wins[best] = wins[best]! + 1 / draws;
    shortfall += (highest - first) / draws;
  }
  return { chances: wins, shortfall };
}

/** Ranks from 1; a mix has the rank of the leader above it unless the leader is better with probability 0.75 or more. */
function sharedRanks(mean: Float64Array, covariance: Float64Array): Uint32Array {
  const m = mean.length;
  const ranks = new Uint32Array(m);
  let leader = 0;
  for (let i = 0; i < m; i++) {
    if (i > 0 && better(mean[leader]! - mean[i]!, differenceVariance(covariance, m, leader, i)) >= tieProbability)
      leader = i;
    ranks[i] = leader + 1;
  }
  return ranks;
}

const better = (difference: number, variance: number): number =>
  variance > 0 ? normalCdf(difference / Math.sqrt(variance)) : difference > 0 ? 1 : 0.5;

const differenceVariance = (covariance: Float64Array, m: number, a: number, b: number): number =>
  Math.max(0, covariance[a * m + a]! + covariance[b * m + b]! - 2 * covariance[a * m + b]!);

/** True where the best mix cannot be told from the one in the middle of the list: then the ranking says nothing. */
function tiesWithMedian(
  order: Uint32Array,
  mean: Float64Array,
  place: Place,
  goals: readonly WeighedGoal[],
  mixes: Uint8Array,
  J: number,
  kernels: MatrixKernels,
): boolean {
  if (order.length < 3) return false;
  const a = order[0]!;
  const b = order[Math.floor(order.length / 2)]!;
  const pair = new Uint8Array(2 * J);
  pair.set(mixes.subarray(a * J, (a + 1) * J), 0);
  pair.set(mixes.subarray(b * J, (b + 1) * J), J);
  let variance = 0;
  for (const { part, factor } of goals) {
    variance += factor ** 2 * differenceVariance(effectCovariance(part.model, place, pair, kernels).values, 2, 0, 1);
  }
  return better(mean[a]! - mean[b]!, variance) < toldApart;
}

const fewestSites = 10;
const fewestExperiments = 8;
const fewestNear = 5;
/** Above this share of what effects depend on, the answer is for the network and not for this place. */
const mostUnknown = 0.5;

function judge(facts: {
  readonly support: Support;
  readonly borrows: boolean;
  readonly unknown: number;
  readonly goals: readonly TrainedKpi[];
  readonly gain: number;
  readonly certainty: number;
  readonly tied: boolean;
  readonly fewest: number;
  readonly transported: boolean;
}): { readonly state: AnswerState; readonly reasons: readonly StateReason[] } {
  const { support, goals } = facts;
  const abstain: StateReason[] = [];
  if (!support.inside) abstain.push('outside-support');
  if (goals.some(({ support: area, calibration }) => area.sites < fewestSites || calibration.reach === null)) {
    abstain.push('too-few-neighbourhoods');
  }
  const coverage = (part: TrainedKpi) => part.calibration.intervalCoverage ?? 1;
  if (goals.some((part) => !part.calibration.acceptable || coverage(part) < 0.8)) abstain.push('calibration-fails');
  if (abstain.length > 0) return { state: 'abstain', reasons: abstain };

  const careful: StateReason[] = [];
  if (facts.gain <= 0) careful.push('no-gain-expected');
  else if (facts.certainty < 0.9) careful.push('interval-includes-zero');
  if (facts.tied) careful.push('ranks-tie');
  if (facts.fewest < fewestExperiments) careful.push('few-experiments');
  if (support.nearSites < fewestNear) careful.push('few-near-neighbourhoods');
  const slopes = goals.map(({ calibration }) => calibration.slope);
  if (slopes.some((slope) => slope === null || slope < 0.7 || slope > 1.3)) careful.push('promises-too-much');
  if (!facts.transported) careful.push('transport-disagrees');
  const lent: StateReason[] = [];
  if (facts.borrows) lent.push('differs-on-few');
  if (facts.unknown > mostUnknown) lent.push('mostly-unknown');
  if (lent.length > 0) return { state: 'borrow', reasons: [...lent, ...careful] };
  return careful.length > 0 ? { state: 'cautious', reasons: careful } : { state: 'advice', reasons: [] };
}

/** Broken promises act on the state before anything is derived from it. */
function demote(
  { state, reasons }: Pick<Recommendation, 'state' | 'reasons'>,
  broken: number,
): Pick<Recommendation, 'state' | 'reasons' | 'demotedFrom'> {
  const lowered = lowerState(state, broken);
  if (lowered === state) return { state, reasons, demotedFrom: null };
  return { state: lowered, reasons: ['promises-broken', ...reasons], demotedFrom: state };
}

/** For each missing parameter: the share of the variance of the first mix that knowing it would take away; at most three. */
function measureFirst(
  place: Place,
  unmeasured: Uint8Array,
  contexts: readonly string[],
  goals: readonly WeighedGoal[],
  mix: Uint8Array,
  kernels: MatrixKernels,
): Recommendation['measureFirst'] {
  const varianceAt = (placeFor: (goal: WeighedGoal) => Place) =>
    goals.reduce(
      (sum, goal) =>
        sum +
        goal.factor ** 2 *
          (predictEffects(goal.part.model, placeFor(goal), mix, kernels).variance[0]! +
            newSiteVariance(goal.part.model)),
      0,
    );
  const present = varianceAt(() => place);
  return contexts
    .map((context, p) => {
      if (!unmeasured[p]) return { context, narrows: 0 };
      const missing = place.missing.slice();
      missing[p] = 0;
      // Its value is not known; at the mean of the evidence it takes away what its uncertainty adds on average.
      const known = varianceAt(({ part }) => {
        const filled = place.context.slice();
        filled[p] = part.model.scale.centre[p]!;
        return { context: filled, missing };
      });
      return { context, narrows: Math.max(0, 1 - known / present) };
    })
    .filter(({ narrows }) => narrows > 0)
    .sort((a, b) => b.narrows - a.narrows || contexts.indexOf(a.context) - contexts.indexOf(b.context))
    .slice(0, 3);
}
