import { createRandom } from '../../src/core/random/random-stream.ts';
import { codes, type MemoryPanel, numbers } from './memory-ports.ts';

export interface StaggeredPanelOptions {
  readonly units?: number;
  readonly seed?: number;
  /** true effect, from the wave of entry on */
  readonly effect?: number;
  /** whole collectives enter at one wave */
  readonly byCollective?: boolean;
  readonly collectives?: number;
  readonly unitKind?: MemoryPanel['unitKind'];
}

/**
 * Households in eight half-years that enter a treatment at different waves, or never. `gas` moves over time; whoever had a high
 * value at the last wave is likelier to enter, and the outcome follows it: confounding that changes with time.
 */
export function staggeredPanel(options: StaggeredPanelOptions = {}): MemoryPanel {
  const { units = 300, seed = 1, effect = 2, byCollective = false, collectives = 10, unitKind = 'household' } = options;
  const random = createRandom(seed, 'staggered-panel');
  const waves = Array.from({ length: 8 }, (_, w) => `${2020 + (w >> 1)}-${w % 2 === 0 ? 'H1' : 'H2'}`);
  const entryOf = Array.from({ length: collectives }, (_, c) => (c % 2 === 0 ? 2 + random.integer(5) : 99));
  const people = Array.from({ length: units }, (_, u) => {
    const collective = u % collectives;
    const old = random.bernoulli(0.4);
    const gas: number[] = [];
    let entry = byCollective ? entryOf[collective]! : 99;
    for (let w = 0; w < waves.length; w++) {
      const last = w === 0 ? 0 : gas[w - 1]!;
      gas.push((w === 0 ? 1.5 : 0.7 * last) + random.normal());
      const hazard = 1 / (1 + Math.exp(3.2 - 0.9 * last - (old ? 0.5 : 0)));
      if (!byCollective && entry === 99 && w > 0 && random.bernoulli(hazard)) entry = w;
    }
    const kpi = gas.map((g, w) => 20 + 1.5 * (w === 0 ? g : gas[w - 1]!) + (old ? 1 : 0) + 0.2 * w + random.normal());
    return { collective, old, gas, entry, kpi: kpi.map((value, w) => value + (w >= entry ? effect : 0)) };
  });
  const rows = people.flatMap((_, unit) => waves.map((__, wave) => ({ unit, wave })));
  const column = (value: (p: (typeof people)[number], wave: number) => number) =>
    numbers(rows.map(({ unit, wave }) => value(people[unit]!, wave)));
  return {
    panel: 'staggered',
    unitKind,
    collectiveColumn: 'collective',
    unitIds: people.map((_, u) => `H${String(u).padStart(5, '0')}`),
    waves,
    unitIndex: rows.map((r) => r.unit),
    waveIndex: rows.map((r) => r.wave),
    columns: {
      coach: column((p, wave) => (wave >= p.entry ? 1 : 0)),
      gas: column((p, wave) => p.gas[wave]!),
      kpi: column((p, wave) => p.kpi[wave]!),
      home: codes(rows.map(({ unit }) => (people[unit]!.old ? 'old' : 'new'))),
      collective: codes(rows.map(({ unit }) => `C${String(people[unit]!.collective).padStart(2, '0')}`)),
    },
  };
}
