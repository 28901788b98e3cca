import type { WarmStartQuestion } from '../../src/ui/pages/read-warm-start.ts';
import { readWarmStart } from '../../src/ui/pages/read-warm-start.ts';
import type { StudyView } from '../../src/ui/pages/study-view.ts';
import type { Verdict, WarmStartAnswer, WarmStartForm } from '../../src/ui/pages/warm-start-view.ts';

const code = { commandLine: 'npx samenwijs …', request: 'curl …', typescript: 'await …' };

/** Numbers chosen by hand, to see every part of the page of a study. */
export const studyFixture: StudyView = {
  id: 'res_0001',
  treatment: { name: 'draught-proofing', title: null, unit: null, direction: 'neutral' },
  outcome: { name: 'gas_m3', title: 'Gas', unit: 'm3 a month', direction: 'less-is-better' },
  estimand: 'ATT',
  treated: 512,
  controls: 498,
  attrition: [
    { step: 'rows-of-panel', units: 6271 },
    { step: 'rows-with-kpi', units: 5702 },
  ],
  balance: [
    { covariate: 'construction_year', level: null, before: -0.82, after: -0.04 },
    { covariate: 'income_band', level: null, before: -0.61, after: 0.03 },
    { covariate: 'household_size', level: null, before: 0.12, after: 0.02 },
    { covariate: 'dwelling_type', level: 'apartment', before: -0.22, after: -0.06 },
    { covariate: 'dwelling_type', level: 'detached', before: 0.3, after: 0.08 },
    { covariate: 'insulation', level: 'poor', before: 0.55, after: 0.05 },
  ],
  threshold: 0.1,
  effect: { estimate: -5.4, lower: -8.1, upper: -2.7 },
  unadjusted: { estimate: 14.2, lower: 11.6, upper: 16.8 },
  confidence: 0.95,
  warnings: [],
  recipes: {
    cases: 60,
    conditions: ['insulation-purchase', 'infrared-scan', 'savings-challenge'],
    withheld: false,
    sentence: null,
    solutions: [
      {
        kind: 'conservative',
        models: '1',
        consistency: 0.91,
        coverage: 0.64,
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
          },
        ],
      },
      {
        kind: 'parsimonious',
        models: '2',
        consistency: 0.88,
        coverage: 0.7,
        recipes: [
          {
            literals: [{ condition: 'insulation-purchase', present: true }],
            consistency: 0.88,
            rawCoverage: 0.7,
            uniqueCoverage: 0.7,
          },
        ],
      },
    ],
  },
  code: [code],
};

export const warmStartForm: WarmStartForm = {
  fields: [
    { name: 'mean_income', unit: 'thousand euro a year', lowest: 19, highest: 46 },
    { name: 'built_before_1975_pct', unit: '%', lowest: 0, highest: 99 },
    { name: 'owner_occupied_pct', unit: '%', lowest: 11, highest: 89 },
    { name: 'household_size', unit: 'persons', lowest: 1.4, highest: 2.9 },
    { name: 'aged_65_plus_pct', unit: '%', lowest: 5, highest: 38 },
    { name: 'gas_before', unit: 'm3 a year', lowest: 600, highest: 2100 },
  ],
  goals: ['gas-saving', 'comfort'],
  blocks: [
    { id: 'energy-coach', costPerHousehold: 90 },
    { id: 'insulation-purchase', costPerHousehold: 160 },
    { id: 'savings-challenge', costPerHousehold: 15 },
  ],
};

export const warmStartQuestion: WarmStartQuestion = readWarmStart(
  warmStartForm,
  new URLSearchParams(
    'mean_income=27&built_before_1975_pct=80&gas_before=veel&goal=gas-saving&budget=300&unknown=household_size&ask=1',
  ),
);

export const warmStartAnswer = (verdict: Verdict): WarmStartAnswer => ({
  verdict,
  reasons: [],
  goal: 'gas-saving',
  confidence: 0.9,
  mixes:
    verdict === 'abstain'
      ? []
      : [
          {
            rank: 1,
            blocks: ['insulation-purchase', 'infrared-scan'],
            estimate: 0.18,
            lower: 0.11,
            upper: 0.25,
            chance: 0.99,
            costPerHousehold: 180,
          },
          {
            rank: verdict === 'cautious' ? 1 : 2,
            blocks: ['insulation-purchase', 'infrared-scan', 'energy-coach'],
            estimate: 0.17,
            lower: 0.08,
            upper: 0.26,
            chance: 0.97,
            costPerHousehold: 270,
          },
          {
            rank: 3,
            blocks: ['draught-proofing'],
            estimate: 0.08,
            lower: -0.01,
            upper: 0.17,
            chance: 0.9,
            costPerHousehold: 35,
          },
        ],
  similar: [
    {
      id: 'E012',
      place: 'Zonnehof, Oude Delta',
      blocks: ['insulation-purchase', 'infrared-scan'],
      estimate: 0.21,
      lower: 0.14,
      upper: 0.28,
      grade: 'matched',
      share: 0.12,
    },
    {
      id: 'E101',
      place: 'Molenwijk, Kleiland',
      blocks: ['savings-challenge'],
      estimate: -0.04,
      lower: -0.1,
      upper: 0.02,
      grade: 'before-after',
      share: 0.05,
    },
  ],
  measureFirst: ['gas_before', 'owner_occupied_pct'],
  unknown: ['owner_occupied_pct', 'household_size'],
  experiments: 400,
  warnings: [],
  code,
});
