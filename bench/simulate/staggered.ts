import { riskSetMoments } from '../../src/core/panel/risk-set-moments.ts';
import type { Frame } from '../../src/core/propensity/design-matrix.ts';
import type { RandomStream } from '../../src/core/random/random-stream.ts';

/** How units come to enter, and where they belong. */
export interface Entry {
  /** whether a unit that has not entered does so at a wave, with this value of the covariate at the wave before */
  enters(unit: number, wave: number, last: number): boolean;
  readonly clusterOf: ((unit: number) => number) | null;
  /** what the outcome has of the unit’s cluster at every wave */
  levelOf(unit: number): number;
}

/** A covariate that moves drives entry. */
export const entryOfUnits = (random: RandomStream): Entry => ({
  enters: (_, __, last) => random.bernoulli(1 / (1 + Math.exp(3 - 0.7 * last))),
  clusterOf: null,
  levelOf: () => 0,
});

/** Half of the collectives of ten enter, each at its own wave; one unit in ten enters where its collective does not, or does not. */
export function entryOfCollectives(random: RandomStream, collectives: number): Entry {
  const level = Array.from({ length: collectives }, () => Math.sqrt(0.5) * random.normal());
  const entry = level.map((_, g) => (g % 2 === 0 ? 1 + random.integer(6) : null));
  const other = level.map(() => 1 + random.integer(6));
  const clusterOf = (unit: number): number => Math.floor(unit / 10);
  return {
    enters(unit, wave) {
      const own = entry[clusterOf(unit)]!;
      if (unit % 10 > 0) return wave === own;
      return own === null && wave === other[clusterOf(unit)];
    },
    clusterOf,
    levelOf: (unit) => level[clusterOf(unit)]!,
  };
}

/**
 * Units in eight waves, with a level of their own. A covariate that moves drives the outcome at every wave; rows are units at
 * waves, the outcome one wave after the entry, the effect there from the entry on.
 */
export function staggered(random: RandomStream, units: number, effect: number, entry: Entry) {
  const waves = 8;
  const rows = units * waves;
  const value = new Float64Array(rows);
  const status = new Uint8Array(rows);
  const treatment = new Float64Array(rows);
  const response = new Float64Array(rows);
  for (let u = 0; u < units; u++) {
    const own = entry.levelOf(u) + random.normal();
    let entered = false;
    for (let w = 0; w < waves; w++) {
      const row = u * waves + w;
      const last = w === 0 ? random.normal() : value[row - 1]!;
      value[row] = 0.7 * last + random.normal();
      entered ||= w > 0 && entry.enters(u, w, last);
      treatment[row] = entered ? 1 : 0;
      response[row] = own + last + 0.3 * w + effect * treatment[row]! + random.normal();
    }
  }
  const moments = riskSetMoments(
    {
      unitIndex: Uint32Array.from(value, (_, r) => Math.floor(r / waves)),
      unitIds: Array.from({ length: units }, (_, u) => `${u}`),
      waves: Array.from({ length: waves }, (_, w) => `${w}`),
      waveIndex: Uint32Array.from(value, (_, r) => r % waves),
      rows,
    },
    { type: 'number', values: treatment, status },
    { lags: 1, after: 1, lookAhead: 1 },
  );
  const { unit, wave, treated } = moments;
  const at = (values: Float64Array, shift: number) =>
    Float64Array.from(unit, (u, i) => values[u * waves + wave[i]! + shift]!);
  const number = (values: Float64Array) => ({ type: 'number' as const, values, status: new Uint8Array(unit.length) });
  const columns: Frame['columns'] = {
    a: number(at(value, -1)),
    wave: number(Float64Array.from(wave)),
    unit: number(Float64Array.from(unit)),
  };
  const { clusterOf } = entry;
  return {
    frame: { rows: unit.length, columns },
    treated,
    outcome: at(response, 1),
    cluster: clusterOf === null ? null : Int32Array.from(unit, clusterOf),
  };
}
