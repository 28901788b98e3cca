import type { WarmStartQuestion } from '../../src/ui/pages/read-warm-start.ts';
import { readWarmStart } from '../../src/ui/pages/read-warm-start.ts';
import type { StudyView } from '../../src/ui/pages/study-view.ts';
import type { Verdict, WarmStartAnswer, WarmStartForm } from '../../src/ui/pages/warm-start-view.ts';

const code = { commandLine: 'npx samenwijs …', request: 'curl …', typescript: 'await …' };

const estimate = { standardError: 1.2, degreesOfFreedom: 500, adjustedFor: [], leftOut: [] };

/** Numbers chosen by hand, to see every part of the page of a study. */
export const studyFixture: StudyView = {
  id: 'res_0001',
  treatment: { name: 'draught-proofing', title: null },
  outcome: { name: 'gas_m3', title: 'Gas', unit: 'm3 a month', direction: 'less-is-better' },
  estimand: 'ATT',
  treated: 512,
  controls: 498,
  attrition: [
    { step: 'rows-of-panel', units: 6271 },
    { step: 'rows-with-kpi', units: 5702 },
  ],
  balance: [
    { covariate: 'construction_year', level: null, before: -0.82, after: -0.04, withheld: false },
    { covariate: 'income_band', level: null, before: -0.61, after: 0.03, withheld: false },
    { covariate: 'household_size', level: null, before: 0.12, after: 0.02, withheld: false },
    { covariate: 'dwelling_type', level: 'apartment', before: -0.22, after: -0.06, withheld: false },
    { covariate: 'dwelling_type', level: 'detached', before: 0.3, after: 0.08, withheld: false },
    { covariate: 'insulation', level: 'poor', before: 0.55, after: 0.05, withheld: false },
  ],
  beforeWithheld: false,
  hasScore: true,
  overlap: {
    coefficient: 0.62,
    equipoise: 0.48,
    bins: [
      { from: -3, to: -2, treated: 0, control: 90 },
      { from: -2, to: -1, treated: 80, control: 240 },
      { from: -1, to: 0, treated: 230, control: 130 },
      { from: 0, to: 1, treated: 190, control: 38 },
      { from: 1, to: 2, treated: 12, control: null },
    ],
  },
  weights: [
    { from: 0, to: 1, treated: 0, control: 300 },
    { from: 1, to: 2, treated: 512, control: 180 },
    { from: 2, to: 3, treated: 0, control: 18 },
  ],
  threshold: 0.1,
  adjusted: { estimate: -5.1, lower: -7.6, upper: -2.6 },
  effect: { estimate: -5.4, lower: -8.1, upper: -2.7 },
  unadjusted: { estimate: 14.2, lower: 11.6, upper: 16.8 },
  further: {
    effects: [
      {
        kind: 'pre-period',
        variable: 'gas_m3',
        period: '2021',
        matched: { ...estimate, estimate: 0.4, lower: -1.9, upper: 2.7, pValue: 0.73 },
        adjusted: null,
        adjustedPValue: null,
        sensitivity: null,
        support: null,
        withheld: false,
      },
    ],
    ownAdjustedPValue: 0.0001,
    byLevel: {
      variable: 'insulation',
      levels: [
        {
          name: 'poor',
          treated: 210,
          control: 214,
          effect: { ...estimate, estimate: -8.2, lower: -12.5, upper: -3.9, pValue: 0.0002 },
          adjustedPValue: 0.0002,
          sensitivity: {
            eValue: { scale: 'standardized-difference', riskRatio: 0.78, eValue: 1.88, ofInterval: 1.5 },
            robustness: { value: 0.171, interval: 0.09, benchmark: null },
            rosenbaum: null,
          },
          support: null,
          withheld: false,
        },
        {
          name: null,
          treated: null,
          control: null,
          effect: null,
          adjustedPValue: null,
          sensitivity: null,
          support: null,
          withheld: true,
        },
      ],
      interaction: null,
    },
    augmented: { ...estimate, estimate: -5.2, lower: -7.7, upper: -2.7, pValue: 0.0001 },
    augmentedSensitivity: {
      eValue: { scale: 'standardized-difference', riskRatio: 0.87, eValue: 1.57, ofInterval: 1.33 },
      robustness: { value: 0.118, interval: 0.061, benchmark: null },
      rosenbaum: null,
    },
    ratios: null,
    sensitivity: {
      eValue: { scale: 'standardized-difference', riskRatio: 0.86, eValue: 1.59, ofInterval: 1.34 },
      robustness: {
        value: 0.124,
        interval: 0.068,
        benchmark: { term: 0, withTreatment: 0.09, withOutcome: 0.05, remaining: -3.1 },
      },
      rosenbaum: {
        statistic: 'wilcoxon',
        bounds: [{ gamma: 1, pUpper: 0.0001 }],
        survivedGamma: 1.42,
        sign: { bounds: [{ gamma: 1, pUpper: 0.0004 }], survivedGamma: 1.31 },
        hodgesLehmann: null,
        support: null,
        signSupport: null,
      },
    },
    detectable: { standardDeviation: 21, intraclassCorrelation: null, effect: 3.7, power: 0.8 },
    support: null,
    supportBefore: null,
  },
  covariates: ['construction_year', 'income_band', 'household_size', 'dwelling_type', 'insulation'],
  confidence: 0.95,
  warnings: [],
  recipes: {
    outcome: 'strong-gas-saving',
    cases: 60,
    conditions: ['insulation-purchase', 'infrared-scan', 'savings-challenge'],
    withheld: false,
    solutions: [
      {
        kind: 'conservative',
        models: '1',
        consistency: 0.91,
        coverage: 0.64,
        withheld: null,
        recipes: [
          {
            literals: [
              { condition: 'insulation-purchase', present: true },
              { condition: 'infrared-scan', present: true },
              { condition: 'savings-challenge', present: false },
            ],
            consistency: 0.94,
            rawCoverage: 0.41,
            uniqueCoverage: 0.2,
            withheld: null,
          },
        ],
      },
      {
        kind: 'parsimonious',
        models: '2',
        consistency: 0.88,
        coverage: 0.7,
        withheld: null,
        recipes: [
          {
            literals: [{ condition: 'insulation-purchase', present: true }],
            consistency: 0.88,
            rawCoverage: 0.7,
            uniqueCoverage: 0.7,
            withheld: null,
          },
        ],
      },
    ],
  },
  code: [code],
};

export const warmStartForm: WarmStartForm = {
  fields: [
    { name: 'mean_income', title: 'Mean income', unit: 'thousand euro a year' },
    { name: 'built_before_1975_pct', title: 'Built before 1975', unit: '%' },
    { name: 'owner_occupied_pct', title: 'Owner-occupied', unit: '%' },
    { name: 'household_size', title: 'Household size', unit: 'persons' },
    { name: 'aged_65_plus_pct', title: 'Aged 65 and over', unit: '%' },
    { name: 'gas_before', title: 'Gas before', unit: 'm3 a year' },
  ],
  goals: ['gas-saving', 'comfort'],
  blocks: [
    {
      id: 'insulation-purchase',
      name: { en: 'Buying insulation together', nl: 'Samen isolatie inkopen' },
      description: { en: '', nl: '' },
      costPerHousehold: 160,
    },
    {
      id: 'infrared-scan',
      name: { en: 'Heat-loss walk', nl: 'Warmtebeeldwandeling' },
      description: { en: '', nl: '' },
      costPerHousehold: 20,
    },
    {
      id: 'savings-challenge',
      name: { en: 'Savings contest', nl: 'Bespaarwedstrijd' },
      description: { en: '', nl: '' },
      costPerHousehold: 15,
    },
  ],
};

const question =
  'mean_income=27&built_before_1975_pct=80&unknown=household_size&budget=300&block-savings-challenge=not&ask=1';
export const warmStartQuestion: WarmStartQuestion = readWarmStart(warmStartForm, new URLSearchParams(question));
export const warmStartMistake: WarmStartQuestion = readWarmStart(
  warmStartForm,
  new URLSearchParams(`${question}&gas_before=veel`),
);

const mix = (
  rank: number,
  blocks: readonly string[],
  gain: readonly [number, number, number],
  cost: number,
  marks: readonly string[] = [],
) => ({
  rank,
  blocks,
  cost,
  marks,
  effects: [
    {
      kpi: 'gas-saving',
      mean: gain[0],
      lower: gain[1],
      upper: gain[2],
      probabilityPositive: gain[1] > 0 ? 0.99 : 0.82,
    },
    { kpi: 'comfort', mean: 0.5, lower: 0.1, upper: 0.9, probabilityPositive: 0.97 },
  ],
});

export const warmStartAnswer = (state: Verdict): WarmStartAnswer => ({
  body: {
    state,
    reasons: state === 'advice' ? [] : ['ranks-tie'],
    demotedFrom: null,
    mixes: [
      mix(1, ['insulation-purchase', 'infrared-scan'], [0.18, 0.11, 0.25], 180, ['best']),
      mix(
        state === 'cautious' ? 1 : 2,
        ['insulation-purchase', 'infrared-scan', 'energy-coach'],
        [0.17, 0.08, 0.26],
        270,
        ['most-certain'],
      ),
      mix(3, ['draught-proofing'], [0.08, -0.01, 0.17], 35, ['half-budget']),
    ],
    support: { outside: state === 'borrow' ? ['gas_before'] : [] },
    missing: ['owner_occupied_pct', 'household_size'],
    evidence: [
      {
        kpi: 'gas-saving',
        experiments: 400,
        items: [
          {
            region: 'Oude Delta',
            grade: 'matched',
            share: 0.12,
            effect: 0.21,
            lower: 0.14,
            upper: 0.28,
            sharedBlocks: ['insulation-purchase', 'infrared-scan'],
            otherBlocks: [],
            differences: [{ context: 'built_before_1975_pct', difference: -12 }],
            contrary: false,
            documentation: null,
          },
          {
            region: 'Kleiland',
            grade: 'before-after',
            share: 0.05,
            effect: -0.04,
            lower: -0.1,
            upper: 0.02,
            sharedBlocks: ['infrared-scan'],
            otherBlocks: ['savings-challenge'],
            differences: [{ context: 'mean_income', difference: 4.2 }],
            contrary: true,
            documentation: { overlap: 0.64, largestDifference: 0.08, eValue: 2.1 },
          },
        ],
        rest: { experiments: 398, share: 0.83 },
      },
    ],
    measureFirst: [{ context: 'gas_before' }, { context: 'owner_occupied_pct' }],
    pilotSizes: [
      {
        kpi: 'gas-saving',
        gain: 0.18,
        householdsHere: 36,
        sites: 2,
        householdsPerSite: 40,
        grade: 'randomised',
        experiments: 120,
      },
    ],
    pilot: { blocks: ['infrared-scan', 'insulation-purchase'], removes: 0.21, sizes: [] },
    place: [
      { name: 'mean_income', value: 27 },
      { name: 'gas_before', value: 1400 },
    ],
    calibration: [{ kpi: 'gas-saving', slope: 0.95 }],
  },
  warnings: [],
  code,
});

/** An answer that broken promises took from advice to cautious. */
export const demotedAnswer: WarmStartAnswer = {
  ...warmStartAnswer('cautious'),
  body: { ...warmStartAnswer('cautious').body, reasons: ['promises-broken'], demotedFrom: 'advice' },
};
