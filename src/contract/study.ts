import { type TProperties, Type } from 'typebox';
import {
  detectable,
  literals,
  matchingStudyBody,
  optional,
  shownDesign,
  studyGroups,
  support,
} from './matching-study.ts';
import { nullable, strict } from './operation.ts';
import { studyDesignRequest, studyDesignSettings } from './study-design.ts';

const period = Type.String({ description: 'a wave, the beginning of several (a year), or first..last' });
const loose = <P extends TProperties>(properties: P) =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)]));

const condition = {
  at: Type.String({ description: '`baseline`, or a period not later than that' }),
  is: nullable(Type.Array(Type.String(), { minItems: 1, description: 'one of these values of a coded variable' })),
  from: nullable(Type.Number()),
  to: nullable(Type.Number({ description: 'included, as is `from`' })),
};
const level = optional.treatedLevel;
const treated = { variable: Type.String({ description: 'became 1, or `level`, between baseline and follow-up' }) };
const adopted = {
  adopts: Type.String({ description: 'became 1, or `level`, in the period `in`; who had it before is left out' }),
  in: period,
};
const outcome = {
  is: optional.outcomeIs,
  followUp: optional.followUp,
  minimumShare: optional.minimumShare,
  otherOutcomes: optional.otherOutcomes,
  laterFollowUps: optional.laterFollowUps,
};
const { cluster, standardError, permutations, confidence, preperiod, effectsBy, augmented } = optional;
const inference = { cluster, standardError, permutations, confidence };
const sensitivity = { preperiod, effectsBy, augmented };
const rest = {
  question: Type.String({ maxLength: 500, description: 'in words; nothing is computed from it' }),
  revision: optional.revision,
  estimand: optional.estimand,
  baseline: optional.baseline,
  seed: optional.seed,
};
const covariates = Type.Array(Type.String({ description: 'income, age^2, log1p(gas), income:tenure' }), {
  minItems: 1,
});

/** A protocol without its panel; what is left out has a default. */
export const studyProtocolRequest = strict({
  ...loose(rest),
  eligibility: Type.Optional(Type.Array(strict({ variable: Type.String(), ...loose(condition) }))),
  treatment: Type.Union([
    strict({ ...treated, level: Type.Optional(level) }),
    strict({ ...adopted, level: Type.Optional(level) }),
  ]),
  covariates,
  outcome: strict({ variable: Type.String(), ...loose(outcome) }),
  design: Type.Optional(studyDesignRequest),
  inference: Type.Optional(strict(loose(inference))),
  sensitivity: Type.Optional(strict(loose(sensitivity))),
});

/** Protocols of common questions with holes to fill in, in angle brackets. */
export const studyTemplateList = strict({
  templates: Type.Array(
    strict({
      name: Type.String(),
      question: strict({ en: Type.String(), nl: Type.String() }, { description: 'for the protocol, with its holes' }),
      protocol: studyProtocolRequest,
    }),
  ),
});

/** A complete protocol. */
export const studyProtocol = strict(
  {
    panel: Type.String(),
    ...rest,
    eligibility: Type.Array(strict({ variable: Type.String(), ...condition })),
    treatment: Type.Union([strict({ ...treated, level }), strict({ ...adopted, level })]),
    covariates,
    outcome: strict({ variable: Type.String(), ...outcome }),
    design: studyDesignSettings,
    inference: strict(inference),
    sensitivity: strict(sensitivity),
  },
  { title: 'study protocol' },
);

export const studyDesignBody = strict({
  ...shownDesign,
  detectable,
  supportBefore: support,
  digest: nullable(Type.String({ description: 'sha256 of the sample and of the rest of the body' })),
});

export const seal = strict({
  seal: Type.String({ description: 'sha256 of the canonical JSON of protocol, design, data and engine' }),
  protocol: Type.String({ description: 'sha256 of the canonical JSON of the protocol' }),
  design: Type.String({ description: 'digest of the body of the design' }),
  data: strict({ revision: Type.Integer(), digest: Type.String(), consents: nullable(Type.Integer()) }),
  engine: Type.String(),
  sealedAt: Type.String(),
});
export const sealedDesign = strict({ result: Type.String(), ...seal.properties });

const override = strict({ reason: Type.String({ minLength: 10, maxLength: 1000 }) });
export const estimateRequest = strict({
  override: Type.Optional(
    Type.Object(override.properties, {
      additionalProperties: false,
      description: 'shows the effect whatever the verdict says; the reason is kept with the result',
    }),
  ),
});

export const readBefore = strict(
  {
    otherOutcomes: Type.Array(Type.String(), { description: 'read or sealed, and not named by the protocol' }),
    readBeforeSeal: Type.Integer({ description: 'outcomes of the protocol that were read before it was sealed' }),
  },
  { description: 'what had been read of the treatment in the follow-up before its outcome was read under its seal' },
);

export const studySettings = strict({
  panel: Type.String(),
  revision: Type.Integer(),
  design: Type.String(),
  protocol: studyProtocol,
  seal,
  readBefore,
  override: nullable(override),
});

const lost = strict({
  matched: Type.Integer(),
  unknown: Type.Integer({ description: 'of these, whose outcome is not known' }),
  alone: Type.Integer({ description: 'of these, whose outcome is known but who have nobody left to be compared with' }),
});
const number = nullable(Type.Number());

/** What a rule of the verdict says, without its level. */
export const verdictReason = {
  rule: Type.String(),
  measure: Type.String(),
  worse: literals(['above', 'below']),
  caution: number,
  fail: number,
  role: literals(['gate', 'required', 'stand-in']),
  value: number,
  subject: nullable(Type.String()),
  counted: Type.Boolean({ description: 'whether it keeps the study from being trusted' }),
};

export const studyBody = strict({
  protected: Type.Boolean(),
  gate: literals(['passed', 'withheld', 'overridden'], {
    description: 'withheld: the verdict is do-not-use, and nothing that tells the effect is in this result',
  }),
  verdict: strict({
    verdict: literals(['trust', 'caution', 'do-not-use']),
    isWithoutPlacebo: Type.Boolean(),
    reasons: Type.Array(
      strict({
        ...verdictReason,
        level: literals(['pass', 'caution', 'fail', 'not-assessed', 'withheld'], {
          description: 'withheld: on which side of its limit the study lies would tell the effect',
        }),
        withheld: Type.Boolean(),
      }),
    ),
  }),
  lost: nullable(strict({ treated: lost, control: lost })),
  remaining: studyGroups,
  study: matchingStudyBody,
});

/** The demo panel has two building blocks whose naive comparison has the wrong sign; this is one of them. */
export const studyExample = {
  question: 'Did draught-proofing lower the gas use of the homes that took part?',
  treatment: { variable: 'draught-proofing' },
  covariates: ['gas_m3', 'construction_year', 'insulation', 'dwelling_type', 'income_band', 'household_size'],
  baseline: '2021',
  outcome: { variable: 'gas_m3', followUp: '2023' },
};
