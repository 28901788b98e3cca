import { Type } from 'typebox';
import { effect, literals, optional, studyGroup } from './matching-study.ts';
import { nullable, strict } from './operation.ts';
import { seal, studyProtocol, verdictReason } from './study.ts';
import { studyDesignRequest, studyDesignSettings } from './study-design.ts';

const covariates = Type.Array(Type.Array(Type.String(), { minItems: 1 }), {
  maxItems: 200,
  description: 'other sets of covariates',
});
const calipers = Type.Array(nullable(Type.Number({ minimum: 0 })), {
  maxItems: 200,
  description: 'widths in standard deviations of the score; null: no caliper',
});
const ratios = Type.Array(Type.Integer({ minimum: 1, maximum: 100 }), { maxItems: 100 });
const estimands = Type.Array(optional.estimand, { maxItems: 5 });
const designs = { maxItems: 200, description: 'other designs, each with its defaults' };

/** What could as well have been decided otherwise: every combination is a way to do the study, 200 at most. */
export const multiverseRequest = strict({
  covariates: Type.Optional(covariates),
  designs: Type.Optional(Type.Array(studyDesignRequest, designs)),
  calipers: Type.Optional(calipers),
  ratios: Type.Optional(ratios),
  estimands: Type.Optional(estimands),
});

export const multiverseSettings = strict({
  panel: Type.String(),
  revision: Type.Integer(),
  study: Type.String(),
  protocol: studyProtocol,
  seal,
  alternatives: strict({
    covariates,
    designs: Type.Array(studyDesignSettings, designs),
    calipers,
    ratios,
    estimands,
  }),
});

const specification = strict({
  covariates: Type.Array(Type.String()),
  design: studyDesignSettings,
  estimand: optional.estimand,
  effect: nullable(
    strict({
      groups: strict({ treated: studyGroup, control: studyGroup }),
      largestDifference: nullable(Type.Number()),
      inference: strict({ method: Type.String(), reason: Type.String() }),
      outcomeSupport: nullable(Type.Integer()),
      matched: effect,
      adjusted: effect,
    }),
  ),
  against: Type.Array(strict({ ...verdictReason, level: literals(['caution', 'fail', 'not-assessed']) }), {
    description:
      'what speaks against its sample, by the rules for a study of its own; with a fail its effect is withheld',
  }),
  refusal: nullable(strict({ code: Type.String(), message: Type.String() })),
});

const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

export const multiverseBody = strict({
  protected: Type.Boolean(),
  withheld: nullable(literals(['small-group'])),
  specifications: nullable(Type.Array(specification, { description: 'of households: for the operator only' })),
  asked: Type.Integer(),
  answered: Type.Integer({ description: 'ways with an effect' }),
  failed: Type.Integer({ description: 'ways whose sample is not to be used; they count in no share of the curve' }),
  curve: nullable(
    strict(
      {
        lowest: Type.Number(),
        median: Type.Number(),
        highest: Type.Number(),
        positive: share('ways whose estimate is above zero'),
        intervalsWithoutZero: share('ways whose interval leaves out zero'),
      },
      { description: 'estimates of the ways that were answered' },
    ),
  ),
});
