import catalogue from '../../datasets/heat-transition/building-blocks.json' with { type: 'json' };
import { generateExperiments } from '../../datasets/heat-transition/experiments.ts';
import { blocks, contextNames, grades, type Kpi, trueEffect } from '../../datasets/heat-transition/truth.ts';
import type { ExperimentTable } from '../../src/core/recommend/experiment-table.ts';
import type { BlockRules } from '../../src/core/recommend/feasible-mixes.ts';

/** The experiments of one KPI as generated with a seed, without the gaps of the file. */
export function heatTransitionTable(seed: number, kpi: Kpi): ExperimentTable {
  const rows = generateExperiments(seed).filter((row) => row.kpi === kpi);
  const distinct = (values: readonly string[]) => [...new Set(values)].sort();
  const sites = distinct(rows.map(({ place }) => place.code));
  const regions = distinct(rows.map(({ place }) => place.region));
  return {
    outcome: 'effect',
    ids: rows.map(({ id }) => id),
    effect: Float64Array.from(rows, ({ effect }) => effect),
    variance: Float64Array.from(rows, ({ variance }) => variance),
    blocks: [...blocks],
    mix: Uint8Array.from(rows.flatMap(({ mix }) => mix.map(Number))),
    contexts: contextNames,
    context: Float64Array.from(rows.flatMap(({ place }) => contextNames.map((name) => place.values[name]))),
    contextMissing: new Uint8Array(rows.length * contextNames.length),
    grades: [...grades],
    grade: Uint8Array.from(rows, ({ grade }) => grades.indexOf(grade)),
    sites,
    site: Uint32Array.from(rows, ({ place }) => sites.indexOf(place.code)),
    regions,
    region: Uint32Array.from(rows, ({ place }) => regions.indexOf(place.region)),
  };
}

export const heatTransitionRules: readonly BlockRules[] = catalogue.map(
  ({ id, costPerHousehold, prerequisites, excludes }) => ({ id, cost: costPerHousehold, prerequisites, excludes }),
);

/** True effects of mixes at the place of every row, n x mixes. */
export function trueEffects(table: ExperimentTable, kpi: Kpi, mixes: Uint8Array): Float64Array {
  const P = table.contexts.length;
  const J = table.blocks.length;
  const m = mixes.length / J;
  const effects = new Float64Array(table.ids.length * m);
  table.ids.forEach((_, i) => {
    const values = Object.fromEntries(contextNames.map((name, p) => [name, table.context[i * P + p]!]));
    for (let k = 0; k < m; k++) {
      const mix = Array.from(mixes.subarray(k * J, (k + 1) * J), Boolean);
      effects[i * m + k] = trueEffect(kpi, values as Parameters<typeof trueEffect>[1], mix);
    }
  });
  return effects;
}
