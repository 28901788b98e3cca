import { type TProperties, Type } from 'typebox';
import { nullable, strict } from './operation.ts';
import { panelName } from './panels.ts';

const literals = <const L extends readonly string[]>(values: L) =>
  Type.Union(values.map((value) => Type.Literal(value)));

const model = literals([
  'pooled',
  'fixed-effects',
  'first-differences',
  'between',
  'random-effects',
  'difference-in-differences',
]);
const standardErrorType = literals([
  'classical',
  'white',
  'cluster-unit',
  'cluster-time',
  'two-way-cluster',
  'driscoll-kraay',
]);
const required = {
  outcome: Type.String({ description: 'a numeric variable, or log(variable)' }),
  model,
};
const fields = {
  revision: nullable(Type.Integer({ minimum: 1 })),
  terms: Type.Array(Type.String(), {
    description: 'income, age^2, log1p(gas), income:tenure; covariates of a difference in differences',
  }),
  period: literals(['wave', 'year']),
  minimumShare: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    description: 'with period year: share of the waves in which a value must be observed',
  }),
  cluster: nullable(
    Type.String({ description: 'variable that holds the units; the collective column when left out, else the units' }),
  ),
  confidence: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  seed: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  effects: nullable(literals(['unit', 'two-way'])),
  standardErrors: nullable(standardErrorType),
  treatment: nullable(Type.String({ description: 'variable of 0 and 1 by wave; difference in differences only' })),
  treatedLevel: nullable(Type.String({ description: 'which value of a coded treatment means treated' })),
  controlGroup: nullable(literals(['never-treated', 'not-yet-treated'])),
  estimator: nullable(literals(['doubly-robust', 'regression', 'inverse-probability'])),
  basePeriod: nullable(literals(['varying', 'universal'])),
  anticipation: nullable(Type.Integer({ minimum: 0, description: 'periods before treatment that may already react' })),
} as const satisfies TProperties;

export const panelModelRequest = strict({
  ...required,
  revision: Type.Optional(fields.revision),
  terms: Type.Optional(fields.terms),
  period: Type.Optional(fields.period),
  minimumShare: Type.Optional(fields.minimumShare),
  cluster: Type.Optional(fields.cluster),
  confidence: Type.Optional(fields.confidence),
  seed: Type.Optional(fields.seed),
  effects: Type.Optional(fields.effects),
  standardErrors: Type.Optional(fields.standardErrors),
  treatment: Type.Optional(fields.treatment),
  treatedLevel: Type.Optional(fields.treatedLevel),
  controlGroup: Type.Optional(fields.controlGroup),
  estimator: Type.Optional(fields.estimator),
  basePeriod: Type.Optional(fields.basePeriod),
  anticipation: Type.Optional(fields.anticipation),
});

export const panelModelSettings = strict({ panel: panelName, ...required, ...fields });

const number = nullable(Type.Number());
const count = nullable(Type.Integer());
const withheld = nullable(literals(['small-group', 'protects-other']));
const test = nullable(
  strict({ statistic: Type.Number(), degreesOfFreedom: Type.Array(Type.Number()), pValue: Type.Number() }),
);
const average = { estimate: number, standardError: number, lower: number, upper: number, withheld };
const overall = nullable(strict(average));

const regression = strict({
  coefficients: Type.Array(
    strict({
      name: Type.String(),
      ...average,
      statistic: number,
      pValue: number,
      support: nullable(
        Type.Integer({
          description: 'units the coefficient rests on: those that change, or the smaller of two groups',
        }),
      ),
    }),
  ),
  observations: Type.Integer(),
  outcomeSupport: count,
  residualDegreesOfFreedom: Type.Integer(),
  rSquared: Type.Number(),
  adjustedRSquared: Type.Number(),
  standardErrors: strict({
    type: standardErrorType,
    clusters: nullable(Type.Array(Type.Integer())),
    degreesOfFreedom: Type.Integer(),
  }),
  varianceComponents: nullable(strict({ idiosyncratic: Type.Number(), unit: Type.Number() })),
  tests: nullable(strict({ hausman: test, fixedEffects: test, breuschPagan: test, mundlak: test })),
});

const differences = strict({
  units: count,
  neverTreated: count,
  clusters: Type.Integer(),
  treatedClusters: count,
  degreesOfFreedom: Type.Integer(),
  cohorts: Type.Array(strict({ cohort: Type.String(), units: count, withheld })),
  cells: Type.Array(
    strict({
      cohort: Type.String(),
      time: Type.String(),
      base: Type.String(),
      eventTime: Type.Integer(),
      treatedUnits: count,
      controlUnits: count,
      support: count,
      estimate: number,
      standardError: number,
      note: nullable(literals(['reference', 'one-treated', 'empty-group', 'collinear', 'separation', 'not-converged'])),
      withheld,
    }),
  ),
  simple: overall,
  dynamic: strict({
    overall,
    byEventTime: Type.Array(
      strict({ eventTime: Type.Integer(), ...average, simultaneousLower: number, simultaneousUpper: number }),
    ),
  }),
  group: strict({ overall, byCohort: Type.Array(strict({ cohort: Type.String(), ...average })) }),
  calendar: strict({ overall, byTime: Type.Array(strict({ time: Type.String(), ...average })) }),
  preTest: test,
});

export const panelModelBody = strict({
  model,
  outcome: strict({
    name: Type.String(),
    title: nullable(Type.String()),
    unit: nullable(Type.String()),
    direction: Type.String(),
  }),
  treatment: nullable(strict({ name: Type.String(), title: nullable(Type.String()) })),
  protected: Type.Boolean(),
  withheld: nullable(Type.Literal('small-group')),
  panel: strict({ units: count, periods: count, rows: count, balanced: nullable(Type.Boolean()) }),
  regression: nullable(regression),
  differences: nullable(differences),
});

export const panelModelExample = {
  model: 'difference-in-differences',
  outcome: 'gas_m3',
  treatment: 'draught-proofing',
  period: 'year',
};
