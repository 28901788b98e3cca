import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { normalCdf, normalDensity } from '../stats/normal.ts';
import { createEffectBelief, type EffectBelief } from './effect-belief.ts';
import type { Place } from './experiment-table.ts';
import { type BlockRules, feasibleMixes, type MixConstraints } from './feasible-mixes.ts';
import type { TrainedModel } from './trained-model.ts';
import { weighGoals } from './weigh-goals.ts';

/** A neighbourhood in which an experiment could be carried out. */
export interface ExperimentSite {
  readonly id: string;
  readonly place: Place;
  /** region as the registry names it; null where it is not known */
  readonly region: string | null;
}

export interface NextExperimentsInput {
  readonly model: TrainedModel;
  /** KPIs with the weight of each; an experiment measures all of them */
  readonly goals: readonly { readonly kpi: string; readonly weight: number }[];
  readonly blocks: readonly BlockRules[];
  /** mixes that may be tried, and that are chosen from later */
  readonly constraints: MixConstraints;
  /** where an experiment may be */
  readonly sites: readonly ExperimentSite[];
  /** whose choice it should serve, each as much as the others */
  readonly targets: readonly Place[];
  /** how many experiments, at least 1 */
  readonly count: number;
}

export interface NextExperiment {
  readonly site: string;
  readonly blocks: readonly string[];
  /** euro per household */
  readonly cost: number;
  /** share of the present loss by not knowing that is gone after this experiment and those before it, 0 to 1 */
  readonly removes: number;
  /** by goal, the expected effect in a place of which nothing is known: that of the network */
  readonly networkGains: readonly { readonly kpi: string; readonly mean: number }[];
}

export interface NextExperiments {
  /** mixes times sites that were compared; those that would do harm with probability 0.95 or more are not among them */
  readonly considered: number;
  /** mean over the targets of the loss by not knowing, in the units of the score */
  readonly loss: number;
  readonly experiments: readonly NextExperiment[];
}

/**
 * The experiments from which the choice of a mix would gain most, each given those before it.
 *
 * In a target place the best mix so far and a rival differ by d <= 0 with posterior variance s^2; to know the difference would be
 * worth E max(0, N(d, s^2)) = s phi(d/s) + d Phi(d/s). The loss by not knowing is the sum of that over rivals and targets. An experiment with
 * features f and noise v lowers s^2 of a contrast c by (c' C f)^2 / (f' C f + v), whatever it finds (C the posterior covariance), and the loss
 * by phi(d/s) / (2 s) times that, to first order. So its worth is f' C T C f / (f' C f + v) with T the weighted sum of c c', summed over goals. After
 * each choice C is updated exactly. Noise: row and site variance and the median sampling variance of past experiments.
 *
 * Of the variance of a choice only what coefficients leave open counts; missing parameters of a target are at their expectation.
 *
 * @throws unknown-variable, invalid-argument, limit-exceeded as `recommendMixes`; empty without sites that could try anything
 * Cost: per goal O(targets m q^2 + count (sites m q^2 + p^3)), m mixes, q features of a mix that are not 0.
 * Source: expected improvement of a pair as in Frazier, Powell and Dayanik 2009, doi:10.1287/ijoc.1080.0314, summed over rivals.
 */
export function nextExperiments(input: NextExperimentsInput, kernels: MatrixKernels): NextExperiments {
  const { blocks, sites, targets, count } = input;
  const goals = weighGoals(input.model, input.goals);
  const mixes = feasibleMixes(blocks, input.constraints);
  const J = blocks.length;
  const m = mixes.length / J;
  const beliefs = goals.map((goal) => createEffectBelief(goal, mixes, kernels));
  const contrasts = targets.map((place) => contrastsIn(place, beliefs, m));
  for (const contrast of contrasts) {
    const spread = spreadOf(contrast, beliefs, m);
    const weights = spread.map((s, mix) => (s > 0 ? normalDensity(contrast.behind[mix]! / s) / (2 * s) : 0));
    for (const belief of beliefs) belief.serve(contrast.place, contrast.best, weights);
  }
  const lossNow = lossOf(contrasts, beliefs, m);
  const candidates = sites.flatMap((site) =>
    Array.from({ length: m }, (_, mix) => ({ site, mix })).filter(({ mix }) => !harms(site.place, mix, beliefs)),
  );
  const experiments: NextExperiment[] = [];
  for (let step = 0; step < Math.min(count, candidates.length); step++) {
    for (const belief of beliefs) belief.prepare();
    let best = candidates[0]!;
    let worth = -1;
    for (const candidate of candidates) {
      const value = sumOver(beliefs, (belief) => belief.worth(candidate.site, candidate.mix));
      if (value <= worth) continue;
      worth = value;
      best = candidate;
    }
    for (const belief of beliefs) belief.learn(best.site, best.mix);
    const own = blocks.filter((_, j) => mixes[best.mix * J + j]);
    experiments.push({
      site: best.site.id,
      blocks: own.map(({ id }) => id),
      cost: own.reduce((sum, { cost }) => sum + cost, 0),
      networkGains: beliefs.map((belief, g) => ({
        kpi: goals[g]!.part.kpi,
        mean: belief.mean(unknownPlace(best.site.place), best.mix),
      })),
      removes: lossNow > 0 ? Math.max(0, 1 - lossOf(contrasts, beliefs, m) / lossNow) : 0,
    });
  }
  return { considered: candidates.length, loss: lossNow / Math.max(1, targets.length), experiments };
}

const unknownPlace = ({ context, missing }: Place): Place => ({ context, missing: missing.map(() => 1) });

/** One target: the best mix so far, and by how much the others are expected to stay behind it. */
interface Contrasts {
  readonly place: Place;
  readonly best: number;
  /** m differences of the score, 0 or below */
  readonly behind: Float64Array;
}

const sumOver = (beliefs: readonly EffectBelief[], value: (belief: EffectBelief) => number): number =>
  beliefs.reduce((sum, belief) => sum + belief.factor ** 2 * value(belief), 0);

function contrastsIn(place: Place, beliefs: readonly EffectBelief[], m: number): Contrasts {
  const score = new Float64Array(m);
  for (const belief of beliefs) {
    const means = belief.means(place);
    for (let mix = 0; mix < m; mix++) score[mix] = score[mix]! + belief.factor * means[mix]!;
  }
  const best = score.reduce((found, value, mix) => (value > score[found]! ? mix : found), 0);
  return { place, best, behind: score.map((value) => value - score[best]!) };
}

/** Standard deviation of each difference of the score from the best mix so far. */
function spreadOf({ place, best }: Contrasts, beliefs: readonly EffectBelief[], m: number): Float64Array {
  const variance = new Float64Array(m);
  for (const belief of beliefs) {
    const own = belief.variancesAgainst(place, best);
    for (let mix = 0; mix < m; mix++) variance[mix] = variance[mix]! + belief.factor ** 2 * own[mix]!;
  }
  return variance.map(Math.sqrt);
}

function lossOf(contrasts: readonly Contrasts[], beliefs: readonly EffectBelief[], m: number): number {
  let loss = 0;
  for (const contrast of contrasts) {
    spreadOf(contrast, beliefs, m).forEach((s, mix) => {
      const d = contrast.behind[mix]!;
      if (s > 0) loss += s * normalDensity(d / s) + d * normalCdf(d / s);
    });
  }
  return loss;
}

/** With probability 0.95 or more the score of the mix is below 0 there: nobody is asked to try what is known to harm. */
function harms(place: Place, mix: number, beliefs: readonly EffectBelief[]): boolean {
  const mean = beliefs.reduce((sum, belief) => sum + belief.factor * belief.mean(place, mix), 0);
  return normalCdf(mean / Math.sqrt(sumOver(beliefs, (belief) => belief.siteVariance(place, mix)))) <= 0.05;
}
