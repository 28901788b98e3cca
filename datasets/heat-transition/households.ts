import { createRandom, type RandomStream } from '../../src/core/random/random-stream.ts';
import { generateNeighbourhoods, type Neighbourhood } from './neighbourhoods.ts';
import { type Block, blocks, electricityEffect, feasible, standardise, trueEffect, uptake } from './truth.ts';

export interface Collective {
  readonly id: string;
  readonly name: string;
  readonly place: Neighbourhood;
  readonly households: number;
  /** month (0 to 35) from which each block is on offer, -1 = never */
  readonly offeredFrom: readonly number[];
}

export interface Household {
  readonly id: string;
  readonly collective: Collective;
  readonly dwellingType: string;
  readonly constructionYear: number;
  readonly constructionPeriod: string;
  readonly insulation: string;
  readonly tenure: string;
  readonly size: number;
  readonly incomeBand: number;
  readonly heating: 'gas' | 'heat-network';
  readonly motive: string;
  readonly barrier: string | null;
  /** month from which each block is in force, -1 = never */
  readonly since: readonly number[];
  /** yearly gas in m3 and electricity in kWh without any block, in a normal year; comfort on 1 to 10 */
  readonly gas: number;
  readonly electricity: number;
  readonly comfort: number;
}

export const firstYear = 2021;
export const monthCount = 36;
/** waves `2021-07` to `2024-06`: a year before any block, half a year of starts, then at least a year and a half after */
export const months = Array.from({ length: monthCount }, (_, m) => {
  const at = 6 + m;
  return `${firstYear + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
});

/** Share of a year's heating per calendar month, January first (degree days, mean of a mild coast). */
const heatingShare = [0.172, 0.151, 0.131, 0.085, 0.045, 0.014, 0.006, 0.007, 0.022, 0.071, 0.126, 0.17];
/** How cold each of the three winters was, against normal. */
const winter = [0.98, 0.93, 0.96];

const named: Readonly<Record<number, string>> = {
  0: 'Zonnehof',
  1: 'De Warmtekring',
  2: 'Samen Rietland',
  3: 'Oude Haven',
};

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const clip = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const pick = <T>(random: RandomStream, items: readonly T[], shares: readonly number[]): T => {
  let left = random.uniform();
  for (let i = 0; i < items.length - 1; i++) {
    left -= shares[i]!;
    if (left < 0) return items[i]!;
  }
  return items[items.length - 1]!;
};

/** 60 collectives, each in a neighbourhood of its own; what they offer depends on income and age of the homes. */
export function generateCollectives(seed: number): readonly Collective[] {
  const places = generateNeighbourhoods(seed);
  const random = createRandom(seed, 'collectives');
  const chosen = random.sampleWithoutReplacement(places.length, 60);
  return [...chosen].map((at, c) => {
    const place = places[at]!;
    const own = random.stream(c);
    const income = standardise('mean_income', place.values.mean_income);
    const age = standardise('built_before_1975_pct', place.values.built_before_1975_pct);
    let mix: boolean[];
    do {
      mix = feasible(
        blocks.map((block) => {
          const drive = uptake[block];
          return own.bernoulli(logistic(drive.base + 0.5 + 0.6 * drive.income * income + 0.6 * drive.age * age));
        }),
      );
    } while (mix.filter(Boolean).length < 2 || mix.filter(Boolean).length > 4);
    return {
      id: `C${String(c + 1).padStart(2, '0')}`,
      name: named[c] ?? `Energie ${place.name}`,
      place,
      households: 40 + own.integer(111),
      offeredFrom: mix.map((offered) => (offered ? 12 + own.integer(7) : -1)),
    };
  });
}

function period(year: number): string {
  if (year < 1945) return 'before-1945';
  if (year < 1975) return '1945-1974';
  if (year < 1992) return '1975-1991';
  return year < 2006 ? '1992-2005' : 'since-2006';
}

const typeEffect: Readonly<Record<string, number>> = {
  apartment: -0.4,
  terraced: 0,
  corner: 0.08,
  'semi-detached': 0.2,
  detached: 0.4,
};
const insulationEffect: Readonly<Record<string, number>> = { poor: 0.12, partial: 0, good: -0.14 };

function drawHousehold(collective: Collective, h: number, random: RandomStream): Household {
  const { values } = collective.place;
  const wealth = 0.6 * standardise('mean_income', values.mean_income) + 0.8 * random.normal();
  const isOld = random.bernoulli(values.built_before_1975_pct / 100);
  const constructionYear = isOld ? 1975 - 1 - random.integer(70) : 1975 + random.integer(46);
  const age = clip((1975 - constructionYear) / 28, -1.7, 2.2);
  const singleFamily = random.bernoulli(values.single_family_pct / 100);
  const dwellingType = singleFamily
    ? pick(random, ['terraced', 'corner', 'semi-detached', 'detached'], [0.48, 0.2, 0.18, 0.14])
    : 'apartment';
  const tenure = random.bernoulli(
    logistic(standardise('owner_occupied_pct', values.owner_occupied_pct) * 0.9 + 0.9 * wealth + 0.2),
  )
    ? 'owner'
    : pick(random, ['social-rent', 'private-rent'], [0.72, 0.28]);
  const insulationScore = -0.8 * age + 0.25 * wealth + 0.8 * random.normal();
  const insulation = insulationScore < -0.6 ? 'poor' : insulationScore < 0.7 ? 'partial' : 'good';
  const size = clip(Math.round(values.household_size + 1.1 * random.normal()), 1, 6);
  const incomeBand = clip(Math.round(3 + 1.15 * wealth), 1, 5);
  const heating = random.bernoulli(dwellingType === 'apartment' ? 0.1 : 0.01) ? 'heat-network' : 'gas';
  const income = (incomeBand - 3) / 1.15;
  const wanted = blocks.map((block, j) => {
    const drawn = random.uniform();
    if (collective.offeredFrom[j]! < 0) return false;
    const drive = uptake[block];
    const owner = drive.owner * (tenure === 'owner' ? 0.5 : -0.5);
    return drawn < logistic(drive.base + 0.2 + drive.income * income + drive.age * age + owner);
  });
  const taken = feasible(wanted);
  const since = blocks.map((_, j) => (taken[j] ? Math.max(12, collective.offeredFrom[j]!) + random.integer(6) : -1));
  const motive = pick(
    random,
    ['costs', 'comfort', 'climate', 'neighbours'],
    [0.46 - 0.08 * wealth, 0.22, 0.2 + 0.06 * wealth, 0.12],
  );
  const barrier =
    tenure === 'owner'
      ? pick(random, ['none', 'money', 'time', 'trust'], [0.35, 0.3 - 0.05 * wealth, 0.25, 0.1])
      : pick(random, ['landlord', 'money', 'none', 'trust'], [0.5, 0.2, 0.2, 0.1]);
  const gas =
    1180 *
    Math.exp(
      0.2 * age +
        typeEffect[dwellingType]! +
        insulationEffect[insulation]! +
        0.09 * (size - 2.2) +
        0.06 * income +
        0.2 * random.normal(),
    );
  const electricity = 1500 * Math.exp(0.24 * (size - 1) + 0.05 * income + 0.25 * random.normal());
  const comfort =
    6.6 -
    0.35 * age +
    (insulation === 'good' ? 0.5 : insulation === 'poor' ? -0.5 : 0) +
    0.15 * income +
    0.7 * random.normal();
  return {
    id: `${collective.id}-H${String(h + 1).padStart(3, '0')}`,
    collective,
    dwellingType,
    constructionYear,
    constructionPeriod: period(constructionYear),
    insulation,
    tenure,
    size,
    incomeBand,
    heating,
    motive,
    barrier: random.bernoulli(0.06) ? null : barrier,
    since,
    gas,
    electricity,
    comfort,
  };
}

/** All households of all collectives, about 5,700. */
export function generateHouseholds(seed: number): readonly Household[] {
  const random = createRandom(seed, 'households');
  return generateCollectives(seed).flatMap((collective, c) =>
    Array.from({ length: collective.households }, (_, h) => drawHousehold(collective, h, random.stream(c, h))),
  );
}

/** A number of a mix, one bit per block, to reuse its true effect over months. */
const mixNumber = (household: Household, m: number): number =>
  household.since.reduce((bits, from, j) => (from >= 0 && m >= from ? bits | (1 << j) : bits), 0);
const mixFlags = (bits: number): boolean[] => blocks.map((_, j) => (bits & (1 << j)) !== 0);

const offFor = (bits: number, effect: Readonly<Partial<Record<Block, number>>>): number =>
  blocks.reduce((sum, block, j) => ((bits & (1 << j)) !== 0 ? sum + (effect[block] ?? 0) : sum), 0);

export const householdColumns = [
  'household',
  'month',
  'collective',
  'neighbourhood',
  'gas_m3',
  'electricity_kwh',
  'comfort',
  'dwelling_type',
  'construction_year',
  'construction_period',
  'insulation',
  'tenure',
  'household_size',
  'income_band',
  'heating',
  'motive',
  'barrier',
  ...blocks,
] as const;

/**
 * The panel as CSV, in pieces of one collective. A value that is not there says why: empty = not delivered, `.` =
 * suppressed at the source (meters shared by fewer than five homes), `n/a` = does not apply (gas with a heat network).
 */
export function* householdsCsv(seed: number): Generator<string> {
  yield `${householdColumns.join(',')}\n`;
  const random = createRandom(seed, 'readings');
  let lines: string[] = [];
  let present: Collective | null = null;
  let index = 0;
  for (const household of generateHouseholds(seed)) {
    if (present !== null && present !== household.collective) {
      yield lines.join('');
      lines = [];
    }
    present = household.collective;
    const own = random.stream(index++);
    const { values } = household.collective.place;
    const income = standardise('mean_income', values.mean_income);
    // Some households join late, some stop sending readings, a few meters are shared.
    const from = own.bernoulli(0.04) ? own.integer(9) : 0;
    const until = own.bernoulli(0.05) ? monthCount - own.integer(8) : monthCount;
    const sharedMeter = own.bernoulli(0.012);
    const attributes = [
      household.dwellingType,
      household.constructionYear,
      household.constructionPeriod,
      household.insulation,
      household.tenure,
      household.size,
      own.bernoulli(0.03) ? '' : household.incomeBand,
      household.heating,
      household.motive,
      household.barrier ?? '',
    ].join(',');
    const start = `${household.id},`;
    const middle = `,${household.collective.id},${household.collective.place.code},`;
    const effects = new Map<number, { gas: number; electricity: number; comfort: number }>();
    for (let m = from; m < until; m++) {
      const calendar = (6 + m) % 12;
      const year = Math.floor(m / 12);
      const bits = mixNumber(household, m);
      let effect = effects.get(bits);
      if (!effect) {
        const mix = mixFlags(bits);
        effect = {
          gas: trueEffect('gas-saving', values, mix),
          electricity: offFor(bits, electricityEffect),
          comfort: trueEffect('comfort', values, mix),
        };
        effects.set(bits, effect);
      }
      // Everybody saves after the price shock of the second year, wealthier neighbourhoods somewhat more.
      const saving = m >= 12 ? 0.05 + 0.03 * income : 0;
      const gasNoise = own.normal();
      const electricityNoise = own.normal();
      const comfortNoise = own.normal();
      const missed = own.uniform();
      let gas: string | number;
      if (household.heating === 'heat-network') gas = 'n/a';
      else if (sharedMeter) gas = '.';
      else if (missed < 0.012) gas = '';
      else {
        const share = 0.8 * heatingShare[calendar]! * winter[year]! + 0.2 / 12;
        gas = Math.round(10 * household.gas * share * Math.exp(0.1 * gasNoise - effect.gas - saving)) / 10;
      }
      const season = 1 + 0.12 * Math.cos(((calendar + 0.5) * Math.PI) / 6);
      const electricity =
        missed > 0.99
          ? ''
          : Math.round(
              (household.electricity / 12) *
                season *
                Math.exp(0.1 * electricityNoise + effect.electricity - 0.4 * saving),
            );
      // Comfort is asked every three months; in between there is nothing to report.
      const cold = heatingShare[calendar]! > 0.1 ? -0.3 : 0;
      const comfort =
        m % 3 !== 2
          ? 'n/a'
          : missed > 0.05 && missed < 0.13
            ? ''
            : Math.round(10 * clip(household.comfort + effect.comfort + cold + 0.6 * comfortNoise, 1, 10)) / 10;
      let flags = '';
      for (let j = 0; j < blocks.length; j++) flags += (bits & (1 << j)) !== 0 ? ',1' : ',0';
      lines.push(`${start}${months[m]!}${middle}${gas},${electricity},${comfort},${attributes}${flags}\n`);
    }
  }
  yield lines.join('');
}

/**
 * Per block: the true mean gas saving among the households that have it at the end (with their own other blocks), the
 * naive comparison of gas in the last year, and how many households stand behind it. Heat-network homes are left out.
 */
export function householdTruth(seed: number): Readonly<Record<string, { households: number; trueSaving: number }>> {
  const households = generateHouseholds(seed).filter((household) => household.heating === 'gas');
  return Object.fromEntries(
    blocks.map((block, j) => {
      const takers = households.filter((household) => household.since[j]! >= 0);
      const sum = takers.reduce((total, household) => {
        const mix = mixFlags(mixNumber(household, monthCount - 1));
        const without = mix.map((taken, k) => taken && k !== j);
        const { values } = household.collective.place;
        return total + trueEffect('gas-saving', values, mix) - trueEffect('gas-saving', values, without);
      }, 0);
      return [block, { households: takers.length, trueSaving: Number((sum / takers.length).toFixed(4)) }];
    }),
  );
}
