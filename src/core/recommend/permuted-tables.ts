import type { RandomStream } from '../random/random-stream.ts';
import { type ExperimentTable, placeOf } from './experiment-table.ts';

/**
 * The table with its mixes dealt out over the experiments at random: what blocks then seem to do is chance.
 */
export function permuteMixes(table: ExperimentTable, random: RandomStream): ExperimentTable {
  const J = table.blocks.length;
  const mix = new Uint8Array(table.mix.length);
  const dose = table.dose ? new Float64Array(table.mix.length) : null;
  random.permutation(table.ids.length).forEach((from, to) => {
    mix.set(table.mix.subarray(from * J, (from + 1) * J), to * J);
    dose?.set(table.dose!.subarray(from * J, (from + 1) * J), to * J);
  });
  return { ...table, mix, ...(dose ? { dose } : {}) };
}

/** The table with its outcomes, each with its variance, dealt out over the experiments at random. */
export function permuteOutcomes(table: ExperimentTable, random: RandomStream): ExperimentTable {
  const order = random.permutation(table.ids.length);
  return {
    ...table,
    effect: Float64Array.from(order, (from) => table.effect[from]!),
    variance: table.variance === null ? null : Float64Array.from(order, (from) => table.variance![from]!),
  };
}

/**
 * The table with the contexts of whole sites dealt out, so that experiments of one site still agree, and sites that lie in one group
 * still get the contexts of one group: groups swap, and sites within them. What groups have in common besides contexts then lines up with contexts
 * no less than it does by chance in the table itself.
 *
 * @param group n indices of what is left out together: sites, or regions of whole sites
 */
export function permuteContexts(table: ExperimentTable, group: Uint32Array, random: RandomStream): ExperimentTable {
  const P = table.contexts.length;
  const firstRow = new Map<number, number>();
  table.site.forEach((site, i) => {
    if (!firstRow.has(site)) firstRow.set(site, i);
  });
  const sites = [...firstRow.keys()].sort((a, b) => a - b);
  const members = [...Map.groupBy(sites, (site) => group[firstRow.get(site)!]!).values()];
  const shuffled = <T>(values: readonly T[]): readonly T[] =>
    Array.from(random.permutation(values.length), (at) => values[at]!);
  const givers = shuffled(members);
  const taken = new Map<number, number>();
  members.forEach((takers, g) => {
    const from = shuffled(givers[g]!);
    takers.forEach((site, s) => {
      taken.set(site, firstRow.get(from[s % from.length]!)!);
    });
  });
  const context = new Float64Array(table.context.length);
  const contextMissing = new Uint8Array(table.contextMissing.length);
  table.site.forEach((site, i) => {
    const place = placeOf(table, taken.get(site)!);
    context.set(place.context, i * P);
    contextMissing.set(place.missing, i * P);
  });
  return { ...table, context, contextMissing };
}
