import { Type } from 'typebox';
import { nullable, strict } from './operation.ts';

/** Names of panels: lower case, so that they are the same on every file system and in every URL. */
export const panelName = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  description: 'lower-case letters, digits and hyphens, 1 to 63 characters',
});

const literals = <const L extends readonly string[]>(values: L) =>
  Type.Union(values.map((value) => Type.Literal(value)));
const unitKind = literals(['household', 'neighbourhood', 'collective', 'other']);

const counts = strict({
  observed: nullable(Type.Integer()),
  absent: nullable(Type.Integer()),
  suppressed: nullable(Type.Integer()),
  notApplicable: nullable(Type.Integer()),
});

const summaryFields = {
  panel: panelName,
  revision: Type.Integer({ minimum: 1 }),
  title: Type.String(),
  unitKind,
  rows: nullable(Type.Integer()),
  units: nullable(Type.Integer()),
  waves: Type.Integer(),
  variables: Type.Integer(),
  digest: nullable(Type.String()),
};

export const panelList = strict({ panels: Type.Array(strict(summaryFields)) });

const variableDescription = Type.Object(
  {
    name: Type.String(),
    title: nullable(Type.String()),
    role: literals(['kpi', 'attribute', 'context', 'treatment', 'building-block', 'collective', 'text']),
    type: literals(['number', 'integer', 'boolean', 'code', 'text', 'date']),
    unit: nullable(Type.String()),
    direction: literals(['more-is-better', 'less-is-better', 'neutral']),
    level: literals(['nominal', 'ordinal', 'interval', 'ratio']),
    codebook: nullable(Type.Record(Type.String(), Type.String())),
    counts,
    unitsObserved: nullable(Type.Integer()),
    unitsApart: nullable(Type.Array(Type.Integer())),
    distinct: nullable(Type.Integer()),
    minimum: nullable(Type.Number()),
    maximum: nullable(Type.Number()),
    mean: nullable(Type.Number()),
    standardDeviation: nullable(Type.Number()),
    sum: nullable(Type.Number()),
  },
  { title: 'variable' },
);

export const panelDescription = Type.Object({
  ...summaryFields,
  unitColumn: Type.String(),
  waveColumn: nullable(Type.String()),
  collectiveColumn: nullable(Type.String()),
  waveLabels: Type.Array(Type.String()),
  description: Type.Array(variableDescription),
  revisions: Type.Array(
    strict({ revision: Type.Integer(), digest: nullable(Type.String()), ingestedAt: Type.String() }),
  ),
});

const variableTotal = strict({
  variable: Type.String(),
  observed: nullable(Type.Integer()),
  sum: nullable(Type.Number()),
  apart: Type.Array(Type.Integer(), {
    description: 'units with another value than 0 and the commonest one, or than each of two; empty where not shown',
  }),
  withheld: nullable(literals(['small-group', 'protects-other'])),
});

export const panelTotals = strict({
  panel: panelName,
  revision: Type.Integer({ minimum: 1 }),
  digest: nullable(Type.String()),
  unitKind,
  waves: Type.Array(strict({ wave: Type.String(), totals: Type.Array(variableTotal) })),
});

export const totalsQuery = strict({
  variable: Type.Array(Type.String(), {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: 'numeric variable; repeat for more than one',
  }),
  by: Type.Optional(Type.Literal('wave')),
  revision: Type.Optional(Type.Integer({ minimum: 1 })),
});

export const unitId = Type.String({
  minLength: 1,
  maxLength: 1000,
  description: 'id of a unit, as the panel writes it',
});

export const erasureReport = strict({
  panels: Type.Array(strict({ panel: panelName, revisions: Type.Integer(), rows: Type.Integer() })),
  jobs: Type.Integer(),
  results: Type.Integer(),
  released: Type.Integer({ description: 'of the results, those that had left to others than the operator' }),
  consentEvents: Type.Integer(),
  unit: nullable(Type.String()),
  receipt: nullable(
    Type.String({
      description:
        'keep it: sha256 of receipt, line feed and unit stands in the event log, and nobody else can tell whose entry it is',
    }),
  ),
});

const problem = strict({
  rule: Type.String(),
  file: nullable(Type.String()),
  line: nullable(Type.Integer()),
  column: nullable(Type.String()),
  value: nullable(Type.String()),
  remedy: Type.String(),
});
const problems = strict({ count: Type.Integer(), first: Type.Array(problem, { maxItems: 100 }) });

export const ingestReport = Type.Object({
  panel: panelName,
  file: nullable(Type.String()),
  outcome: literals(['created', 'revised', 'unchanged', 'checked', 'refused']),
  revision: nullable(Type.Integer()),
  digest: Type.String(),
  format: literals(['csv', 'parquet', 'jsonl']),
  layout: literals(['wide', 'long']),
  delimiter: nullable(Type.String()),
  decimal: nullable(Type.String()),
  encoding: nullable(Type.String()),
  unit: Type.String(),
  unitKind: nullable(unitKind),
  wave: nullable(Type.String()),
  collective: nullable(Type.String()),
  rows: Type.Integer(),
  units: Type.Integer(),
  waves: Type.Integer(),
  variables: Type.Array(variableDescription),
  errors: problems,
  cautions: problems,
});

/** How to read a file; what is left out is inferred, and the report shows what was. */
export const ingestQuery = strict({
  file: Type.Optional(Type.String({ description: 'name of the file, for messages' })),
  title: Type.Optional(Type.String()),
  format: Type.Optional(literals(['csv', 'parquet', 'jsonl'])),
  layout: Type.Optional(literals(['wide', 'long'])),
  unit: Type.Optional(Type.String({ description: 'column with the unit (household, neighbourhood)' })),
  wave: Type.Optional(Type.String({ description: 'column with the wave (month, quarter, year, date)' })),
  variable: Type.Optional(Type.String({ description: 'long form: column with the name of the variable' })),
  value: Type.Optional(Type.String({ description: 'long form: column with the value' })),
  collective: Type.Optional(Type.String({ description: 'column with the collective' })),
  unitKind: Type.Optional(unitKind),
  delimiter: Type.Optional(literals([',', ';', '\t'])),
  decimal: Type.Optional(literals(['.', ','])),
  encoding: Type.Optional(literals(['utf-8', 'windows-1252'])),
  schema: Type.Optional(Type.String({ description: 'a Frictionless Table Schema as JSON text' })),
  dryRun: Type.Optional(Type.Boolean({ description: 'validate and report, change nothing' })),
});
