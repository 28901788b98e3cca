import { Type } from 'typebox';
import { nullable, strict } from './operation.ts';

const goal = strict({
  value: Type.Number({ description: 'the mean the collective wants to reach' }),
  baseline: Type.Optional(nullable(Type.String({ description: 'period to count from; the first when left out' }))),
});

const fields = {
  revision: nullable(Type.Integer({ minimum: 1 })),
  by: nullable(Type.String({ description: 'coded attribute to stratify by' })),
  collective: nullable(Type.String({ description: 'keep only this collective' })),
  period: Type.Union([Type.Literal('wave'), Type.Literal('year')]),
  minimumShare: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    description: 'with period year: share of the waves a unit needs',
  }),
  confidence: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  goal: nullable(goal),
};

export const insightsRequest = strict({
  kpi: Type.String({ description: 'numeric variable' }),
  revision: Type.Optional(fields.revision),
  by: Type.Optional(fields.by),
  collective: Type.Optional(fields.collective),
  period: Type.Optional(fields.period),
  minimumShare: Type.Optional(fields.minimumShare),
  confidence: Type.Optional(fields.confidence),
  goal: Type.Optional(fields.goal),
});

export const insightsSettings = strict({ panel: Type.String(), kpi: Type.String(), ...fields });

const number = nullable(Type.Number());
const cell = strict({
  group: nullable(Type.String()),
  n: nullable(Type.Integer()),
  mean: number,
  standardDeviation: number,
  lower: number,
  upper: number,
  withheld: nullable(Type.Union([Type.Literal('small-group'), Type.Literal('protects-other')])),
});

export const insightsBody = strict({
  kpi: strict({
    name: Type.String(),
    title: nullable(Type.String()),
    unit: nullable(Type.String()),
    direction: Type.String(),
  }),
  by: nullable(strict({ name: Type.String(), title: nullable(Type.String()) })),
  protected: Type.Boolean(),
  periods: Type.Array(
    strict({
      period: Type.String(),
      groups: Type.Array(cell),
      withoutGroup: nullable(cell),
      total: cell,
      apart: Type.Array(Type.Array(Type.Integer())),
    }),
  ),
  progress: nullable(
    strict({
      goal: Type.Number(),
      baselinePeriod: Type.String(),
      baseline: number,
      latestPeriod: Type.String(),
      latest: number,
      share: number,
    }),
  ),
});
