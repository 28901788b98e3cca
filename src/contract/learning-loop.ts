import { Type } from 'typebox';
import { modelName, version } from './model-name.ts';
import { nullable, strict } from './operation.ts';

const literals = <const L extends readonly string[]>(values: L) =>
  Type.Union(values.map((value) => Type.Literal(value)));
const number = nullable(Type.Number());
const texts = Type.Array(Type.String());
const month = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$', description: 'month, such as 2026-09' });
const resultId = Type.String({ pattern: '^res_[A-Za-z0-9_-]{1,64}$' });
const households = Type.Integer({ minimum: 1 });
const positive = Type.Number({ exclusiveMinimum: 0 });
const correction = literals(['measurement-error', 'longer-period', 'better-comparison']);
const reason = literals(['consent-withdrawn', 'erasure-asked']);

export const experimentReference = strict({ experiment: Type.String({ minLength: 1, maxLength: 100 }) });

export const acceptRequest = strict({
  recommendation: Type.String({ ...resultId, description: 'result of a recommendation' }),
  mix: Type.Optional(Type.Integer({ minimum: 1, description: 'place in its list; 1 when left out' })),
  neighbourhood: Type.Optional(
    Type.String({ minLength: 1, maxLength: 40, description: 'code; that of the question when left out' }),
  ),
  region: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'where the code is not known' })),
  start: month,
  months: Type.Optional(Type.Integer({ minimum: 1, maximum: 240, description: '12 when left out' })),
});

const plan = {
  experiment: Type.String(),
  recommendation: nullable(Type.String({ ...resultId, description: 'null: nothing was recommended' })),
  model: nullable(strict({ name: modelName, version, dataDigest: Type.String() })),
  state: nullable(literals(['advice', 'cautious', 'borrow', 'abstain'])),
  neighbourhood: Type.String(),
  region: Type.String(),
  context: Type.Record(Type.String(), number),
  blocks: texts,
  promises: Type.Array(
    strict({ kpi: Type.String(), mean: Type.Number(), lower: Type.Number(), upper: Type.Number() }),
    { description: 'effects as they were promised, with 90 % intervals of the true effect' },
  ),
  start: month,
  months: Type.Integer(),
  acceptedAt: Type.String(),
};
export const plannedExperiment = strict(plan);

/** How well an experiment is documented by a comparison of its own. */
export const experimentEvidence = strict({
  biasVariance: Type.Number({ description: 'part of the variance for what a design without comparison may be off by' }),
  overlap: number,
  largestDifference: nullable(
    Type.Number({ description: 'largest absolute standardized mean difference after matching or weighting' }),
  ),
  eValue: number,
  assumptions: Type.Array(
    literals([
      'assigned-by-lot',
      'no-unmeasured-confounding',
      'parallel-trends',
      'no-anticipation',
      'no-interference',
      'nothing-else-changed',
      'cautions-do-not-matter',
    ]),
  ),
});

const found = {
  kpi: Type.String({ minLength: 1, maxLength: 100 }),
  result: Type.Optional(
    Type.String({
      ...resultId,
      description: 'a matching study, sealed study or difference in differences to read it from',
    }),
  ),
  scale: Type.Optional(
    Type.Number({
      description: 'factor from the unit of the study to that of the KPI; 1, or -1 where less is better, when left out',
    }),
  ),
  effect: Type.Optional(Type.Number({ description: 'more is better' })),
  variance: Type.Optional(positive),
  standardDeviation: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description: 'of the KPI over households, instead of the variance; before and after always',
    }),
  ),
  households: Type.Optional(households),
  grade: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'matched when left out with a study, and one weaker where its verdict is a caution',
    }),
  ),
  from: month,
  until: month,
};
export const outcomeRequest = strict({ ...found, correction: Type.Optional(correction) });
export const outcomeExample = {
  kpi: 'gas-saving',
  effect: 0.11,
  variance: 0.0009,
  households: 80,
  grade: 'matched',
  from: '2026-09',
  until: '2027-08',
};

export const documentRequest = strict({
  neighbourhood: Type.String({
    minLength: 1,
    maxLength: 40,
    description: 'code; experiments of one neighbourhood are left out together where models are judged',
  }),
  region: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'where the code is not known' })),
  context: Type.Optional(
    Type.Record(Type.String(), number, {
      description: 'parameters, beside or instead of those of the table of neighbourhoods',
    }),
  ),
  blocks: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 100, uniqueItems: true }),
  start: Type.Optional(
    Type.String({ ...month, description: 'month in which it began; that of the outcome when left out' }),
  ),
  ...found,
});
export const documentExample = {
  neighbourhood: 'BU90060209',
  blocks: ['energy-coach', 'draught-proofing'],
  kpi: 'gas-saving',
  effect: 0.02,
  variance: 0.0009,
  households: 80,
  grade: 'matched',
  from: '2024-09',
  until: '2025-08',
};

const outcome = {
  kpi: Type.String(),
  effect: Type.Number(),
  variance: Type.Number(),
  households: Type.Integer(),
  grade: Type.String(),
  from: month,
  until: month,
  result: nullable(resultId),
  evidence: experimentEvidence,
  correction: nullable(correction),
  recordedAt: Type.String(),
};
export const recordedOutcome = strict({ outcome: Type.String(), experiment: Type.String(), ...outcome });

const withdrawal = {
  experiment: Type.String(),
  reason,
  model: nullable(modelName),
  at: Type.String(),
};
export const experimentInLoop = strict({
  ...plan,
  outcomes: Type.Array(strict(outcome), { description: 'oldest first; the newest of a KPI holds' }),
});
export const plannedExperimentList = strict({
  experiments: Type.Array(experimentInLoop),
  withdrawals: Type.Array(strict(withdrawal)),
});
export const withdrawalRequest = strict({ reason });
export const withdrawalReport = strict({
  ...withdrawal,
  results: Type.Integer({ description: 'stored answers that rested on experiments and are gone' }),
});

/** What came of the promises about one KPI. */
export const kpiPromises = strict({
  kpi: Type.String(),
  ofThisVersion: Type.Boolean({
    description: 'false: judged together with what other models and versions here promised',
  }),
  outcomes: Type.Integer(),
  neighbourhoods: Type.Integer(),
  slope: nullable(Type.Number({ description: 'realised per promised; 1 is as promised' })),
  lower: number,
  upper: number,
  covered: Type.Integer({ description: 'neighbourhoods within the 90 % interval of what would be found' }),
  coveredByChance: Type.Number({ description: 'chance of so few or fewer, were the intervals right' }),
  broken: Type.Array(literals(['realised-less', 'realised-more', 'intervals-miss'])),
});
export const modelPromises = strict({
  model: modelName,
  version,
  accepted: Type.Integer({ description: 'recommendations of whatever model; so are the counts below' }),
  reported: Type.Integer(),
  overdue: Type.Integer({ description: 'past their end without an outcome' }),
  withdrawn: Type.Integer(),
  kpis: Type.Array(kpiPromises),
});
