import { translate } from '../../messages/translate.ts';
import type { StudyProtocolRequest } from './study-protocol.ts';

type Template = Omit<StudyProtocolRequest, 'panel' | 'question'>;

/** Holes to fill in: names of the own panel. A variable or period that was not filled in is refused by its name. */
const hole = (what: string): string => `<${what}>`;

const before = { baseline: hole('year before'), covariates: [hole('outcome'), hole('covariate'), hole('covariate')] };
const after = { variable: hole('outcome'), followUp: hole('year after') };
const control = { preperiod: hole('year before the baseline') };

/** Protocols of common questions, by name; their question in words stands in the texts. */
export const studyTemplates: Readonly<Record<string, Template>> = {
  /** who came under a coach in one period, compared with who never did, by the change of the outcome */
  coach: {
    treatment: { adopts: hole('coach'), in: hole('period in which the coach came') },
    ...before,
    outcome: { ...after, is: 'change' },
    sensitivity: control,
  },
  /** who took up a grant between the years, compared with who did not */
  grant: {
    treatment: { variable: hole('grant') },
    ...before,
    outcome: { ...after, is: 'level' },
    sensitivity: control,
  },
  /** the effect within each level of a covariate, and a test of their equality */
  'who-benefits': {
    treatment: { variable: hole('coach') },
    ...before,
    outcome: { ...after, is: 'level' },
    sensitivity: { ...control, effectsBy: hole('attribute') },
  },
};

/** A template with the question that goes with it, in both languages. */
export interface StudyTemplate {
  readonly name: string;
  readonly question: { readonly en: string; readonly nl: string };
  readonly protocol: Template;
}

export const listStudyTemplates = (): readonly StudyTemplate[] =>
  Object.entries(studyTemplates).map(([name, protocol]) => {
    const text = `cli.study.template.${name}`;
    return { name, question: { en: translate('en', text), nl: translate('nl', text) }, protocol };
  });
