import { type TProperties, type TSchemaOptions, Type } from 'typebox';
import { nullable, strict } from './operation.ts';
import { studyDesignRequest, studyDesignSettings } from './study-design.ts';

export const literals = <const L extends readonly string[]>(values: L, options: TSchemaOptions = {}) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    options,
  );
const names = Type.Array(Type.String());

const lags = Type.Integer({ minimum: 1, maximum: 1000, description: 'waves before the entry for covariates' });
const after = Type.Integer({ minimum: 0, maximum: 1000, description: 'the outcome: waves after the entry' });
const lookAhead = Type.Integer({
  minimum: 0,
  maximum: 1000,
  description: 'a control stays untreated so many waves after the entry; at least `after`',
});
const about = {
  description:
    'units enter at different waves: each is compared with units not treated yet; `gas@2` is a covariate two waves before',
};
const riskSets = strict({ lags, after, lookAhead }, about);
const riskSetsRequest = strict({ after, lags: Type.Optional(lags), lookAhead: Type.Optional(lookAhead) }, about);

/** What a study may say beside its question; each has a default. */
export const optional = {
  revision: nullable(Type.Integer({ minimum: 1 })),
  treatedLevel: nullable(Type.String({ description: 'which value of a coded treatment means treated' })),
  outcomeIs: literals(['level', 'change']),
  baseline: nullable(
    Type.String({ description: 'wave or beginning of waves (a year) before the treatment: covariates are taken here' }),
  ),
  followUp: nullable(Type.String({ description: 'wave or beginning of waves (a year) of the outcome' })),
  riskSets: nullable(riskSets),
  minimumShare: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    description: 'share of the waves of a period in which the outcome must be observed',
  }),
  estimand: literals(['ATT', 'ATC', 'ATE', 'ATO', 'ATM']),
  samplingWeights: nullable(
    Type.String({
      description:
        'numeric variable before the treatment: how many of the population a unit stands for; in the model, the balance and the effect',
    }),
  ),
  balanceOf: literals(['covariates', 'squares', 'squares-and-products']),
  cluster: nullable(Type.String({ description: 'variable whose values are clusters for the standard error' })),
  standardError: literals(
    [
      'by-design',
      'units',
      'matched-sets',
      'clusters',
      'cluster-means',
      'wild-cluster-bootstrap',
      'bootstrap',
      'abadie-imbens',
      'abadie-imbens-homoskedastic',
    ],
    { description: 'by-design, or a method; one that is not valid for the design is refused (invalid-inference)' },
  ),
  permutations: nullable(
    Type.Integer({
      minimum: 0,
      maximum: 100_000,
      description: 'draws of a permutation test; null: 2000 where few clusters are compared, elsewhere none',
    }),
  ),
  otherOutcomes: Type.Array(Type.String(), {
    maxItems: 50,
    description: 'more outcomes at the follow-up, in the same sample',
  }),
  laterFollowUps: Type.Array(Type.String(), {
    maxItems: 50,
    description: 'periods after the follow-up in which the outcome is compared again, in order of time',
  }),
  preperiod: nullable(
    Type.String({ description: 'period before the baseline, for negative controls: the outcome then, and its change' }),
  ),
  effectsBy: nullable(
    Type.String({ description: 'covariate with levels: the effect within each, and a test of equality' }),
  ),
  augmented: nullable(
    strict(
      { folds: Type.Integer({ minimum: 0, maximum: 100, description: '0: models fitted on everybody; never 1' }) },
      { description: 'also the augmented (doubly robust) estimate' },
    ),
  ),
  confidence: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  seed: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  includeUnits: Type.Boolean({
    description: 'also pairs and weights of units; the result is then for the operator only',
  }),
} as const satisfies TProperties;

const required = {
  treatment: Type.String({ description: 'variable of 0 and 1, or a coded one with treatedLevel' }),
  outcome: Type.String(),
  covariates: Type.Array(Type.String({ description: 'income, age^2, log1p(gas), income:tenure' }), { minItems: 1 }),
};

const { revision, treatedLevel, outcomeIs, baseline, followUp, minimumShare, estimand } = optional;
const { samplingWeights, balanceOf } = optional;
const { otherOutcomes, laterFollowUps, preperiod, effectsBy, augmented } = optional;
const { cluster, standardError, permutations, confidence, seed, includeUnits } = optional;

export const matchingStudyRequest = strict({
  ...required,
  revision: Type.Optional(revision),
  treatedLevel: Type.Optional(treatedLevel),
  outcomeIs: Type.Optional(outcomeIs),
  baseline: Type.Optional(baseline),
  followUp: Type.Optional(followUp),
  riskSets: Type.Optional(nullable(riskSetsRequest)),
  minimumShare: Type.Optional(minimumShare),
  estimand: Type.Optional(estimand),
  samplingWeights: Type.Optional(samplingWeights),
  balanceOf: Type.Optional(balanceOf),
  design: Type.Optional(studyDesignRequest),
  cluster: Type.Optional(cluster),
  standardError: Type.Optional(standardError),
  permutations: Type.Optional(permutations),
  otherOutcomes: Type.Optional(otherOutcomes),
  laterFollowUps: Type.Optional(laterFollowUps),
  preperiod: Type.Optional(preperiod),
  effectsBy: Type.Optional(effectsBy),
  augmented: Type.Optional(augmented),
  confidence: Type.Optional(confidence),
  seed: Type.Optional(seed),
  includeUnits: Type.Optional(includeUnits),
});

export const matchingStudySettings = strict({
  panel: Type.String(),
  ...required,
  ...optional,
  design: studyDesignSettings,
});

const number = nullable(Type.Number());
const count = nullable(Type.Integer());
export const studyGroup = strict({
  all: count,
  discarded: count,
  matched: count,
  effective: number,
  effectiveAll: number,
});
const side = strict({
  meanTreated: number,
  meanControl: number,
  standardizedMeanDifference: number,
  varianceRatio: number,
  ecdfMean: number,
  ecdfMax: number,
  overlapCoefficient: number,
  standardizedPairDistance: number,
});
const bins = Type.Array(strict({ from: Type.Number(), to: Type.Number(), treated: count, control: count }));
const perGroup = strict({ treated: Type.Integer(), control: Type.Integer() });
const range = nullable(strict({ minimum: Type.Number(), maximum: Type.Number() }));
export const effect = nullable(
  strict({
    estimate: Type.Number(),
    standardError: Type.Number(),
    degreesOfFreedom: Type.Number(),
    lower: Type.Number(),
    upper: Type.Number(),
    pValue: Type.Number(),
    adjustedFor: names,
    leftOut: names,
  }),
);

const ratio = strict({ estimate: Type.Number(), lower: Type.Number(), upper: Type.Number() });
export const support = nullable(strict({ treated: Type.Integer(), control: Type.Integer() }));
const gammaBounds = {
  bounds: Type.Array(strict({ gamma: Type.Number(), pUpper: Type.Number() })),
  survivedGamma: number,
};
const sensitivity = strict({
  eValue: nullable(
    strict({
      scale: literals(['risk-ratio', 'standardized-difference']),
      riskRatio: Type.Number(),
      eValue: Type.Number(),
      ofInterval: Type.Number(),
    }),
  ),
  robustness: nullable(
    strict({
      value: Type.Number(),
      interval: Type.Number(),
      benchmark: nullable(
        strict({
          term: Type.Integer({ description: 'place of the covariate' }),
          withTreatment: Type.Number(),
          withOutcome: Type.Number(),
          remaining: number,
        }),
      ),
    }),
  ),
  rosenbaum: nullable(
    strict({
      statistic: literals(['wilcoxon', 'mcnemar']),
      ...gammaBounds,
      sign: nullable(strict(gammaBounds)),
      hodgesLehmann: nullable(Type.Array(strict({ gamma: Type.Number(), lower: Type.Number(), upper: Type.Number() }))),
      support: count,
      signSupport: count,
    }),
  ),
});

/** The smallest effect that a sample can find. */
export const detectable = nullable(
  strict({
    standardDeviation: Type.Number(),
    intraclassCorrelation: number,
    effect: Type.Number(),
    power: Type.Number(),
  }),
);
const further = strict({
  effects: Type.Array(
    strict({
      kind: literals(['outcome', 'follow-up', 'pre-period', 'placebo-date']),
      variable: Type.String(),
      period: nullable(Type.String()),
      matched: effect,
      adjusted: effect,
      adjustedPValue: number,
      sensitivity: nullable(sensitivity),
      support,
      withheld: Type.Boolean(),
    }),
  ),
  ownAdjustedPValue: number,
  byLevel: nullable(
    strict({
      variable: Type.String(),
      levels: Type.Array(
        strict({
          name: nullable(Type.String()),
          treated: count,
          control: count,
          effect,
          adjustedPValue: number,
          sensitivity: nullable(sensitivity),
          support: count,
          withheld: Type.Boolean(),
        }),
      ),
      interaction: nullable(
        strict({
          statistic: Type.Number(),
          numerator: Type.Integer(),
          denominator: Type.Number(),
          pValue: Type.Number(),
        }),
      ),
    }),
  ),
  augmented: effect,
  augmentedSensitivity: nullable(sensitivity),
  ratios: nullable(
    strict({
      riskTreated: Type.Number(),
      riskControl: Type.Number(),
      riskDifference: ratio,
      riskRatio: ratio,
      oddsRatio: ratio,
    }),
  ),
  sensitivity,
  detectable,
  support: nullable(strict({ before: perGroup, after: perGroup })),
  supportBefore: support,
});

/** Units of both groups before and after. */
export const studyGroups = strict({ treated: studyGroup, control: studyGroup });

/** What a design shows. */
export const shownDesign = {
  treatment: strict({ name: Type.String(), title: nullable(Type.String()) }),
  outcome: strict({
    name: Type.String(),
    title: nullable(Type.String()),
    unit: nullable(Type.String()),
    direction: Type.String(),
  }),
  estimand: optional.estimand,
  protected: Type.Boolean(),
  withheld: nullable(literals(['small-group', 'verdict'], { description: 'why nothing, or no effect, is shown' })),
  groups: studyGroups,
  missing: Type.Array(strict({ variable: Type.String(), units: count })),
  caliperWidths: Type.Record(Type.String(), Type.Number()),
  denominator: literals(['treated', 'control', 'pooled']),
  overlap: nullable(
    strict({
      treated: range,
      control: range,
      focalOutside: number,
      coefficient: Type.Number(),
      bins,
    }),
  ),
  equipoise: number,
  weightBins: nullable(bins),
  balance: Type.Array(
    strict({
      variable: Type.String(),
      before: side,
      after: side,
      term: Type.Integer({ description: 'place of the term among the covariates; levels of a factor share it' }),
      kind: literals(['number', 'levels', 'combination']),
      counts: nullable(strict({ before: perGroup, after: perGroup })),
      support: nullable(strict({ before: perGroup, after: perGroup })),
      withheld: Type.Boolean(),
    }),
  ),
  inference: strict({
    method: literals([
      'cluster-means',
      'cluster-CR2',
      'cluster-CR1',
      'wild-cluster-bootstrap',
      'matched-sets',
      'within-strata',
      'bootstrap',
      'abadie-imbens',
      'abadie-imbens-homoskedastic',
      'm-estimation',
      'HC3',
    ]),
    reason: literals([
      'few-clusters',
      'few-mixed-clusters',
      'independent-units',
      'as-asked',
      'treatment-by-cluster',
      'treatment-mostly-by-cluster',
      'treatment-partly-by-cluster',
      'cluster-asked-for',
      'many-clusters',
      'pairs-without-replacement',
      'units-at-several-waves',
      'partners-used-again',
      'strata',
      'weights-estimated',
      'weights-taken-as-known',
      'selection-without-pairs',
    ]),
    clusters: nullable(perGroup),
  }),
  entries: nullable(
    Type.Array(strict({ wave: Type.String(), treated: Type.Integer(), matched: Type.Integer() }), {
      description: 'treated units by wave of entry, of a study in risk sets',
    }),
  ),
};

export const matchingStudyBody = strict({
  ...shownDesign,
  outcomeSupport: strict({ before: count, after: count }),
  effects: strict({ unmatched: effect, matched: effect, adjusted: effect }),
  permutation: nullable(
    strict({
      pValue: Type.Number(),
      draws: Type.Integer(),
      isExact: Type.Boolean(),
      blocks: literals(['clusters', 'matched-sets']),
    }),
  ),
  ties: nullable(strict({ draws: Type.Integer(), minimum: Type.Number(), maximum: Type.Number() })),
  further,
  units: nullable(
    Type.Array(
      strict({
        unit: Type.String(),
        wave: nullable(Type.String()),
        treated: Type.Boolean(),
        score: number,
        weight: Type.Number(),
        stratum: count,
        partners: names,
      }),
    ),
  ),
});
