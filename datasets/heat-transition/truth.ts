/** The eight building blocks in the order of every table of this set; descriptions are in building-blocks.json. */
export const blocks = [
  'energy-coach',
  'insulation-purchase',
  'draught-proofing',
  'smart-thermostat',
  'infrared-scan',
  'solar-collective',
  'heat-pump-trial',
  'savings-challenge',
] as const;
export type Block = (typeof blocks)[number];

/** Context parameters of a neighbourhood, with the centre and scale that turn them into `z` in the truth. */
export const contexts = {
  mean_income: { centre: 31, scale: 5 },
  built_before_1975_pct: { centre: 48, scale: 25 },
  owner_occupied_pct: { centre: 55, scale: 18 },
  household_size: { centre: 2.1, scale: 0.3 },
  aged_65_plus_pct: { centre: 20, scale: 6 },
  single_family_pct: { centre: 58, scale: 24 },
  gas_before: { centre: 1250, scale: 260 },
  address_density: { centre: 1800, scale: 900 },
} as const;
export type Context = keyof typeof contexts;
export const contextNames = Object.keys(contexts) as Context[];

export const kpis = ['gas-saving', 'comfort'] as const;
export type Kpi = (typeof kpis)[number];

interface KpiTruth {
  /** effect of the block in a neighbourhood at the centre of every context */
  readonly main: Readonly<Record<Block, number>>;
  /** change of a block's effect per scale unit of a context */
  readonly byContext: Readonly<Partial<Record<Block, Readonly<Partial<Record<Context, number>>>>>>;
  /** extra effect when both blocks are in the mix */
  readonly synergy: { readonly pair: readonly [Block, Block]; readonly effect: number };
  /** loss per block beyond the first */
  readonly crowding: number;
  /** spread of the true effect between regions and between neighbourhoods, standard deviations */
  readonly regionSd: number;
  readonly siteSd: number;
  /** what a design adds to the truth: mean, slope on income, and spread */
  readonly gradeBias: Readonly<Record<Grade, { mean: number; onIncome: number; sd: number }>>;
  /** standard deviation of one household's change */
  readonly householdSd: number;
}

export const grades = ['randomised', 'matched', 'before-after'] as const;
export type Grade = (typeof grades)[number];

/**
 * The planted truth. `gas-saving` is minus the log ratio of yearly gas use (0.10 is about 10 % less gas), `comfort` is
 * points on a scale of 1 to 10; for both, more is better.
 */
export const truth: Readonly<Record<Kpi, KpiTruth>> = {
  'gas-saving': {
    main: {
      'energy-coach': 0.04,
      'insulation-purchase': 0.09,
      'draught-proofing': 0.055,
      'smart-thermostat': 0.035,
      'infrared-scan': 0.01,
      'solar-collective': 0,
      'heat-pump-trial': 0.11,
      'savings-challenge': -0.04,
    },
    byContext: {
      'energy-coach': { mean_income: -0.02, aged_65_plus_pct: 0.01 },
      'insulation-purchase': { built_before_1975_pct: 0.04, owner_occupied_pct: 0.02 },
      'draught-proofing': { built_before_1975_pct: 0.025 },
      'smart-thermostat': { household_size: 0.015 },
      'heat-pump-trial': { built_before_1975_pct: -0.055 },
      'savings-challenge': { mean_income: -0.01 },
    },
    synergy: { pair: ['insulation-purchase', 'infrared-scan'], effect: 0.07 },
    crowding: 0.005,
    regionSd: 0.01,
    siteSd: 0.012,
    gradeBias: {
      randomised: { mean: 0, onIncome: 0, sd: 0 },
      matched: { mean: 0, onIncome: 0, sd: 0.01 },
      'before-after': { mean: 0.05, onIncome: 0.03, sd: 0.02 },
    },
    householdSd: 0.16,
  },
  comfort: {
    main: {
      'energy-coach': 0.15,
      'insulation-purchase': 0.45,
      'draught-proofing': 0.35,
      'smart-thermostat': 0.05,
      'infrared-scan': 0.05,
      'solar-collective': 0,
      'heat-pump-trial': 0.2,
      'savings-challenge': -0.35,
    },
    byContext: {
      'insulation-purchase': { built_before_1975_pct: 0.15 },
      'draught-proofing': { built_before_1975_pct: 0.1, aged_65_plus_pct: 0.08 },
      'heat-pump-trial': { built_before_1975_pct: -0.25 },
    },
    synergy: { pair: ['insulation-purchase', 'infrared-scan'], effect: 0.2 },
    crowding: 0.03,
    regionSd: 0.05,
    siteSd: 0.06,
    gradeBias: {
      randomised: { mean: 0, onIncome: 0, sd: 0 },
      matched: { mean: 0, onIncome: 0, sd: 0.05 },
      'before-after': { mean: 0.1, onIncome: 0.05, sd: 0.1 },
    },
    householdSd: 1.1,
  },
};

/** Yearly electricity in log points (less is better): solar lowers what the meter shows, a heat pump raises it. */
export const electricityEffect: Readonly<Partial<Record<Block, number>>> = {
  'solar-collective': -0.3,
  'heat-pump-trial': 0.35,
  'smart-thermostat': -0.01,
  'energy-coach': -0.03,
};

/**
 * What drives uptake (log odds): of a block in a neighbourhood, and of a household where the block is on offer.
 * `income` and `age` multiply standardised income and age of the dwellings; this is the confounding.
 */
export const uptake: Readonly<Record<Block, { base: number; income: number; age: number; owner: number }>> = {
  'energy-coach': { base: -0.5, income: 0, age: 0.2, owner: 0 },
  'insulation-purchase': { base: -0.6, income: 0.7, age: 0.3, owner: 0.8 },
  'draught-proofing': { base: -0.6, income: -0.7, age: 1.1, owner: -0.3 },
  'smart-thermostat': { base: -0.8, income: 0.4, age: -0.2, owner: 0 },
  'infrared-scan': { base: -0.7, income: 0.2, age: 0.3, owner: 0.2 },
  'solar-collective': { base: -1.0, income: 0.7, age: -0.3, owner: 0.3 },
  'heat-pump-trial': { base: -1.0, income: 0.8, age: -0.7, owner: 0.3 },
  'savings-challenge': { base: -0.7, income: 0.8, age: -1.0, owner: 0 },
};

/** Where one parameter stands on the scale of the truth. */
export function standardise(context: Context, value: number): number {
  const { centre, scale } = contexts[context];
  return (value - centre) / scale;
}

/** True effect of a mix in a neighbourhood, without the spread between sites. `mix` holds a flag per block. */
export function trueEffect(kpi: Kpi, values: Readonly<Record<Context, number>>, mix: readonly boolean[]): number {
  const { main, byContext, synergy, crowding } = truth[kpi];
  let effect = 0;
  let size = 0;
  blocks.forEach((block, j) => {
    if (!mix[j]) return;
    size++;
    effect += main[block];
    for (const [context, slope] of Object.entries(byContext[block] ?? {}) as [Context, number][])
      effect += slope * standardise(context, values[context]);
  });
  if (synergy.pair.every((block) => mix[blocks.indexOf(block)])) effect += synergy.effect;
  return effect - crowding * Math.max(0, size - 1);
}

/** Closes a mix under the rules of the catalogue: a heat pump needs a coach and stands in for the thermostat. */
export function feasible(mix: readonly boolean[]): boolean[] {
  const closed = [...mix];
  const has = (block: Block) => closed[blocks.indexOf(block)] === true;
  if (has('heat-pump-trial')) {
    closed[blocks.indexOf('energy-coach')] = true;
    closed[blocks.indexOf('smart-thermostat')] = false;
  }
  return closed;
}
