import { createRandom } from '../../src/core/random/random-stream.ts';
import type { Context } from './truth.ts';

export interface Neighbourhood {
  /** shaped like a CBS code; municipality numbers of 9000 and up exist nowhere */
  readonly code: string;
  readonly district: string;
  readonly municipality: string;
  readonly region: string;
  readonly name: string;
  readonly households: number;
  readonly values: Readonly<Record<Context, number>>;
}

const regions = [
  'Duinrand',
  'Heuvelzoom',
  'Kanaalstreek',
  'Kleiland',
  'Lage Meren',
  'Mijnstreek',
  'Noorderveen',
  'Oude Delta',
  'Rivierland-Oost',
  'Stadsring',
  'Veenpolder',
  'Zandgronden',
];
const firstParts = [
  'Zonne',
  'Rieten',
  'Molen',
  'Linden',
  'Water',
  'Haven',
  'Kerk',
  'Wilgen',
  'Steen',
  'Berken',
  'Vogel',
  'Ooster',
];
const lastParts = [
  'hof',
  'kwartier',
  'wijk',
  'land',
  'park',
  'buurt',
  'veld',
  'gaarde',
  'kade',
  'hoek',
  'erf',
  'zicht',
];

const clip = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const round = (value: number, decimals: number) => Number(value.toFixed(decimals));

/** 200 fictitious neighbourhoods in 12 regions (one municipality each), 4 districts per municipality. */
export function generateNeighbourhoods(seed: number): readonly Neighbourhood[] {
  const random = createRandom(seed, 'neighbourhoods');
  const perRegion = [17, 17, 17, 17, 17, 17, 17, 17, 16, 16, 16, 16];
  return regions.flatMap((region, r) => {
    const shared = random.stream('region', r);
    const regional = { wealth: 0.45 * shared.normal(), age: 0.5 * shared.normal(), urban: 0.6 * shared.normal() };
    return Array.from({ length: perRegion[r]! }, (_, i): Neighbourhood => {
      const own = random.stream('neighbourhood', r, i);
      const wealth = regional.wealth + 0.9 * own.normal();
      const age = regional.age + 0.85 * own.normal();
      const urban = regional.urban + 0.8 * own.normal();
      const municipality = 9001 + r;
      const district = 1 + (i % 4);
      const owner = clip(55 + 11 * wealth - 7 * urban + 7 * own.normal(), 8, 95);
      const single = clip(58 - 17 * urban + 9 * own.normal(), 2, 99);
      const old = clip(48 + 24 * age + 4 * own.normal(), 0, 99);
      const size = clip(2.1 + 0.22 * ((single - 58) / 24) + 0.15 * own.normal(), 1.3, 3.1);
      return {
        code: `BU${municipality}${String(district).padStart(2, '0')}${String(i).padStart(2, '0')}`,
        district: `WK${municipality}${String(district).padStart(2, '0')}`,
        municipality: `GM${municipality}`,
        region,
        name: `${firstParts[(i * 5 + r) % 12]}${lastParts[(i * 7 + r * 3) % 12]}`,
        households: 150 + own.integer(1200),
        values: {
          mean_income: round(clip(31 + 4.6 * wealth + own.normal(), 19, 55), 1),
          built_before_1975_pct: round(old, 0),
          owner_occupied_pct: round(owner, 0),
          household_size: round(size, 1),
          aged_65_plus_pct: round(clip(20 + 5.5 * own.normal() - 1.5 * urban, 4, 48), 0),
          single_family_pct: round(single, 0),
          gas_before: round(
            clip(1250 + 130 * age + 90 * wealth + 110 * ((single - 58) / 24) + 90 * own.normal(), 500, 2400),
            0,
          ),
          address_density: round(clip(1800 + 800 * urban + 150 * own.normal(), 60, 5500), 0),
        },
      };
    });
  });
}
