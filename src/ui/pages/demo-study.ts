import type { MatchingStudyRequest } from '../../app/analyses/matching-study.ts';
import type { QcaRequest } from '../../app/analyses/qca-settings.ts';

/** The id of the ready study in addresses: /studies/demo. */
export const demoStudyId = 'demo';

/**
 * The ready study on the demo: homes with a draught-proofing evening use more gas than the others, for they are old and poor;
 * compared with homes like them they use less. Without a caliper every treated home has a partner (each property is then alike
 * within 0.04): a few homes left out would hide the plain comparison from visitors, which is what this study is there to show.
 */
export const demoMatching = (panel: string): MatchingStudyRequest => ({
  panel,
  treatment: 'draught-proofing',
  outcome: 'gas_m3',
  covariates: [
    'gas_m3',
    'construction_year',
    'construction_year^2',
    'insulation',
    'dwelling_type',
    'tenure',
    'income_band',
    'household_size',
  ],
  baseline: '2021',
  followUp: '2023',
  design: { method: 'nearest', calipers: [] },
});

const block = (variable: string) =>
  ({ variable, wave: '2024-01', calibration: { method: 'crisp', thresholds: [0.15] } }) as const;

/**
 * Beside it the recipes: in which collectives did gas use fall strongly between two Januaries, before and after? A building
 * block counts as present where more than 15 % of the households have it.
 */
export const demoQca = (panel: string): QcaRequest => ({
  panel,
  cases: 'collective',
  outcome: {
    variable: 'gas_m3',
    name: 'strong-gas-saving',
    wave: '2024-01',
    since: '2022-01',
    calibration: { method: 'logistic', exclusion: -8, crossover: -19.5, inclusion: -32, inclusionDegree: 0.95 },
  },
  conditions: ['energy-coach', 'insulation-purchase', 'draught-proofing', 'heat-pump-trial', 'savings-challenge'].map(
    block,
  ),
  frequencyCutoff: 2,
  consistencyCutoff: 0.75,
  priCutoff: 0.6,
  solutions: ['conservative', 'parsimonious'],
});
