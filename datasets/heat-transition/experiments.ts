import { createRandom, type RandomStream } from '../../src/core/random/random-stream.ts';
import catalogue from './building-blocks.json' with { type: 'json' };
import { generateNeighbourhoods, type Neighbourhood } from './neighbourhoods.ts';
import {
  blocks,
  contextNames,
  feasible,
  type Grade,
  type Kpi,
  standardise,
  trueEffect,
  truth,
  uptake,
} from './truth.ts';

export interface Experiment {
  readonly id: string;
  readonly kpi: Kpi;
  readonly place: Neighbourhood;
  readonly start: string;
  readonly months: number;
  readonly grade: Grade;
  readonly effect: number;
  readonly variance: number;
  readonly households: number;
  readonly mix: readonly boolean[];
  readonly costPerHousehold: number;
}

const costs = blocks.map((block) => catalogue.find(({ id }) => id === block)!.costPerHousehold);

/** A neighbourhood picks blocks that suit its income and the age of its homes; a contest is added to a mix that is already large. */
function drawMix(place: Neighbourhood, random: RandomStream): boolean[] {
  const income = standardise('mean_income', place.values.mean_income);
  const age = standardise('built_before_1975_pct', place.values.built_before_1975_pct);
  const owner = standardise('owner_occupied_pct', place.values.owner_occupied_pct);
  for (;;) {
    let size = 0;
    const mix = blocks.map((block) => {
      const drive = uptake[block];
      const busy = block === 'savings-challenge' ? 1.5 * (size - 1.9) : 0;
      const logit = drive.base - 0.55 + drive.income * income + drive.age * age + 0.5 * drive.owner * owner + busy;
      const taken = random.bernoulli(1 / (1 + Math.exp(-logit)));
      if (taken) size++;
      return taken;
    });
    const closed = feasible(mix);
    const count = closed.filter(Boolean).length;
    if (count >= 1 && count <= 4) return closed;
  }
}

/**
 * 400 experiments in the 200 neighbourhoods, two per neighbourhood on average, failures included: each row is one
 * experiment and one KPI (gas saving always, comfort in about half). The observed effect is the truth plus spread
 * between regions and sites, what the design adds (before-after designs credit the general saving of wealthier
 * neighbourhoods to the experiment) and sampling error.
 */
export function generateExperiments(seed: number): readonly Experiment[] {
  const places = generateNeighbourhoods(seed);
  const random = createRandom(seed, 'experiments');
  const regionIndex = new Map([...new Set(places.map((place) => place.region))].map((region, i) => [region, i]));
  const rows: Experiment[] = [];
  for (let e = 0; e < 400; e++) {
    const own = random.stream(e);
    const at = own.integer(places.length);
    const place = places[at]!;
    const mix = drawMix(place, own);
    const design = own.uniform();
    // Whoever holds a contest seldom keeps a comparison group.
    const contest = mix[blocks.indexOf('savings-challenge')] === true;
    const grade: Grade = design < 0.15 ? 'randomised' : design < (contest ? 0.3 : 0.65) ? 'matched' : 'before-after';
    const households = 20 + Math.floor(Math.exp(3.2 + 0.7 * own.normal()));
    const year = 2015 + own.integer(8);
    const start = `${year}-${own.bernoulli(0.3) ? '04' : '10'}`;
    const months = [12, 12, 18, 24][own.integer(4)]!;
    const cost = mix.reduce((sum, taken, j) => sum + (taken ? costs[j]! : 0), 0);
    const costPerHousehold = Math.max(5, Math.round(cost * Math.exp(0.15 * own.normal())));
    const withComfort = own.bernoulli(0.45);
    for (const kpi of ['gas-saving', 'comfort'] as const) {
      if (kpi === 'comfort' && !withComfort) continue;
      const parameters = truth[kpi];
      const noise = own.stream('outcome', kpi);
      const bias = parameters.gradeBias[grade];
      const arms = { randomised: 4, matched: 3, 'before-after': 2 }[grade];
      const variance = (parameters.householdSd ** 2 * arms) / households;
      const effect =
        trueEffect(kpi, place.values, mix) +
        parameters.regionSd * random.stream('region', kpi, regionIndex.get(place.region)!).normal() +
        parameters.siteSd * random.stream('site', kpi, at).normal() +
        bias.mean +
        bias.onIncome * standardise('mean_income', place.values.mean_income) +
        bias.sd * noise.normal() +
        Math.sqrt(variance) * noise.normal();
      rows.push({
        id: `E${String(e + 1).padStart(3, '0')}`,
        kpi,
        place,
        start,
        months,
        grade,
        effect: Number(effect.toFixed(4)),
        variance: Number(variance.toPrecision(4)),
        households,
        mix,
        costPerHousehold,
      });
    }
  }
  return rows;
}

/** What the registry says in words; an outcome in disguise, so never a context. */
function verdict(effect: number, variance: number): string {
  if (effect <= 0) return 'failure';
  return effect > 1.645 * Math.sqrt(variance) ? 'success' : 'inconclusive';
}

/**
 * The experiments as CSV. About 3 % of the incomes are missing, as in small neighbourhoods whose income the
 * statistical office does not publish (`.`).
 */
export function experimentsCsv(seed: number): string {
  const header = [
    'experiment',
    'kpi',
    'neighbourhood',
    'district',
    'municipality',
    'region',
    'start',
    'months',
    'grade',
    'effect',
    'variance',
    'households',
    ...blocks,
    ...contextNames,
    'cost_per_household',
    'verdict',
  ];
  const lines = generateExperiments(seed).map(({ place, ...row }) => {
    const withheld = place.households < 190;
    return [
      row.id,
      row.kpi,
      place.code,
      place.district,
      place.municipality,
      place.region,
      row.start,
      row.months,
      row.grade,
      row.effect,
      row.variance,
      row.households,
      ...row.mix.map(Number),
      ...contextNames.map((name) => (name === 'mean_income' && withheld ? '.' : place.values[name])),
      row.costPerHousehold,
      verdict(row.effect, row.variance),
    ].join(',');
  });
  return `${[header.join(','), ...lines].join('\n')}\n`;
}
