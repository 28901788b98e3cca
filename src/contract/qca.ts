import { type TProperties, Type } from 'typebox';
import { nullable, strict } from './operation.ts';

const share = Type.Number({ minimum: 0, maximum: 1 });
const anchors = { exclusion: Type.Number(), crossover: Type.Number(), inclusion: Type.Number() };
const power = Type.Number({ exclusiveMinimum: 0 });

const calibration = Type.Union([
  strict({
    method: Type.Union([Type.Literal('crisp'), Type.Literal('indirect')]),
    thresholds: Type.Array(Type.Number(), { minItems: 1 }),
  }),
  strict({ method: Type.Literal('find-thresholds'), count: Type.Integer({ minimum: 1, maximum: 20 }) }),
  strict({
    method: Type.Literal('logistic'),
    ...anchors,
    inclusionDegree: Type.Number({ exclusiveMinimum: 0.5, exclusiveMaximum: 1 }),
  }),
  strict({ method: Type.Literal('s-shape'), ...anchors, below: power, above: power }),
  strict({
    method: Type.Union([Type.Literal('bell'), Type.Literal('inverse-bell')]),
    first: strict(anchors),
    second: strict(anchors),
    below: power,
    above: power,
  }),
  strict({ method: Type.Literal('ecdf'), ...anchors }),
  strict({ method: Type.Literal('totally-fuzzy-relative'), lowest: Type.Number() }),
]);

const conditionType = Type.Union([
  Type.Literal('crisp'),
  Type.Literal('fuzzy'),
  Type.Literal('multi-value'),
  Type.Literal('temporal'),
]);

const variableFields = {
  name: nullable(Type.String({ description: 'its name in expressions; that of the variable when null' })),
  wave: nullable(Type.String({ description: 'wave to read it at' })),
  since: nullable(Type.String({ description: 'an earlier wave: the column is then the change since it' })),
  level: nullable(Type.String({ description: 'of a coded variable: the value that counts as 1' })),
  type: nullable(conditionType),
  calibration: nullable(calibration),
};
const optionalVariable = {
  variable: Type.String(),
  name: Type.Optional(variableFields.name),
  wave: Type.Optional(variableFields.wave),
  since: Type.Optional(variableFields.since),
  level: Type.Optional(variableFields.level),
  type: Type.Optional(variableFields.type),
  calibration: Type.Optional(variableFields.calibration),
};
const variable = { variable: Type.String(), ...variableFields };

const outcomeExpression = nullable(
  Type.String({
    description: 'an outcome made of several sets, such as "SAVED*~MOVED"; `parts` are the others it names',
  }),
);

const table = strict({
  columns: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
  ids: Type.Array(Type.String(), { minItems: 1 }),
  rows: Type.Array(Type.Array(Type.Union([Type.Number(), Type.String(), Type.Null()]))),
});
const cases = Type.Union([Type.Literal('unit'), Type.Literal('unit-wave'), Type.Literal('collective')]);
const kind = Type.Union([Type.Literal('conservative'), Type.Literal('intermediate'), Type.Literal('parsimonious')]);
const explain = Type.Union([Type.Literal('1'), Type.Literal('C')]);
const whole = (maximum: number) => Type.Integer({ minimum: 0, maximum });

const fields = {
  panel: nullable(Type.String({ description: 'panel with the cases; or give a table' })),
  revision: nullable(Type.Integer({ minimum: 1 })),
  wave: nullable(Type.String()),
  cases,
  table: nullable(table),
  frequencyCutoff: Type.Integer({ minimum: 1 }),
  consistencyCutoff: share,
  contradictionCutoff: nullable(share),
  priCutoff: share,
  explain,
  includeContradictions: Type.Boolean(),
  excludedRows: Type.Array(Type.Integer({ minimum: 1 })),
  solutions: Type.Array(kind),
  directionalExpectations: Type.Array(Type.String({ description: 'such as "A", "~B", "C[2]" or the product "A*B"' })),
};
const chance = {
  listing: Type.Union([Type.Literal('first'), Type.Literal('sample')], {
    description: 'where there are more models than limits.models: list the first found, or a random sample of all',
  }),
  permutations: Type.Integer({
    minimum: 0,
    maximum: 100_000,
    description: 'times to deal the outcome anew; 0 = no test',
  }),
  seed: Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 }),
};
const names = Type.Array(Type.String());
const robustness = {
  consistencyCutoffs: Type.Array(share),
  priCutoffs: Type.Array(share),
  frequencyCutoffs: Type.Array(Type.Integer({ minimum: 1 })),
};
const clusters = {
  cluster: nullable(Type.String({ description: 'column that names the cluster; null: the wave' })),
  unit: nullable(Type.String({ description: 'column that names the unit; null: the unit of the panel' })),
};
const remote = Type.Array(Type.String(), { minItems: 1, description: 'the conditions of the first step' });
const chain = {
  method: Type.Union([Type.Literal('truth-table'), Type.Literal('coincidence')]),
  ordering: nullable(Type.Array(names, { description: 'levels of sets, causes before effects' })),
  strict: Type.Boolean({ description: 'only sets of earlier levels may be causes' }),
  consistencyCutoff: share,
  coverageCutoff: share,
  maximumTerms: Type.Integer({ minimum: 1, maximum: 10 }),
};
const subsets = {
  consistencyCutoff: share,
  priCutoff: share,
  coverageCutoff: share,
  maximumLiterals: nullable(Type.Integer({ minimum: 1 })),
};
/** What may be asked for beside the solutions. */
const beyond = {
  irredundant: Type.Boolean({ description: 'also list models with no term to spare, whatever their number of terms' }),
  anchorIntervals: Type.Boolean({ description: 'find for each anchor the interval in which the models stay the same' }),
  theory: nullable(Type.String({ description: 'an expression that theory holds to be sufficient' })),
};

const enhancedFields = {
  contradictoryAssumptions: Type.Boolean(),
  simultaneousSubsets: Type.Boolean(),
  impossible: Type.Array(Type.String({ description: 'an expression that cannot be true' })),
};
const necessityFields = { consistencyCutoff: share, coverageCutoff: share, relevanceCutoff: share };
const limitFields = {
  primeImplicants: whole(10_000_000),
  models: whole(100_000),
  nodes: whole(1_000_000_000),
  derivations: whole(10_000),
  listed: whole(100_000),
};

export const qcaRequest = strict({
  outcome: strict({
    ...optionalVariable,
    negated: Type.Optional(Type.Boolean()),
    expression: Type.Optional(outcomeExpression),
    parts: Type.Optional(Type.Array(strict(optionalVariable), { maxItems: 20 })),
  }),
  conditions: Type.Array(strict(optionalVariable), { minItems: 1, maxItems: 200 }),
  panel: Type.Optional(fields.panel),
  revision: Type.Optional(fields.revision),
  wave: Type.Optional(fields.wave),
  cases: Type.Optional(fields.cases),
  table: Type.Optional(fields.table),
  frequencyCutoff: Type.Optional(fields.frequencyCutoff),
  consistencyCutoff: Type.Optional(fields.consistencyCutoff),
  contradictionCutoff: Type.Optional(fields.contradictionCutoff),
  priCutoff: Type.Optional(fields.priCutoff),
  explain: Type.Optional(fields.explain),
  includeContradictions: Type.Optional(fields.includeContradictions),
  excludedRows: Type.Optional(fields.excludedRows),
  solutions: Type.Optional(fields.solutions),
  directionalExpectations: Type.Optional(fields.directionalExpectations),
  listing: Type.Optional(chance.listing),
  permutations: Type.Optional(chance.permutations),
  seed: Type.Optional(chance.seed),
  enhanced: Type.Optional(Type.Partial(strict(enhancedFields))),
  irredundant: Type.Optional(beyond.irredundant),
  anchorIntervals: Type.Optional(beyond.anchorIntervals),
  theory: Type.Optional(beyond.theory),
  clusters: Type.Optional(nullable(Type.Partial(strict(clusters)))),
  robustness: Type.Optional(nullable(Type.Partial(strict(robustness)))),
  twoStep: Type.Optional(nullable(strict({ remote, consistencyCutoff: Type.Optional(share) }))),
  chain: Type.Optional(nullable(Type.Partial(strict(chain)))),
  subsets: Type.Optional(nullable(Type.Partial(strict(subsets)))),
  necessity: Type.Optional(Type.Partial(strict(necessityFields))),
  limits: Type.Optional(Type.Partial(strict(limitFields))),
});

export const qcaSettings = strict({
  outcome: strict({
    ...variable,
    negated: Type.Boolean(),
    expression: outcomeExpression,
    parts: Type.Array(strict(variable)),
  }),
  conditions: Type.Array(strict(variable)),
  ...fields,
  ...chance,
  ...beyond,
  clusters: nullable(strict(clusters)),
  robustness: nullable(strict(robustness)),
  twoStep: nullable(strict({ remote, consistencyCutoff: share })),
  chain: nullable(strict(chain)),
  subsets: nullable(strict(subsets)),
  enhanced: strict(enhancedFields),
  necessity: strict(necessityFields),
  limits: strict(limitFields),
});

/** A request that works as it stands: which homes were insulated, by three conditions. */
export const qcaExample = {
  table: {
    columns: ['OWNER', 'COACH', 'SUBSIDY', 'INSULATED'],
    ids: ['a', 'b', 'c', 'd', 'e', 'f'],
    rows: [
      [1, 1, 1, 1],
      [1, 1, 0, 1],
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [1, 0, 1, 1],
    ],
  },
  outcome: { variable: 'INSULATED' },
  conditions: [{ variable: 'OWNER' }, { variable: 'COACH' }, { variable: 'SUBSIDY' }],
};

const number = nullable(Type.Number());
const texts = Type.Array(Type.String());
const numbers = Type.Array(Type.Number());
const rowNumbers = nullable(Type.Array(Type.Integer()));
const digits = Type.String({ pattern: '^[0-9]+$', description: 'an exact count, as decimal digits' });

const set = strict({
  name: Type.String(),
  type: conditionType,
  levels: Type.Integer(),
  counts: Type.Array(Type.Integer()),
  calibration: nullable(calibration),
});
const withheld = nullable(Type.Union([Type.Literal('small-group'), Type.Literal('protects-other')]));
const necessity = strict({ text: Type.String(), consistency: number, coverage: number, relevance: number, withheld });

const certificate = strict({
  version: Type.Literal(1),
  conditions: Type.Array(
    strict({ name: Type.String(), levels: Type.Integer(), silentLevel: nullable(Type.Integer()) }),
  ),
  positives: Type.Array(numbers),
  territory: strict({
    kind: Type.Union([Type.Literal('forbidden'), Type.Literal('allowed')]),
    cubes: Type.Array(numbers),
  }),
  terms: Type.Array(
    strict({
      term: numbers,
      witnesses: Type.Array(strict({ condition: Type.Integer(), configuration: numbers })),
    }),
  ),
  termsPerModel: Type.Integer(),
  models: Type.Array(numbers),
  lowerBound: nullable(numbers),
});

const measures = strict({
  haesebrouckConsistency: number,
  contrapositiveConsistency: number,
  contrapositiveCoverage: number,
  prevalenceAdjustedConsistency: number,
  antecedentAdjustedCoverage: number,
  antecedentAdjustedContrapositiveConsistency: number,
  prevalenceAdjustedContrapositiveCoverage: number,
});

/** A solution; `shown` says of terms and models whether their numbers are withheld. */
const solutionWith = <P extends TProperties>(shown: P) =>
  strict({
    kind,
    derivedFrom: nullable(strict({ conservative: Type.String(), parsimonious: Type.String() })),
    terms: Type.Array(
      strict({
        text: Type.String(),
        levels: numbers,
        literals: Type.Array(
          strict({ text: Type.String(), role: Type.Union([Type.Literal('core'), Type.Literal('contributing')]) }),
        ),
        consistency: number,
        pri: number,
        rawCoverage: number,
        uniqueCoverage: number,
        isEssential: Type.Boolean(),
        cases: texts,
        ...shown,
      }),
    ),
    models: Type.Array(
      strict({
        formula: Type.String(),
        terms: numbers,
        consistency: number,
        pri: number,
        coverage: number,
        uniqueCoverages: Type.Array(number),
        assumptionCount: digits,
        assumptions: rowNumbers,
        typicalCases: texts,
        deviantConsistencyCases: texts,
        deviantCoverageCases: texts,
        measures,
        ...shown,
      }),
    ),
    modelCount: digits,
    modelCountExact: Type.Boolean(),
    termsPerModel: Type.Integer(),
    lowerBound: Type.Integer(),
    complete: Type.Boolean(),
    swapGroups: Type.Array(texts),
    irredundant: nullable(strict({ formulas: texts, complete: Type.Boolean() })),
    primeImplicantCount: Type.Integer(),
    primeImplicants: Type.Array(strict({ text: Type.String(), rows: Type.Array(Type.Integer()) })),
    easyCounterfactuals: rowNumbers,
    difficultCounterfactuals: rowNumbers,
    certificate: nullable(certificate),
    cutoffIntervals: nullable(
      Type.Array(
        strict({
          cutoff: Type.Union([Type.Literal('consistency'), Type.Literal('pri'), Type.Literal('frequency')]),
          from: number,
          to: Type.Number(),
        }),
      ),
    ),
    anchorIntervals: nullable(
      Type.Array(strict({ set: Type.String(), anchor: Type.String(), value: Type.Number(), from: number, to: number })),
    ),
    permutationTest: nullable(
      strict({
        permutations: Type.Integer(),
        pValues: numbers,
        adjustedPValues: numbers,
        falsePositiveShare: Type.Number(),
      }),
    ),
  });

const rowWith = <P extends TProperties>(shown: P) =>
  strict({
    configuration: numbers,
    rowNumber: nullable(Type.Integer()),
    output: Type.Union([Type.Literal('1'), Type.Literal('0'), Type.Literal('C'), Type.Literal('?')]),
    n: Type.Integer(),
    withOutcome: nullable(Type.Integer({ description: 'cases of the row with the outcome above 0.5' })),
    partial: nullable(Type.Integer({ description: 'cases of the row with a membership strictly between 0 and 1' })),
    consistency: number,
    pri: number,
    cases: texts,
    ...shown,
  });

const labelled = Type.Array(strict({ label: Type.String(), value: Type.Number() }));
const groupFit = strict({ pooled: Type.Number(), between: labelled, within: labelled });

const further = strict({
  theory: nullable(
    Type.Array(
      strict({
        kind,
        formula: Type.String(),
        areas: Type.Array(
          strict({
            area: Type.String(),
            consistency: number,
            pri: number,
            coverage: number,
            members: texts,
            nonMembers: texts,
          }),
        ),
      }),
    ),
  ),
  clusters: nullable(
    Type.Array(
      strict({
        kind,
        text: Type.String(),
        consistency: groupFit,
        coverage: groupFit,
        betweenDistance: Type.Number(),
        withinDistance: Type.Number(),
      }),
    ),
  ),
  robustness: nullable(
    strict({
      tests: Type.Array(
        strict({
          kind,
          cutoff: Type.Union([Type.Literal('consistency'), Type.Literal('pri'), Type.Literal('frequency')]),
          value: Type.Number(),
          models: texts,
          modelCount: digits,
        }),
      ),
      models: Type.Array(
        strict({
          kind,
          formula: Type.String(),
          coverage: number,
          consistency: number,
          smallestTestSet: number,
          largestTestSet: number,
          robustTypical: texts,
          robustDeviant: texts,
          shakyTypical: texts,
          shakyDeviant: texts,
          possibleTypical: texts,
          possibleDeviant: texts,
          typicalRatio: number,
          deviantRatio: number,
          rank: Type.Integer({ minimum: 1, maximum: 4 }),
        }),
      ),
    }),
  ),
  twoStep: nullable(
    strict({
      rows: Type.Array(rowWith({})),
      steps: Type.Array(
        strict({
          context: Type.String(),
          name: Type.String(),
          conditions: texts,
          rows: Type.Array(rowWith({})),
          solutions: Type.Array(solutionWith({})),
        }),
      ),
    }),
  ),
  chain: nullable(Type.Array(strict({ outcome: Type.String(), models: texts, complete: Type.Boolean() }))),
  subsets: nullable(Type.Array(strict({ text: Type.String(), consistency: number, pri: number, rawCoverage: number }))),
});

export const qcaBody = strict({
  protected: Type.Boolean(),
  repeated: Type.Boolean(),
  withheldRows: Type.Integer(),
  withheld: nullable(Type.Literal('small-group')),
  outcome: Type.String(),
  conditions: Type.Array(set),
  outcomeSet: set,
  outcomeParts: Type.Array(set),
  caseCount: nullable(Type.Integer()),
  leftOut: texts,
  ambiguousCases: texts,
  rows: Type.Array(rowWith({ withheld })),
  configurations: digits,
  simultaneousRows: Type.Array(Type.Integer()),
  solutions: Type.Array(solutionWith({ withheld })),
  necessity: strict({ literals: Type.Array(necessity), expressions: Type.Array(necessity) }),
  further,
  memberships: strict({
    cases: texts,
    outcome: numbers,
    sets: Type.Record(Type.String(), numbers),
    raw: Type.Record(Type.String(), numbers),
    terms: Type.Record(Type.String(), numbers),
    models: Type.Record(Type.String(), numbers),
  }),
});
