import { type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { nullable, strict } from './operation.ts';

const literals = <const L extends readonly (string | number)[]>(values: L) =>
  Type.Union(values.map((value) => Type.Literal(value)));
const names = Type.Array(Type.String());
const link = literals(['logit', 'probit', 'cloglog']);
const whole = (maximum: number) => Type.Integer({ minimum: 1, maximum });

/** Fields with a default: all of them in settings, each left out at will in a request. */
interface Form {
  readonly needed: TProperties;
  readonly fields: TProperties;
}

const settingsOf = ({ needed, fields }: Form): TObject => strict({ ...needed, ...fields });
const requestOf = ({ needed, fields }: Form): TObject =>
  strict({
    ...needed,
    ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, Type.Optional(field)])),
  });

const penalty = nullable(
  Type.Union(
    [
      strict({ type: Type.Literal('firth') }),
      strict({ type: Type.Literal('ridge'), strength: Type.Number({ exclusiveMinimum: 0 }) }),
    ],
    { description: 'keeps the model finite where covariates predict the treatment perfectly' },
  ),
);
const score = { link, scale: literals(['linear-predictor', 'probability']), penalty };
const within = nullable(
  Type.Array(Type.String(), {
    minItems: 1,
    description: 'terms: inside the calipers on the score, partners are compared by Mahalanobis distance on these',
  }),
);
const scoreDistance: Form = { needed: { type: Type.Literal('propensity-score') }, fields: score };
const scoreOrWithin: Form = { needed: scoreDistance.needed, fields: { ...score, within } };
const covariateDistance: Form = {
  needed: { type: literals(['mahalanobis', 'robust-mahalanobis', 'scaled-euclidean']) },
  fields: {},
};

const caliper = strict({
  on: Type.String({ description: '`distance` (the score), or a numeric variable' }),
  width: Type.Number({ minimum: 0 }),
  unit: literals(['sd', 'raw']),
});
const cut = nullable(
  Type.Union([
    strict({ bins: Type.Union([whole(100_000), Type.Literal('sturges')]) }, { description: 'bins of equal width' }),
    strict({ cutPoints: Type.Array(Type.Number(), { minItems: 1 }) }, { description: 'inner breaks' }),
    strict({ quantileBins: whole(100_000) }, { description: 'bins of equal size' }),
  ]),
);
const support = { discard: literals(['none', 'both', 'treated', 'control']), reestimate: Type.Boolean() };
const limits = {
  calipers: Type.Array(caliper, { description: 'an empty list means no caliper' }),
  exact: names,
  antiExact: names,
};
const prefer = nullable(
  strict(
    { variable: Type.String(), penalty: Type.Number({ minimum: 0 }) },
    { description: 'partners with another value of the variable are dearer by the penalty, in units of the distance' },
  ),
);
const method = <M extends string>(name: M) => ({ method: Type.Literal(name) });
const someNames = Type.Array(Type.String(), { minItems: 1 });

/** The methods of a study. `distance` is kept apart: it has defaults of its own. */
const methods: readonly (Form & { readonly distances: readonly Form[] })[] = [
  {
    needed: method('nearest'),
    distances: [scoreOrWithin, covariateDistance],
    fields: {
      order: Type.Union(
        ['largest', 'smallest', 'data', 'random', 'closest'].map((order) => Type.Literal(order)),
        { description: 'who chooses first: by score, by unit id (data), by the seed (random), or the closest pair' },
      ),
      ratio: Type.Number({ minimum: 1, maximum: 100, description: 'whole, unless the ratio varies' }),
      variableRatio: nullable(strict({ minimum: whole(100), maximum: whole(100) })),
      maximumReuse: nullable(
        Type.Integer({
          minimum: 1,
          description: 'units a partner may serve: 1 = without replacement, null = no limit',
        }),
      ),
      ...limits,
      ...support,
    },
  },
  {
    needed: method('optimal'),
    distances: [scoreOrWithin, covariateDistance],
    fields: { ratio: whole(100), prefer, ...limits, ...support },
  },
  { needed: method('full'), distances: [scoreOrWithin, covariateDistance], fields: { ...limits, ...support } },
  {
    needed: method('two-level'),
    distances: [scoreOrWithin, covariateDistance],
    fields: {
      collective: nullable(
        Type.String({ description: 'variable of the collectives; null: the collective column of the panel' }),
      ),
      prefer,
      ...limits,
      ...support,
    },
  },
  { needed: method('subclassification'), distances: [scoreDistance], fields: { subclasses: whole(1000), ...support } },
  { needed: { ...method('exact'), exact: someNames }, distances: [], fields: {} },
  {
    needed: {
      ...method('coarsened-exact'),
      coarsening: Type.Array(strict({ variable: Type.String(), cut }), {
        minItems: 1,
        description: 'a variable with `cut` null is matched on its values',
      }),
    },
    distances: [],
    fields: {},
  },
  {
    needed: method('cardinality'),
    distances: [],
    fields: {
      tolerance: Type.Number({ minimum: 0, description: 'largest standardised mean difference of every covariate' }),
      ratio: whole(100),
      exact: names,
      nodes: Type.Integer({
        minimum: 1,
        maximum: 10_000_000,
        description: 'nodes of the search; after that the best selection so far is taken, with a caution',
      }),
    },
  },
  {
    needed: method('inverse-probability'),
    distances: [],
    fields: {
      link,
      penalty,
      stabilized: Type.Boolean(),
      trim: Type.Number({
        minimum: 0,
        exclusiveMaximum: 0.5,
        description: 'units with a propensity below this, or above 1 minus this, are left out',
      }),
    },
  },
  { needed: method('entropy-balancing'), distances: [], fields: { moments: literals([1, 2, 3]) } },
  { needed: method('balancing-score'), distances: [], fields: {} },
];

const distancesOf = (forms: readonly Form[], build: (form: Form) => TObject): TProperties =>
  forms.length === 0 ? {} : { distance: forms.length === 1 ? build(forms[0]!) : Type.Union(forms.map(build)) };

/** What a caller says of a design: the method, and what differs from its defaults. */
export const studyDesignRequest: TSchema = Type.Union(
  methods.map(({ needed, distances, fields }) =>
    requestOf({ needed, fields: { ...distancesOf(distances, requestOf), ...fields } }),
  ),
);

export const studyDesignSettings: TSchema = Type.Union(
  methods.map(({ needed, distances, fields }) =>
    settingsOf({ needed, fields: { ...distancesOf(distances, settingsOf), ...fields } }),
  ),
);
