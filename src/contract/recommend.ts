import { Type } from 'typebox';
import { experimentEvidence, kpiPromises } from './learning-loop.ts';
import { modelName, version } from './model-name.ts';
import { nullable, strict } from './operation.ts';

const literals = <const L extends readonly string[]>(values: L) =>
  Type.Union(values.map((value) => Type.Literal(value)));
const number = nullable(Type.Number());
const texts = Type.Array(Type.String(), { maxItems: 100 });

const seed = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const folds = Type.Integer({ minimum: 2, maximum: 100, description: 'parts the groups are spread over' });
const servableKind = literals(['constant', 'additive', 'ridge', 'set-kernel', 'sparse-set', 'averaged']);
const modelKind = literals([
  'random',
  'popularity',
  'mix-means',
  'nearest',
  'constant',
  'additive',
  'r-learner',
  'boosted-trees',
  'factorisation',
  'set-network',
  'ridge',
  'set-kernel',
  'sparse-set',
  'averaged',
]);
const backend = literals(['wasm', 'node']);
const leftOut = literals(['neighbourhood', 'region']);

const leaderboard = strict({
  leftOut,
  folds: Type.Integer(),
  groups: Type.Integer(),
  rows: Type.Integer(),
  models: Type.Array(
    strict({
      model: modelKind,
      rootMeanSquaredError: Type.Number(),
      intervalCoverage: number,
      coverageError: nullable(Type.Number({ description: 'standard error over left-out groups' })),
      worstRegionCoverage: number,
      intervalWidth: number,
      calibrationSlope: number,
      slopeError: nullable(Type.Number({ description: 'standard error over left-out groups' })),
      regret: number,
      normalisedGainAt3: number,
    }),
  ),
  network: nullable(strict({ backend: Type.String(), fallback: nullable(Type.String()) })),
});

const adviceGiven = { answers: Type.Integer(), advice: Type.Integer({ description: 'answers that are advice' }) };
const modelControls = strict(
  {
    asTrained: strict(adviceGiven),
    permutedOutcomes: strict({ tables: Type.Integer(), ...adviceGiven }),
    permutedContexts: nullable(
      strict({ tables: Type.Integer(), error: Type.Number(), errorOfConstant: Type.Number() }),
    ),
  },
  { description: 'what must not work: the same kind on outcomes and contexts that were dealt out at random' },
);

const calibration = strict({
  acceptable: Type.Boolean({
    description:
      'over left-out regions: 90 % intervals that cover 85 %, and a slope of .7 to 1.3, within the error over groups',
  }),
  groups: Type.Integer(),
  reach: number,
  slope: number,
  intervalCoverage: number,
  worstRegionCoverage: number,
});

export const modelDescription = strict({
  name: modelName,
  version,
  seed,
  dataDigest: Type.String(),
  blocks: texts,
  contexts: texts,
  kpis: Type.Array(
    strict({
      kpi: Type.String(),
      kind: servableKind,
      pooled: Type.Boolean({
        description: 'everybody gets the same advice, because personal advice did not do better',
      }),
      experiments: Type.Integer(),
      neighbourhoods: Type.Integer(),
      regions: Type.Integer(),
      grades: Type.Array(strict({ grade: Type.String(), experiments: Type.Integer() })),
      candidates: Type.Array(servableKind, { description: 'kinds that could win' }),
      controls: modelControls,
      calibration,
      byNeighbourhood: leaderboard,
      byRegion: leaderboard,
    }),
  ),
  goals: nullable(
    Type.Array(
      strict({
        test: Type.String(),
        metric: Type.String(),
        value: number,
        goal: Type.String(),
        met: nullable(Type.Boolean()),
      }),
      { description: 'what the evaluation of the method found; null for a model that was trained here' },
    ),
  ),
});

export const modelList = strict({
  models: Type.Array(strict({ name: modelName, version, shipped: Type.Boolean() })),
});
export const modelReference = strict({ model: modelName });
export const modelVersion = strict({ version: Type.Optional(version) });
export const modelCard = strict({ model: modelName, markdown: Type.String() });

const trainingFields = {
  name: modelName,
  seed,
  folds,
  candidates: Type.Array(servableKind, { minItems: 1, description: 'kinds of models that may be served' }),
  backend,
};
export const trainingRequest = strict({
  name: Type.Optional(trainingFields.name),
  seed: Type.Optional(seed),
  folds: Type.Optional(folds),
  candidates: Type.Optional(trainingFields.candidates),
  backend: Type.Optional(backend),
});
export const trainingSettings = strict(trainingFields);
export const trainingBody = strict({ model: modelDescription });

const evaluationFields = {
  experiments: nullable(
    Type.String({ description: 'a table of experiments as CSV, judged instead of the registry; with `schema`' }),
  ),
  schema: Type.Any({ description: 'the Table Schema of `experiments`: roles of its columns; null for the registry' }),
  kpi: nullable(Type.String({ description: 'the one most experiments measured when left out' })),
  leftOut: nullable(leftOut),
  folds,
  kinds: Type.Array(modelKind, { minItems: 1 }),
  backend,
  seed,
};
export const evaluationRequest = strict({
  experiments: Type.Optional(evaluationFields.experiments),
  schema: Type.Optional(evaluationFields.schema),
  kpi: Type.Optional(evaluationFields.kpi),
  leftOut: Type.Optional(evaluationFields.leftOut),
  folds: Type.Optional(folds),
  kinds: Type.Optional(evaluationFields.kinds),
  backend: Type.Optional(backend),
  seed: Type.Optional(seed),
});
export const evaluationSettings = strict(evaluationFields);
const controls = strict({
  permutedMixes: strict({
    error: Type.Number(),
    tables: Type.Integer(),
    asGood: Type.Integer({ description: 'tables with mixes dealt out at random that did as well' }),
    probability: Type.Number(),
  }),
  permutedOutcomes: strict({ tables: Type.Integer(), separated: Type.Integer() }),
  permutedContexts: nullable(
    strict({
      tables: Type.Integer({ description: '19 where contexts may help and none of these did as well, else fewer' }),
      asGood: Type.Integer(),
      error: Type.Number(),
      errorOfConstant: Type.Number(),
    }),
  ),
});
const verdict = strict({
  kind: servableKind,
  separated: Type.Boolean({ description: 'the table can say which blocks do more; else there is no ranking' }),
  reasons: Type.Array(
    literals([
      'few-experiments',
      'few-groups',
      'blocks-always-together',
      'no-better-than-chance',
      'ranks-tie',
      'calibration-fails',
    ]),
  ),
  personal: Type.Boolean({
    description: 'contexts are shown to lower the error: lower bound of the gain above 0, and not matched by chance',
  }),
  contextGain: nullable(
    strict({
      share: Type.Number({ description: 'of the squared error of one ranking for everybody' }),
      lower: nullable(Type.Number({ description: 'one-sided 95 % bound over groups' })),
      groups: Type.Integer(),
    }),
  ),
  together: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  blocks: Type.Array(
    strict({
      block: Type.String(),
      rank: Type.Integer(),
      mean: Type.Number(),
      lower: Type.Number(),
      upper: Type.Number(),
      experiments: Type.Integer(),
    }),
  ),
});
export const evaluationBody = strict({
  kpi: Type.String(),
  leaderboard,
  verdict: nullable(verdict),
  controls: nullable(controls),
});

const policyFields = {
  log: nullable(
    Type.String({
      description:
        'choices as CSV: group, action, outcome, probability (or none), stratum (or none), and new_action, or new:ACTION with a probability for each action',
    }),
  ),
  clip: Type.Number({ exclusiveMinimum: 0, description: 'largest ratio in the clipped estimate' }),
  draws: Type.Integer({ minimum: 100, maximum: 100_000, description: 'of the bootstrap over groups' }),
  seed,
};
export const policyValueRequest = strict({
  log: policyFields.log,
  clip: Type.Optional(policyFields.clip),
  draws: Type.Optional(policyFields.draws),
  seed: Type.Optional(seed),
});
export const policyValueSettings = strict(policyFields);
export const policyValueBody = strict({
  identifiable: Type.Boolean({ description: 'false: fewer than 10 effective rows speak for the other policy' }),
  effectiveSampleSize: Type.Number(),
  rows: Type.Integer(),
  groups: Type.Integer(),
  logged: Type.Number({ description: 'mean outcome of what was logged' }),
  estimates: nullable(
    strict({
      doublyRobust: Type.Number(),
      interval: Type.Tuple([Type.Number(), Type.Number()], { description: '95 % interval of doublyRobust' }),
      selfNormalised: Type.Number(),
      clipped: Type.Number(),
      weighted: Type.Number(),
      direct: Type.Number(),
    }),
  ),
});
export const policyValueExample = {
  log: [
    'group,action,outcome,probability,new_action',
    ...Array.from({ length: 30 }, (_, i) => `n${i % 10},${i % 2 ? 'coach' : 'scan'},${(i * 7) % 5},0.5,coach`),
  ].join('\n'),
};

const recommendationFields = {
  model: modelName,
  version: nullable(version),
  neighbourhood: nullable(Type.String({ maxLength: 40, description: 'code, where its parameters are known' })),
  cbs: nullable(Type.String({ description: 'a neighbourhood table of CBS as CSV, in which the code is looked up' })),
  context: Type.Record(Type.String(), number, { description: 'parameters by name; null or left out: not known' }),
  goals: nullable(
    Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0 }), { description: 'weight of each KPI' }),
  ),
  budget: nullable(Type.Number({ minimum: 0, description: 'euro per household' })),
  maximumSize: Type.Integer({ minimum: 1, maximum: 8, description: 'most building blocks in a mix' }),
  required: texts,
  excluded: texts,
  count: Type.Integer({ minimum: 1, maximum: 50, description: 'mixes to list' }),
  seed,
};
export const recommendationRequest = strict({
  model: Type.Optional(recommendationFields.model),
  version: Type.Optional(recommendationFields.version),
  neighbourhood: Type.Optional(recommendationFields.neighbourhood),
  cbs: Type.Optional(recommendationFields.cbs),
  context: Type.Optional(recommendationFields.context),
  goals: Type.Optional(recommendationFields.goals),
  budget: Type.Optional(recommendationFields.budget),
  maximumSize: Type.Optional(recommendationFields.maximumSize),
  required: Type.Optional(texts),
  excluded: Type.Optional(texts),
  count: Type.Optional(recommendationFields.count),
  seed: Type.Optional(seed),
});
export const recommendationSettings = strict(recommendationFields);

const proposal = {
  blocks: texts,
  cost: Type.Number({ description: 'euro per household' }),
  removes: Type.Number({
    description: 'share of the loss by not knowing that is gone after it, and after those before it',
  }),
};
const codes = nullable(Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 10_000 }));
const nextFields = {
  model: modelName,
  version: nullable(version),
  goals: recommendationFields.goals,
  budget: recommendationFields.budget,
  maximumSize: recommendationFields.maximumSize,
  required: texts,
  excluded: texts,
  neighbourhoods: codes,
  targets: codes,
  count: Type.Integer({ minimum: 1, maximum: 50, description: 'experiments to propose' }),
};
export const nextExperimentsRequest = strict({
  model: Type.Optional(modelName),
  version: Type.Optional(nextFields.version),
  goals: Type.Optional(nextFields.goals),
  budget: Type.Optional(nextFields.budget),
  maximumSize: Type.Optional(nextFields.maximumSize),
  required: Type.Optional(texts),
  excluded: Type.Optional(texts),
  neighbourhoods: Type.Optional(
    nullable(
      Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 10_000, description: 'where it may be' }),
    ),
  ),
  targets: Type.Optional(
    nullable(
      Type.Array(Type.String({ maxLength: 40 }), {
        minItems: 1,
        maxItems: 10_000,
        description: 'whose choice it serves',
      }),
    ),
  ),
  count: Type.Optional(nextFields.count),
});
export const nextExperimentsSettings = strict(nextFields);
export const nextExperimentsBody = strict({
  model: strict({ name: modelName, version, dataDigest: Type.String() }),
  targets: Type.Integer(),
  considered: Type.Integer({ description: 'mixes times neighbourhoods that were compared' }),
  loss: Type.Number({ description: 'mean loss by not knowing, in the units of the score' }),
  experiments: Type.Array(strict({ neighbourhood: Type.String(), region: nullable(Type.String()), ...proposal }), {
    description: 'each given those before it',
  }),
});

const state = literals(['advice', 'cautious', 'borrow', 'abstain']);
const interval = { mean: Type.Number(), lower: Type.Number(), upper: Type.Number() };
const mix = strict({
  rank: Type.Integer({ minimum: 1, description: 'mixes that cannot be told apart share a rank' }),
  blocks: texts,
  cost: Type.Number({ description: 'euro per household' }),
  score: strict(interval, { description: 'weighted gain in standard deviations of past effects; 90 % interval' }),
  effects: Type.Array(strict({ kpi: Type.String(), ...interval, probabilityPositive: Type.Number() })),
  probabilityBest: Type.Number(),
  marks: Type.Array(literals(['best', 'half-budget', 'most-certain'])),
});
const evidenceItem = strict({
  experiment: Type.String(),
  neighbourhood: Type.String(),
  region: Type.String(),
  grade: Type.String(),
  weight: Type.Number(),
  share: Type.Number(),
  effect: Type.Number(),
  lower: number,
  upper: number,
  sharedBlocks: texts,
  otherBlocks: texts,
  differences: Type.Array(strict({ context: Type.String(), difference: Type.Number() })),
  contrary: Type.Boolean(),
  documentation: nullable(experimentEvidence),
});
const pilotSize = strict(
  {
    kpi: Type.String(),
    gain: Type.Number({ description: 'that it would show' }),
    householdsHere: Type.Integer({ description: 'of a pilot in the place itself' }),
    sites: Type.Integer({ description: 'places of a pilot that shows it for places in general' }),
    householdsPerSite: Type.Number(),
    grade: Type.String({ description: 'households are compared, and vary, as in experiments of this grade' }),
    experiments: Type.Integer(),
  },
  { description: 'two-sided test at 5 %, power 80 %' },
);
export const recommendationBody = strict({
  state,
  reasons: texts,
  demotedFrom: Type.Union([state, Type.Null()], {
    description: 'what the state would be had earlier promises come true; null where none that lowers it was broken',
  }),
  considered: Type.Integer(),
  exact: Type.Boolean({ description: 'false: too many mixes fit to compare all, and the best were searched for' }),
  shortfall: Type.Number({
    description: 'by how much the first mix may fall short of the best one on average, in the units of the score',
  }),
  mixes: Type.Array(mix),
  support: strict({
    dissimilarity: Type.Number(),
    threshold: Type.Number(),
    inside: Type.Boolean(),
    nearSites: Type.Integer(),
    outsideContexts: Type.Array(Type.Integer()),
    outside: texts,
  }),
  missing: texts,
  experimentsPerBlock: Type.Array(strict({ block: Type.String(), effective: Type.Number() })),
  explanation: Type.Array(
    strict({
      kpi: Type.String(),
      terms: Type.Array(
        strict({
          kind: literals(['block', 'context', 'pair', 'crowding']),
          blocks: texts,
          context: nullable(Type.String()),
          value: Type.Number(),
        }),
      ),
    }),
  ),
  evidence: Type.Array(
    strict({
      kpi: Type.String(),
      estimate: Type.Number({ description: 'sum of weight times effect over all experiments' }),
      experiments: Type.Integer(),
      items: Type.Array(evidenceItem),
      rest: strict({ experiments: Type.Integer(), share: Type.Number() }),
    }),
  ),
  transport: Type.Array(
    strict({
      kpi: Type.String(),
      outcomeModel: Type.Number(),
      inverseOdds: Type.Number(),
      inverseOddsError: Type.Number(),
      doublyRobust: Type.Number(),
      doublyRobustError: Type.Number(),
      standardDeviation: Type.Number(),
      effectiveExperiments: Type.Number(),
      agree: Type.Boolean(),
    }),
  ),
  measureFirst: Type.Array(strict({ context: Type.String(), narrows: Type.Number() })),
  pilotSizes: Type.Array(pilotSize, {
    description: 'how large a pilot of the first mix has to be to show what is expected of it here, by goal',
  }),
  pilot: nullable(
    strict(
      { ...proposal, sizes: Type.Array(pilotSize, { description: 'to show what it does in the network on average' }) },
      {
        description: 'without advice: the mix whose pilot here would teach most about what to choose here',
      },
    ),
  ),
  promises: Type.Array(kpiPromises, {
    description: 'what came of earlier promises of the model; broken ones lower the state',
  }),
  model: strict({ name: modelName, version, dataDigest: Type.String() }),
  place: Type.Array(strict({ name: Type.String(), title: Type.String(), unit: Type.String(), value: number })),
  calibration: Type.Array(
    strict({
      kpi: Type.String(),
      slope: number,
      intervalCoverage: number,
      worstRegionCoverage: number,
      pooled: Type.Boolean(),
    }),
  ),
});

/** A request that works on the registry that comes along. */
export const recommendationExample = {
  context: {
    mean_income: 27.5,
    built_before_1975_pct: 72,
    owner_occupied_pct: 48,
    household_size: 2.1,
    aged_65_plus_pct: 21,
    single_family_pct: 60,
    gas_before: 1400,
    address_density: 1700,
  },
  goals: { 'gas-saving': 70, comfort: 30 },
  budget: 250,
};

const localised = strict({ en: Type.String(), nl: Type.String() });
export const buildingBlockList = strict({
  buildingBlocks: Type.Array(
    strict({
      id: Type.String(),
      name: localised,
      description: localised,
      costPerHousehold: Type.Number({ description: 'euro' }),
      prerequisites: texts,
      excludes: texts,
    }),
  ),
});

export const experimentFilter = strict({
  kpi: Type.Optional(Type.String()),
  block: Type.Optional(Type.String({ description: 'keep experiments with this building block' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
});
export const experimentList = strict({
  digest: Type.String(),
  contexts: Type.Array(strict({ name: Type.String(), title: Type.String(), unit: Type.String() })),
  total: Type.Integer({ description: 'how many there are for whoever asks; the list holds the first of them' }),
  experiments: Type.Array(
    strict({
      experiment: Type.String(),
      kpi: Type.String(),
      neighbourhood: Type.String(),
      region: Type.String(),
      start: Type.String(),
      grade: Type.String(),
      effect: Type.Number(),
      variance: Type.Number(),
      households: Type.Integer(),
      blocks: texts,
      context: Type.Record(Type.String(), number),
      evidence: Type.Optional(experimentEvidence),
    }),
  ),
});
