import { noFurtherQuestions } from '../../src/core/effects/answer-further.ts';
import {
  chooseInference,
  type InferenceDesign,
  type StandardErrorRequest,
} from '../../src/core/effects/choose-inference.ts';
import { clusterMeansOf } from '../../src/core/effects/cluster-means.ts';
import { type EffectSample, estimateEffect } from '../../src/core/effects/estimate-effect.ts';
import { permuteGroups } from '../../src/core/effects/permutation-test.ts';
import {
  type MatchingStudyInput,
  type MatchingStudyOutput,
  runMatchingStudy,
} from '../../src/core/effects/run-matching-study.ts';
import { clustersByMost, treatmentBetweenClusters } from '../../src/core/effects/treatment-by-cluster.ts';
import { CoreError } from '../../src/core/errors.ts';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import type { NearestDesign } from '../../src/core/matching/matching-design.ts';
import type { Frame } from '../../src/core/propensity/design-matrix.ts';
import type { ModelTerm } from '../../src/core/propensity/model-terms.ts';
import { createRandom, type RandomStream } from '../../src/core/random/random-stream.ts';
import { kangSchafer } from './kang-schafer.ts';
import { entryOfCollectives, entryOfUnits, staggered } from './staggered.ts';

/** What one simulated study says: a share (0 or 1), by the name of a metric. */
export type Verdicts = Readonly<Record<string, 0 | 1>>;

export interface Goal {
  readonly least: number;
  readonly most: number;
}

export interface Design {
  readonly name: string;
  readonly describes: string;
  readonly goals: Readonly<Record<string, Goal>>;
  /** one study from its own random stream */
  run(random: RandomStream, kernels: MatrixKernels): Verdicts;
}

const truth = 1;
const nominal: Goal = { least: 0.93, most: 0.97 };
/** Three Monte Carlo errors of 2000 studies around a half. */
const half: Goal = { least: 0.466, most: 0.534 };
const always: Goal = { least: 1, most: 1 };
const covers = ({ lower, upper }: { readonly lower: number; readonly upper: number }): 0 | 1 =>
  lower <= truth && truth <= upper ? 1 : 0;

/** Two covariates drive treatment and outcome; the effect is 1 for everybody. */
function confounded(random: RandomStream, n: number) {
  const status = new Uint8Array(n);
  const a = Float64Array.from({ length: n }, () => random.normal());
  const b = Float64Array.from({ length: n }, () => random.normal());
  const treated = Uint8Array.from(a, (v, i) =>
    random.bernoulli(1 / (1 + Math.exp(1.2 - 0.5 * v - 0.5 * b[i]!))) ? 1 : 0,
  );
  const outcome = Float64Array.from(a, (v, i) => v + b[i]! + truth * treated[i]! + random.normal());
  const frame: Frame = {
    rows: n,
    columns: { a: { type: 'number', values: a, status }, b: { type: 'number', values: b, status } },
  };
  return { frame, treated, outcome };
}

const covariates = [{ variable: 'a' }, { variable: 'b' }];

const nearest: NearestDesign = {
  method: 'nearest',
  estimand: 'ATT',
  distance: { type: 'propensity-score', link: 'logit', scale: 'linear', terms: covariates },
  within: null,
  order: 'largest',
  ratio: 1,
  variableRatio: null,
  maximumReuse: 1,
  calipers: [],
  exact: [],
  antiExact: [],
  discard: 'none',
  reestimate: false,
};

function study(
  data: Pick<MatchingStudyInput, 'frame' | 'treated' | 'outcome'> & Partial<Pick<MatchingStudyInput, 'cluster'>>,
  changes: Partial<NearestDesign>,
  standardError: StandardErrorRequest,
  kernels: MatrixKernels,
  of: readonly ModelTerm[] = covariates,
): MatchingStudyOutput {
  return runMatchingStudy(
    {
      cluster: null,
      ...data,
      covariates: of,
      design: { ...nearest, ...changes },
      isClusterAskedFor: false,
      standardError,
      permutations: null,
      confidence: 0.95,
      seed: 1,
      further: noFurtherQuestions,
    },
    kernels,
  );
}

function isRefused(work: () => unknown): 0 | 1 {
  try {
    work();
    return 0;
  } catch (error) {
    if (error instanceof CoreError && (error.code === 'invalid-inference' || error.code === 'too-few-groups')) return 1;
    throw error;
  }
}

interface Clustered {
  readonly sample: EffectSample;
  readonly cluster: Int32Array;
}

/** Clusters with an intra-class correlation of 0.1; `treats` says who is treated. */
function clustered(
  random: RandomStream,
  groups: number,
  each: number,
  treats: (cluster: number, unit: number) => boolean,
): Clustered {
  const shared = Array.from({ length: groups }, () => Math.sqrt(0.1) * random.normal());
  const cluster = Int32Array.from({ length: groups * each }, (_, i) => Math.floor(i / each));
  const treated = Uint8Array.from(cluster, (g, i) => (treats(g, i % each) ? 1 : 0));
  const outcome = Float64Array.from(
    cluster,
    (g, i) => shared[g]! + Math.sqrt(0.9) * random.normal() + truth * treated[i]!,
  );
  return { cluster, sample: { treated, outcome, weights: new Float64Array(groups * each).fill(1) } };
}

const plan = (
  { sample, cluster }: Clustered,
  asked: StandardErrorRequest,
  changes: Partial<InferenceDesign> = {},
): InferenceDesign => ({
  treated: sample.treated,
  cluster,
  isAskedFor: false,
  betweenClusters: treatmentBetweenClusters(sample.treated, cluster),
  clustersByMost: clustersByMost(sample.treated, cluster, null, Uint32Array.from(cluster.keys())),
  matchedSet: null,
  sample: 'units',
  partners: null,
  near: null,
  equations: null,
  asked,
  seed: 1,
  ...changes,
});

function effectOf(drawn: Clustered, design: InferenceDesign, kernels: MatrixKernels) {
  return estimateEffect(drawn.sample, [], chooseInference(design), 0.95, kernels);
}

/** Collectives differ in how many of their households are treated and, by chance alone, in the outcome. */
function partlyByCluster(random: RandomStream, groups: number, each: number, spread: number) {
  const n = groups * each;
  const status = new Uint8Array(n);
  const tends = Array.from({ length: groups }, () => spread * random.normal());
  const shared = Array.from({ length: groups }, () => Math.sqrt(0.1) * random.normal());
  const cluster = Int32Array.from({ length: n }, (_, i) => Math.floor(i / each));
  const a = Float64Array.from({ length: n }, () => random.normal());
  const treated = Uint8Array.from(a, (v, i) =>
    random.bernoulli(1 / (1 + Math.exp(0.9 - 0.5 * v - tends[cluster[i]!]!))) ? 1 : 0,
  );
  const outcome = Float64Array.from(
    a,
    (v, i) => 0.5 * v + shared[cluster[i]!]! + Math.sqrt(0.9) * random.normal() + truth * treated[i]!,
  );
  const frame: Frame = { rows: n, columns: { a: { type: 'number', values: a, status } } };
  return { frame, treated, outcome, cluster };
}

/** Pairs within a caliper, compared as the chooser says and as if their collectives were not known. */
function coversPartly(random: RandomStream, groups: number, each: number, spread: number, kernels: MatrixKernels) {
  const data = partlyByCluster(random, groups, each, spread);
  const design = {
    calipers: [{ on: 'distance', width: 0.2, unit: 'sd' as const }],
    distance: { ...nearest.distance, terms: [{ variable: 'a' }] } as NearestDesign['distance'],
  };
  const by = (cluster: Int32Array | null) =>
    study({ ...data, cluster }, design, 'by-design', kernels, [{ variable: 'a' }]).effects;
  const { matched, adjusted } = by(data.cluster);
  return {
    coverage: covers(matched),
    'coverage-adjusted': covers(adjusted!),
    'coverage-of-matched-sets': covers(by(null).adjusted!),
  };
}

/** What household-level errors would have said, had they not been refused: units taken as independent. */
const asIfIndependent = (drawn: Clustered, kernels: MatrixKernels) =>
  effectOf(drawn, plan(drawn, 'units', { cluster: null }), kernels);

/** Each of the treated with the control next to it, one of those equally near. */
function nearestDifference(x: Float64Array, treated: Uint8Array, outcome: Float64Array, drawn: Uint32Array): number {
  const controls = drawn.filter((row) => treated[row] === 0).sort((a, b) => x[a]! - x[b]!);
  let sum = 0;
  let count = 0;
  for (const row of drawn) {
    if (treated[row] === 0) continue;
    let low = 0;
    let high = controls.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x[controls[middle]!]! < x[row]!) low = middle + 1;
      else high = middle;
    }
    const gap = (place: number) =>
      place < 0 || place >= controls.length ? Number.POSITIVE_INFINITY : Math.abs(x[controls[place]!]! - x[row]!);
    const nearest = gap(low - 1) < gap(low) ? low - 1 : low;
    sum += outcome[row]! - outcome[controls[nearest]!]!;
    count++;
  }
  return sum / count;
}

/** What the bootstrap that is refused would have said: 100 draws within groups, their standard deviation, 1.96 of it each way. */
function coversByBootstrap(x: Float64Array, treated: Uint8Array, outcome: Float64Array, random: RandomStream): 0 | 1 {
  const all = Uint32Array.from(x.keys());
  const groups = [1, 0].map((group) => all.filter((row) => treated[row] === group));
  const estimate = nearestDifference(x, treated, outcome, all);
  const draws = Array.from({ length: 100 }, () =>
    nearestDifference(
      x,
      treated,
      outcome,
      Uint32Array.from(groups.flatMap((rows) => Array.from(rows, () => rows[random.integer(rows.length)]!))),
    ),
  );
  const mean = draws.reduce((sum, d) => sum + d, 0) / draws.length;
  const error = Math.sqrt(draws.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (draws.length - 1));
  return covers({ lower: estimate - 1.96 * error, upper: estimate + 1.96 * error });
}

/** Clusters that were treated or not, but for some of their units. */
function coversWithLeak(drawn: Clustered, kernels: MatrixKernels): Verdicts {
  return {
    coverage: covers(effectOf(drawn, plan(drawn, 'by-design'), kernels)),
    'coverage-if-independent': covers(asIfIndependent(drawn, kernels)),
    'refuses-units': isRefused(() => effectOf(drawn, plan(drawn, 'units'), kernels)),
  };
}

const repeated = { maximumReuse: Number.POSITIVE_INFINITY } as const;

const ofRiskSets: Partial<NearestDesign> = {
  riskSet: { wave: 'wave', unit: 'unit' },
  calipers: [{ on: 'distance', width: 0.2, unit: 'sd' }],
  distance: {
    ...nearest.distance,
    terms: [{ variable: 'a' }, { variable: 'wave', levels: ['1', '2', '3', '4', '5', '6'] }],
  } as NearestDesign['distance'],
};

/** Designs C1 to C4, C6 and V27: what the chooser accepts covers, what would not cover is refused. */
export const designs: readonly Design[] = [
  {
    name: 'C1',
    describes: '600 units, nearest with replacement, bias-adjusted, Abadie-Imbens',
    goals: { coverage: nominal, 'refuses-units': always },
    run(random, kernels) {
      const data = confounded(random, 600);
      const { effects, inference } = study(data, repeated, 'by-design', kernels);
      if (inference.method !== 'abadie-imbens') throw new Error(`C1 chose ${inference.method}.`);
      return {
        coverage: covers(effects.adjusted!),
        'refuses-units': isRefused(() => study(data, repeated, 'units', kernels)),
      };
    },
  },
  {
    name: 'C2',
    describes: '800 units, 1:1 within a caliper of 0.2, matched sets',
    goals: { coverage: nominal, 'coverage-adjusted': nominal, 'refuses-units': always },
    run(random, kernels) {
      const data = confounded(random, 800);
      const caliper = { calipers: [{ on: 'distance', width: 0.2, unit: 'sd' as const }] };
      const { effects, inference } = study(data, caliper, 'by-design', kernels);
      if (inference.method !== 'matched-sets') throw new Error(`C2 chose ${inference.method}.`);
      return {
        coverage: covers(effects.matched),
        'coverage-adjusted': covers(effects.adjusted!),
        'refuses-units': isRefused(() => study(data, caliper, 'units', kernels)),
      };
    },
  },
  {
    name: 'C3',
    describes: '30 collectives of 20, 15 treated as a whole, intra-class correlation 0.1',
    goals: {
      coverage: nominal,
      'coverage-cluster-means': nominal,
      'coverage-wild-bootstrap': nominal,
      'coverage-if-independent': { least: 0, most: 0.8 },
      'refuses-units': always,
    },
    run(random, kernels) {
      const drawn = clustered(random, 30, 20, (g) => g < 15);
      const by = (asked: StandardErrorRequest) => covers(effectOf(drawn, plan(drawn, asked), kernels));
      return {
        coverage: by('by-design'),
        'coverage-cluster-means': by('cluster-means'),
        'coverage-wild-bootstrap': by('wild-cluster-bootstrap'),
        'coverage-if-independent': covers(asIfIndependent(drawn, kernels)),
        'refuses-units': isRefused(() => effectOf(drawn, plan(drawn, 'units'), kernels)),
      };
    },
  },
  {
    name: 'C3-leak',
    describes: '30 collectives of 20, 15 treated but for one household of one, intra-class correlation 0.1',
    goals: { coverage: nominal, 'coverage-if-independent': { least: 0, most: 0.8 }, 'refuses-units': always },
    run: (random, kernels) =>
      coversWithLeak(
        clustered(random, 30, 20, (g, u) => g < 15 && g + u > 0),
        kernels,
      ),
  },
  {
    name: 'C3-tenth',
    describes: '30 collectives of 20, 15 treated, one household in ten does otherwise, intra-class correlation 0.1',
    goals: { coverage: nominal, 'coverage-if-independent': { least: 0, most: 0.9 }, 'refuses-units': always },
    run: (random, kernels) =>
      coversWithLeak(
        clustered(random, 30, 20, (g, u) => g < 15 !== u < 2),
        kernels,
      ),
  },
  {
    name: 'C4',
    describes: '10 collectives of 50, 3 treated as a whole, intra-class correlation 0.1',
    goals: {
      coverage: nominal,
      'size-of-permutation-test': { least: 0, most: 0.055 },
      'coverage-if-independent': { least: 0, most: 0.8 },
      'refuses-units': always,
      'refuses-CR2': always,
      'refuses-wild-bootstrap': always,
      'refuses-one-treated': always,
    },
    run(random, kernels) {
      const drawn = clustered(random, 10, 50, (g) => g < 3);
      const design = plan(drawn, 'by-design');
      // Under no effect: the outcome less the effect of the treated.
      const { treated, outcome, weights } = drawn.sample;
      const none = { treated, outcome: outcome.map((y, i) => y - truth * treated[i]!), weights };
      const means = clusterMeansOf(none, [], drawn.cluster, kernels);
      const one = Uint8Array.from(drawn.cluster, (g) => (g === 0 ? 1 : 0));
      const refuses = (asked: StandardErrorRequest) => isRefused(() => chooseInference(plan(drawn, asked)));
      return {
        coverage: covers(effectOf(drawn, design, kernels)),
        'size-of-permutation-test':
          permuteGroups(means.means, means.treated, { draws: 2000, seed: 1 }).pValue <= 0.05 ? 1 : 0,
        'coverage-if-independent': covers(asIfIndependent(drawn, kernels)),
        'refuses-units': refuses('units'),
        'refuses-CR2': refuses('clusters'),
        'refuses-wild-bootstrap': refuses('wild-cluster-bootstrap'),
        'refuses-one-treated': isRefused(() => chooseInference({ ...design, treated: one })),
      };
    },
  },
  {
    name: 'C4-leak',
    describes: '10 collectives of 50, 3 treated but for one household of one, intra-class correlation 0.1',
    goals: {
      coverage: nominal,
      'coverage-if-independent': { least: 0, most: 0.8 },
      'refuses-units': always,
      'refuses-two-treated': always,
    },
    run(random, kernels) {
      const treats = (most: number) => (g: number, u: number) => g < most && g + u > 0;
      const drawn = clustered(random, 10, 50, treats(3));
      const two = clustered(random, 10, 50, treats(2));
      return {
        ...coversWithLeak(drawn, kernels),
        'refuses-two-treated': isRefused(() => chooseInference(plan(two, 'by-design'))),
      };
    },
  },
  {
    name: 'C4-mixed',
    describes: '10 collectives of 50, 3 in ten households treated in each, clusters asked for, wild bootstrap',
    goals: { coverage: nominal },
    run(random, kernels) {
      const drawn = clustered(random, 10, 50, (g, unit) => (g % 2 === 0 ? unit < 20 : unit < 10));
      const design = plan(drawn, 'by-design', { isAskedFor: true });
      if (chooseInference(design).method !== 'wild-cluster-bootstrap') throw new Error('C4-mixed chose otherwise.');
      return { coverage: covers(effectOf(drawn, design, kernels)) };
    },
  },
  {
    name: 'C3-partly',
    describes:
      '30 collectives of 20, a third of the treatment between them, intra-class correlation of the outcome 0.1; matched pairs',
    goals: {
      // Errors by collective do not count that partners are alike, until what they are matched on is adjusted for.
      coverage: { least: 0.93, most: 0.99 },
      'coverage-adjusted': nominal,
      'coverage-of-matched-sets': { least: 0, most: 0.93 },
    },
    run: (random, kernels) => coversPartly(random, 30, 20, 1.8, kernels),
  },
  {
    name: 'C4-partly',
    describes:
      '12 collectives of 50, a fifth of the treatment between them, intra-class correlation of the outcome 0.1; matched pairs',
    goals: {
      coverage: { least: 0.93, most: 0.99 },
      'coverage-adjusted': nominal,
      'coverage-of-matched-sets': { least: 0, most: 0.93 },
    },
    run: (random, kernels) => coversPartly(random, 12, 50, 1.2, kernels),
  },
  {
    name: 'C6',
    describes:
      '200 treated without noise, 40 controls with it, nearest with replacement on one uniform covariate: the bootstrap is wrong (Abadie and Imbens 2008)',
    goals: {
      coverage: nominal,
      'coverage-homoskedastic': { least: 0, most: 0.93 },
      'coverage-bootstrap': { least: 0, most: 0.93 },
      'refuses-bootstrap': always,
    },
    run(random, kernels) {
      const n = 240;
      const a = Float64Array.from({ length: n }, () => random.uniform());
      const treated = Uint8Array.from(a, (_, i) => (i < 200 ? 1 : 0));
      const outcome = Float64Array.from(a, (_, i) => (i < 200 ? truth : random.normal()));
      const status = new Uint8Array(n);
      const columns = {
        a: { type: 'number' as const, values: a, status },
        b: { type: 'number' as const, values: a, status },
      };
      const data = { frame: { rows: n, columns }, treated, outcome };
      const distance = { type: 'scaled-euclidean' as const, terms: [{ variable: 'a' }] };
      const design = { ...repeated, distance, order: 'closest' as const };
      const by = (asked: StandardErrorRequest) => covers(study(data, design, asked, kernels).effects.matched);
      return {
        coverage: by('by-design'),
        'coverage-homoskedastic': by('abadie-imbens-homoskedastic'),
        'coverage-bootstrap': coversByBootstrap(a, treated, outcome, random),
        'refuses-bootstrap': isRefused(() => study(data, design, 'bootstrap', kernels)),
      };
    },
  },
  {
    name: 'V27',
    describes:
      '1000 units of Kang and Schafer (2007), augmented estimate: share of studies above the truth, half where one model is right',
    goals: {
      'above-both-right': half,
      'above-propensity-right': half,
      'above-outcome-right': half,
      'above-both-wrong': { least: 0, most: 0.4 },
    },
    run(random, kernels) {
      const { both, propensityRight, outcomeRight, neither } = kangSchafer(random, kernels);
      const above = (error: number | undefined): 0 | 1 => (error! > 0 ? 1 : 0);
      return {
        'above-both-right': above(both),
        'above-propensity-right': above(propensityRight),
        'above-outcome-right': above(outcomeRight),
        'above-both-wrong': above(neither),
      };
    },
  },
  {
    name: 'risk-sets',
    describes: '300 units that enter at different waves, driven by a covariate that moves; matched in risk sets',
    goals: { coverage: nominal, 'coverage-adjusted': nominal, 'coverage-unmatched': { least: 0, most: 0.8 } },
    run(random, kernels) {
      const data = staggered(random, 300, truth, entryOfUnits(random));
      const { effects, inference } = study(data, ofRiskSets, 'by-design', kernels, [{ variable: 'a' }]);
      if (inference.reason !== 'units-at-several-waves') throw new Error(`risk-sets chose ${inference.reason}.`);
      return {
        coverage: covers(effects.matched),
        'coverage-adjusted': covers(effects.adjusted!),
        'coverage-unmatched': covers(effects.unmatched),
      };
    },
  },
  {
    name: 'risk-sets-leak',
    describes:
      '40 collectives of 10, half of which enter at different waves, one household in ten does otherwise, intra-class correlation 0.2; matched in risk sets',
    goals: {
      // Errors by collective do not count that partners are alike in what moves the outcome, until it is adjusted for.
      coverage: { least: 0.93, most: 0.99 },
      'coverage-adjusted': nominal,
      'coverage-of-matched-sets': { least: 0, most: 0.9 },
      'refuses-matched-sets': always,
    },
    run(random, kernels) {
      const data = staggered(random, 400, truth, entryOfCollectives(random, 40));
      const by = (asked: StandardErrorRequest, cluster = data.cluster) =>
        study({ ...data, cluster }, ofRiskSets, asked, kernels, [{ variable: 'a' }]).effects;
      const { matched, adjusted } = by('by-design');
      return {
        coverage: covers(matched),
        'coverage-adjusted': covers(adjusted!),
        'coverage-of-matched-sets': covers(by('by-design', null).adjusted!),
        'refuses-matched-sets': isRefused(() => by('matched-sets')),
      };
    },
  },
];

export interface Row {
  readonly design: string;
  readonly metric: string;
  readonly value: number;
  readonly mcse: number;
  readonly goal: string;
  readonly ok: boolean;
}

/** The shares of `runs` studies of a design; study r has its own random stream, so that runs can be split. */
export function simulate(
  { name, goals, run }: Design,
  runs: number,
  seed: number,
  kernels: MatrixKernels,
): readonly Row[] {
  const counts = new Map<string, number>();
  const random = createRandom(seed, 'simulate', name);
  for (let r = 0; r < runs; r++) {
    for (const [metric, verdict] of Object.entries(run(random.stream(r), kernels))) {
      counts.set(metric, (counts.get(metric) ?? 0) + verdict);
    }
  }
  return [...counts].map(([metric, count]) => {
    const value = count / runs;
    const { least, most } = goals[metric]!;
    return {
      design: name,
      metric,
      value,
      mcse: Math.sqrt((value * (1 - value)) / runs),
      goal: least === most ? `${most}` : `${least} to ${most}`,
      ok: value >= least && value <= most,
    };
  });
}
