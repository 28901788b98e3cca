import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { experimentsCsv } from './experiments.ts';
import { generateCollectives, generateHouseholds, householdsCsv, householdTruth, months } from './households.ts';
import { generateNeighbourhoods } from './neighbourhoods.ts';
import { blocks, contextNames, contexts, electricityEffect, truth } from './truth.ts';

/** The seed of the files in this folder and of the demo panel. */
export const seed = 20260101;

/** The household panel as UTF-8 CSV in pieces; its Table Schema is households.schema.json. About 0.5 s for 224,000 rows. */
export async function* householdPanel(): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const piece of householdsCsv(seed)) yield encoder.encode(piece);
}

function neighbourhoodsCsv(): string {
  const header = ['neighbourhood', 'district', 'municipality', 'region', 'name', 'households', ...contextNames];
  const lines = generateNeighbourhoods(seed).map((place) =>
    [
      place.code,
      place.district,
      place.municipality,
      place.region,
      place.name,
      place.households,
      // Like a statistical office, no income where few households live.
      ...contextNames.map((name) => (name === 'mean_income' && place.households < 190 ? '.' : place.values[name])),
    ].join(','),
  );
  return `${[header.join(','), ...lines].join('\n')}\n`;
}

/** The first four collectives have names and goals: the demo opens with them. */
function collectivesJson(): string {
  const households = generateHouseholds(seed);
  const collectives = generateCollectives(seed).map((collective, c) => {
    const members = households.filter(
      (household) => household.collective.id === collective.id && household.heating === 'gas',
    );
    const monthlyGas = members.reduce((sum, household) => sum + household.gas, 0) / members.length / 12;
    const share = [0.8, 0.85, 0.75, 0.9][c];
    return {
      id: collective.id,
      name: collective.name,
      neighbourhood: collective.place.code,
      region: collective.place.region,
      households: collective.households,
      offers: blocks
        .map((block, j) => ({ block, from: collective.offeredFrom[j]! }))
        .filter(({ from }) => from >= 0)
        .map(({ block, from }) => ({ block, from: months[from]! })),
      goals:
        share === undefined
          ? []
          : [
              { kpi: 'gas_m3', period: 'year', baseline: '2022', by: '2025', value: Math.round(share * monthlyGas) },
              { kpi: 'comfort', period: 'year', baseline: '2022', by: '2025', value: 7.5 },
            ],
    };
  });
  return `${JSON.stringify({ demo: collectives.slice(0, 4).map(({ id }) => id), collectives }, null, 1)}\n`;
}

function truthJson(): string {
  const description = {
    seed,
    note: 'Effect of a mix S in a neighbourhood: sum over its blocks of main + byContext x z, plus the synergy when both blocks are in S, minus crowding for each block beyond the first; z = (value - centre) / scale. More is better for both KPIs.',
    blocks,
    contexts,
    kpis: truth,
    electricityEffect,
    harmful: { 'gas-saving': ['savings-challenge'], comfort: ['savings-challenge'] },
    withoutEffect: { 'gas-saving': ['solar-collective'], comfort: ['solar-collective'] },
    householdPanel: {
      note: 'Mean true gas saving among the households that have the block in the last month, given their other blocks; homes on a heat network left out.',
      blocks: householdTruth(seed),
    },
  };
  return `${JSON.stringify(description, null, 1)}\n`;
}

/** Every generated file of this folder by name. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'neighbourhoods.csv': neighbourhoodsCsv(),
    'experiments.csv': experimentsCsv(seed),
    'collectives.json': collectivesJson(),
    'truth.json': truthJson(),
  };
}

/** sha256 of each generated file and of the household panel. */
export function checksums(): Readonly<Record<string, string>> {
  const hash = (pieces: Iterable<string>) => {
    const digest = createHash('sha256');
    for (const piece of pieces) digest.update(piece);
    return digest.digest('hex');
  };
  const files = Object.entries(generatedFiles()).map(([name, text]) => [name, hash([text])]);
  return Object.fromEntries([...files, ['households.csv', hash(householdsCsv(seed))]]);
}

/** `node datasets/heat-transition/generate.ts` writes the files again; git shows whether a byte moved. */
if (import.meta.main) {
  const folder = new URL('./', import.meta.url);
  for (const [name, text] of Object.entries(generatedFiles())) await writeFile(new URL(name, folder), text);
  await writeFile(new URL('checksums.json', folder), `${JSON.stringify(checksums(), null, 1)}\n`);
}
