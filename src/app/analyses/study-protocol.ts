import type { StandardErrorRequest } from '../../core/effects/choose-inference.ts';
import type { Estimand } from '../../core/matching/estimand.ts';
import { completeDesign, type DesignRequest, type DesignSettings } from './study-design.ts';
import { completeStudy, type MatchingStudySettings } from './study-settings.ts';

/** A condition on a unit before the treatment; a unit whose value is not known does not meet it. */
export interface EligibilityRule {
  readonly variable: string;
  /** `baseline`, or a period not later than that */
  readonly at: string;
  /** one of these values, of a coded variable; null: no such condition */
  readonly is: readonly string[] | null;
  /** a number from … to, both included; null: no bound */
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * Who counts as treated. `variable`: it became 1 (or `level`) after the baseline and not later than the first wave of the
 * follow-up. `adopts`: it became so in the period `in`; who had it before is left out, and who got it later is no control.
 */
export type ProtocolTreatment =
  | { readonly variable: string; readonly level: string | null }
  | { readonly adopts: string; readonly level: string | null; readonly in: string };

/** A study from question to inference: everything that is decided before the outcome is seen. */
export interface StudyProtocol {
  /** in words; nothing is computed from it */
  readonly question: string;
  readonly panel: string;
  /** null: the newest; a design that was carried out has its number */
  readonly revision: number | null;
  readonly estimand: Estimand;
  readonly eligibility: readonly EligibilityRule[];
  readonly treatment: ProtocolTreatment;
  readonly covariates: readonly string[];
  readonly baseline: string | null;
  readonly outcome: {
    readonly variable: string;
    readonly is: 'level' | 'change';
    readonly followUp: string | null;
    readonly minimumShare: number;
    readonly otherOutcomes: readonly string[];
    readonly laterFollowUps: readonly string[];
  };
  readonly design: DesignSettings;
  readonly inference: {
    readonly cluster: string | null;
    readonly standardError: StandardErrorRequest;
    readonly permutations: number | null;
    readonly confidence: number;
  };
  readonly sensitivity: {
    /** for negative controls: the outcome before the baseline, and its change from there to the baseline */
    readonly preperiod: string | null;
    readonly effectsBy: string | null;
    readonly augmented: { readonly folds: number } | null;
  };
  readonly seed: number;
}

type Loose<T, Needed extends keyof T> = Pick<T, Needed> & Partial<T>;

/** What a protocol must say; the rest has defaults. */
export interface StudyProtocolRequest extends Pick<StudyProtocol, 'panel' | 'covariates'> {
  readonly question?: string;
  readonly revision?: number | null;
  readonly estimand?: Estimand;
  readonly eligibility?: readonly Loose<EligibilityRule, 'variable'>[];
  readonly treatment:
    | Loose<Extract<ProtocolTreatment, { variable: string }>, 'variable'>
    | Loose<Extract<ProtocolTreatment, { adopts: string }>, 'adopts' | 'in'>;
  readonly baseline?: string | null;
  readonly outcome: Loose<StudyProtocol['outcome'], 'variable'>;
  readonly design?: DesignRequest;
  readonly inference?: Partial<StudyProtocol['inference']>;
  readonly sensitivity?: Partial<StudyProtocol['sensitivity']>;
  readonly seed?: number;
}

/** The protocol with its defaults: those of a matching study, in whose words it is carried out. */
export function completeProtocol(request: StudyProtocolRequest): StudyProtocol {
  const { panel, covariates, treatment, outcome, inference = {}, sensitivity = {} } = request;
  const study = completeStudy({
    panel,
    covariates,
    treatment: 'adopts' in treatment ? treatment.adopts : treatment.variable,
    outcome: outcome.variable,
  });
  const { cluster, standardError, permutations, confidence, preperiod, effectsBy, augmented } = study;
  return {
    question: request.question ?? '',
    panel,
    revision: request.revision ?? study.revision,
    estimand: request.estimand ?? study.estimand,
    eligibility: (request.eligibility ?? []).map((rule) => ({
      ...{ at: 'baseline', is: null, from: null, to: null },
      ...rule,
    })),
    treatment: { level: null, ...treatment },
    covariates,
    baseline: request.baseline ?? study.baseline,
    outcome: {
      ...{ is: study.outcomeIs, followUp: study.followUp, minimumShare: study.minimumShare },
      ...{ otherOutcomes: study.otherOutcomes, laterFollowUps: study.laterFollowUps },
      ...outcome,
    },
    design: completeDesign(request.design),
    inference: { cluster, standardError, permutations, confidence, ...inference },
    sensitivity: { preperiod, effectsBy, augmented, ...sensitivity },
    seed: request.seed ?? study.seed,
  };
}

/** The same as the settings of a matching study; eligibility and the wave of adoption are the protocol's own. */
export function toStudySettings(protocol: StudyProtocol): MatchingStudySettings {
  const { panel, revision, estimand, treatment, covariates, baseline, design, inference, sensitivity, seed } = protocol;
  const { variable, is, ...outcome } = protocol.outcome;
  return {
    ...completeStudy({
      ...{ panel, revision, estimand, covariates, baseline, seed, ...inference, ...sensitivity, ...outcome },
      treatment: 'adopts' in treatment ? treatment.adopts : treatment.variable,
      treatedLevel: treatment.level,
      outcome: variable,
      outcomeIs: is,
    }),
    design,
  };
}
