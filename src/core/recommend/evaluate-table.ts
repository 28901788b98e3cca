import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import { normalCdf } from '../stats/normal.ts';
import { chooseKind } from './choose-kind.ts';
import { conformalReach } from './conformal-reach.ts';
import { crossValidate, type Leaderboard, type LeftOut } from './cross-validate.ts';
import { fitServable, type ModelKind, type ServableKind, servableKinds } from './effect-models.ts';
import { type ExperimentTable, requireExperimentTable } from './experiment-table.ts';
import { refuseLeaks } from './leakage.ts';
import { type PairedGain, pairedGain } from './paired-gain.ts';
import { permuteContexts, permuteMixes, permuteOutcomes } from './permuted-tables.ts';
import { effectCovariance, newSiteVariance, predictEffects } from './set-model.ts';
import type { SetNetwork } from './set-network.ts';

/** Why blocks get no ranking. */
export type SeparationReason =
  | 'few-experiments'
  | 'few-groups'
  | 'blocks-always-together'
  | 'no-better-than-chance'
  | 'ranks-tie'
  | 'calibration-fails';

/** One block alone, at the average of the places in the table. */
export interface BlockEffect {
  readonly block: string;
  /** blocks that cannot be told apart share a rank */
  readonly rank: number;
  readonly mean: number;
  /** 90 % interval of the true effect in a new site */
  readonly lower: number;
  readonly upper: number;
  readonly experiments: number;
}

/** What the table allows to say about its blocks. */
export interface TableVerdict {
  /** the kind the verdict rests on: the smallest error over what was left out, of those calibrated acceptably */
  readonly kind: ServableKind;
  readonly separated: boolean;
  readonly reasons: readonly SeparationReason[];
  /** contexts are shown to lower the error over left-out groups; whether they change which block is best, errors do not tell */
  readonly personal: boolean;
  /** of the kind over one ranking for everybody; null where the kind is that ranking */
  readonly contextGain: PairedGain | null;
  /** blocks that no experiment tried one without the other */
  readonly together: readonly (readonly [string, string])[];
  /** the ranking; empty where the blocks are not separated */
  readonly blocks: readonly BlockEffect[];
}

/** The same comparisons on tables in which something was dealt out at random. */
export interface TableControls {
  /** how often chance did as well: ridge on mixes dealt out over the experiments, compared by its error */
  readonly permutedMixes: {
    readonly error: number;
    readonly tables: number;
    readonly asGood: number;
    /** (1 + asGood) / (1 + tables) */
    readonly probability: number;
  };
  /** tables with outcomes dealt out in which the blocks would have seemed separated */
  readonly permutedOutcomes: { readonly tables: number; readonly separated: number };
  /** error of the served kind with contexts dealt out over the groups, against one ranking for everybody; null for the latter */
  readonly permutedContexts: {
    /** 19 where the gain holds over groups and none of them does as well, else 3 or more */
    readonly tables: number;
    readonly asGood: number;
    /** mean over those tables */
    readonly error: number;
    readonly errorOfConstant: number;
  } | null;
}

export interface TableEvaluation {
  readonly leaderboard: Leaderboard;
  /** null where no kind was compared that could be served */
  readonly verdict: TableVerdict | null;
  readonly controls: TableControls | null;
}

export interface EvaluationInput {
  readonly table: ExperimentTable;
  readonly leftOut: LeftOut;
  readonly folds: number;
  readonly kinds: readonly ModelKind[];
  readonly seed: number;
}

/** A ranking of a table of this many experiments or fewer is mostly luck (docs/methods/recommender-evaluation.md). */
const fewExperiments = 100;
/** Fewer groups than this allow no interval of 90 %, nor a judgement over groups. */
const fewestGroups = 10;
/** Chance must do as well in at most this share of permuted tables: in none of 19. */
const chance = 0.05;
const toldApart = 0.975;
const tieProbability = 0.75;
const permutations = { mixes: 19, outcomes: 5, contexts: { least: 3, most: 19 }, folds: 5 };

/**
 * Judges a table of experiments: every kind compared by leaving out groups, controls with things dealt out at random, and
 * whether the table can say which blocks do more. Blocks are ranked only in a table of more than 100 experiments in 10
 * groups or more where no two blocks always go together, where chance does worse (ridge on permuted mixes is as good in none of 19 tables), where
 * the best block is better than the middle one with probability 0.975 or more, and where the kind is calibrated acceptably and covers 80 % of left-out rows.
 * Contexts are said to help where there are 10 groups or more, the gain over one ranking for everybody, paired by group, has a lower 95 % bound
 * above 0, and contexts dealt out at random do as well in none of 19 tables.
 *
 * @throws empty-group, dimension-mismatch, invalid-argument (a context that gives the outcome away), non-finite, no-variation,
 * too-few-groups below 10 experiments or 3 groups
 * Cost: that of `crossValidate`, 20 times that of ridge in 5 folds, and 20 to 100 fits of the served kind.
 */
export function evaluateTable(
  input: EvaluationInput,
  kernels: MatrixKernels,
  progress: (fraction: number) => void,
  network: SetNetwork | null = null,
): TableEvaluation {
  const { table, leftOut, folds, kinds, seed } = input;
  requireExperimentTable(table);
  requireEnough(table, leftOut);
  refuseLeaks(table);
  const compared = crossValidate(
    { table, leftOut, folds, kinds, truth: null, seed },
    kernels,
    (done) => progress(0.5 * done),
    network,
  );
  const { leaderboard } = compared;
  const chosen = chooseKind(
    leaderboard,
    servableKinds.filter((name) => kinds.includes(name)),
  );
  if (chosen === null) return { leaderboard, verdict: null, controls: null };
  const { kind, calibrated } = chosen;

  const score = (name: ModelKind) => leaderboard.models.find(({ model }) => model === name);
  const forecasts = (name: ModelKind) => compared.predictions.find(({ model }) => model === name)!;
  const group = groupOf(table, leftOut);
  const contextGain =
    kind === 'constant' || score('constant') === undefined
      ? null
      : pairedGain(table, group, forecasts(kind), forecasts('constant'));
  const controls = runControls(input, kind, isLikely(contextGain), kernels, (done) => progress(0.5 + 0.45 * done));
  const together = alwaysTogether(table);
  const ranking = rankBlocks(table, kind, seed, kernels);
  const reasons: SeparationReason[] = [];
  if (table.ids.length <= fewExperiments) reasons.push('few-experiments');
  if (leaderboard.groups < fewestGroups) reasons.push('few-groups');
  if (together.length > 0) reasons.push('blocks-always-together');
  if (controls.permutedMixes.probability > chance) reasons.push('no-better-than-chance');
  if (!ranking.apart) reasons.push('ranks-tie');
  if (!calibrated || (score(kind)!.intervalCoverage ?? 1) < 0.8) reasons.push('calibration-fails');
  const separated = reasons.length === 0;
  const { mean, variance, noise } = forecasts(kind);
  const scores = mean.map((value, i) => Math.abs(table.effect[i]! - value) / Math.sqrt(variance[i]! + noise[i]!));
  const reach = separated ? conformalReach(scores, group, 0.9, createRandom(seed, 'conformal')).reach : 0;
  progress(1);
  return {
    leaderboard,
    controls,
    verdict: {
      kind,
      separated,
      reasons,
      personal: helps(contextGain, controls.permutedContexts),
      contextGain,
      together,
      blocks: separated ? ranking.blocks(reach) : [],
    },
  };
}

const groupOf = (table: ExperimentTable, leftOut: LeftOut): Uint32Array =>
  leftOut === 'region' ? table.region : table.site;

/**
 * A gain of the best of several kinds over the simplest is mostly selection and luck: it has to hold over groups, and to be out of reach
 * of contexts that say nothing.
 */
const helps = (gain: PairedGain | null, permuted: TableControls['permutedContexts']): boolean =>
  isLikely(gain) && permuted !== null && (1 + permuted.asGood) / (1 + permuted.tables) <= chance;

const isLikely = (gain: PairedGain | null): boolean =>
  gain !== null && gain.groups >= fewestGroups && gain.lower !== null && gain.lower > 0;

/** Fewer than this say nothing at all, and models would be fitted on one or two rows. */
const fewestRows = 10;

function requireEnough(table: ExperimentTable, leftOut: LeftOut): void {
  const n = table.ids.length;
  const groups = new Set(groupOf(table, leftOut)).size;
  if (n < fewestRows || groups < 3) {
    throw new CoreError(
      'too-few-groups',
      `Received ${n} experiments in ${groups} groups (${leftOut}); expected at least ${fewestRows} experiments in 3 groups. Add experiments elsewhere.`,
      { experiments: n, groups },
    );
  }
  if (table.effect.every((value) => value === table.effect[0])) {
    throw new CoreError(
      'no-variation',
      `All ${n} experiments have the effect ${table.effect[0]}; expected effects that differ. Check the column of the effect.`,
      { effect: table.effect[0] },
    );
  }
}

function runControls(
  { table, leftOut, seed, folds }: EvaluationInput,
  kind: ServableKind,
  contextsLikely: boolean,
  kernels: MatrixKernels,
  progress: (fraction: number) => void,
): TableControls {
  const total = permutations.mixes + permutations.outcomes + permutations.contexts.most;
  let done = 0;
  const step = () => progress(++done / total);
  const error = (candidate: ExperimentTable, name: ServableKind) =>
    crossValidate(
      { table: candidate, leftOut, folds: Math.min(folds, permutations.folds), kinds: [name], truth: null, seed },
      kernels,
      () => {},
    ).leaderboard.models[0]!.rootMeanSquaredError;
  const own = error(table, 'ridge');
  let asGood = 0;
  for (let t = 0; t < permutations.mixes; t++, step()) {
    if (error(permuteMixes(table, createRandom(seed, 'permuted mixes', t)), 'ridge') <= own) asGood++;
  }
  const contextControl = () => {
    const { least, most } = permutations.contexts;
    const wanted = contextsLikely ? most : least;
    const group = groupOf(table, leftOut);
    const known = error(table, kind);
    const errors: number[] = [];
    const asGood = () => errors.filter((dealt) => dealt <= known).length;
    while (errors.length < least || (errors.length < wanted && asGood() === 0)) {
      errors.push(error(permuteContexts(table, group, createRandom(seed, 'permuted contexts', errors.length)), kind));
      step();
    }
    const mean = errors.reduce((sum, dealt) => sum + dealt, 0) / errors.length;
    return { tables: errors.length, asGood: asGood(), error: mean, errorOfConstant: error(table, 'constant') };
  };
  let separated = 0;
  for (let t = 0; t < permutations.outcomes; t++, step()) {
    const dealt = permuteOutcomes(table, createRandom(seed, 'permuted outcomes', t));
    if (rankBlocks(dealt, kind, seed, kernels).apart) separated++;
  }
  const permutedContexts = kind === 'constant' ? null : contextControl();
  return {
    permutedMixes: {
      error: own,
      tables: permutations.mixes,
      asGood,
      probability: (1 + asGood) / (1 + permutations.mixes),
    },
    permutedOutcomes: { tables: permutations.outcomes, separated },
    permutedContexts,
  };
}

/** Pairs of blocks of which no experiment tried one without the other; a block that nobody tried is in no pair. */
function alwaysTogether(table: ExperimentTable): readonly (readonly [string, string])[] {
  const J = table.blocks.length;
  const pairs: (readonly [string, string])[] = [];
  for (let j = 0; j < J; j++) {
    for (let l = j + 1; l < J; l++) {
      let both = 0;
      let one = 0;
      for (let i = 0; i < table.ids.length; i++) {
        const sum = table.mix[i * J + j]! + table.mix[i * J + l]!;
        if (sum === 2) both++;
        if (sum === 1) one++;
      }
      if (both > 0 && one === 0) pairs.push([table.blocks[j]!, table.blocks[l]!]);
    }
  }
  return pairs;
}

/** Blocks alone at the average place, by the model fitted on all rows, and whether the best is told from the middle one. */
function rankBlocks(table: ExperimentTable, kind: ServableKind, seed: number, kernels: MatrixKernels) {
  const J = table.blocks.length;
  const P = table.contexts.length;
  const tried = table.blocks.map((_, j) => {
    let count = 0;
    for (let i = 0; i < table.ids.length; i++) count += table.mix[i * J + j]!;
    return count;
  });
  const listed = [...table.blocks.keys()].filter((j) => tried[j]! > 0);
  const model = fitServable(kind, table, createRandom(seed, 'model', kind), kernels);
  // At the centre of the contexts, all of them known: what blocks do on average over the network.
  const place = { context: model.scale.centre, missing: new Uint8Array(P) };
  const mixes = new Uint8Array(listed.length * J);
  listed.forEach((j, k) => {
    mixes[k * J + j] = 1;
  });
  const { mean, variance } = predictEffects(model, place, mixes, kernels);
  const covariance = effectCovariance(model, place, mixes, kernels).values;
  const m = listed.length;
  const order = Array.from({ length: m }, (_, k) => k).sort((a, b) => mean[b]! - mean[a]! || a - b);
  const better = (a: number, b: number) => {
    const spread = covariance[a * m + a]! + covariance[b * m + b]! - 2 * covariance[a * m + b]!;
    return spread > 0 ? normalCdf((mean[a]! - mean[b]!) / Math.sqrt(spread)) : 0.5;
  };
  const between = newSiteVariance(model);
  return {
    apart: m > 1 && better(order[0]!, order[Math.floor(m / 2)]!) >= toldApart,
    blocks(reach: number): readonly BlockEffect[] {
      let leader = 0;
      return order.map((k, at) => {
        if (better(order[leader]!, k) >= tieProbability) leader = at;
        const half = reach * Math.sqrt(variance[k]! + between);
        return {
          block: table.blocks[listed[k]!]!,
          rank: leader + 1,
          mean: mean[k]!,
          lower: mean[k]! - half,
          upper: mean[k]! + half,
          experiments: tried[listed[k]!]!,
        };
      });
    },
  };
}
