import { createRandom } from '../../src/core/random/random-stream.ts';
import { codes, type MemoryPanel, numbers } from './memory-ports.ts';

export interface GatePanel {
  readonly panel: MemoryPanel;
  /** numbers that one household alone holds, with every digit */
  readonly canaries: ReadonlySet<number>;
  /** values of the few who differ, by variable, as the distance from what all others hold */
  readonly rare: Readonly<Record<string, readonly number[]>>;
  /** names of levels that fewer than ten households hold */
  readonly rareLevels: readonly string[];
}

const waves = ['2022', '2023', '2024'] as const;

/**
 * Households in three years, with everything a gate may miss: variables that few hold or lack, a level of few, a treatment that
 * few entered early, collectives of all sizes, values that are missing here and there, memberships that few have in part.
 */
export function gatePanel(seed: number): GatePanel {
  const random = createRandom(seed, 'gate-panel');
  const units = seed % 5 === 0 ? 8 : 45 + random.integer(140);
  const few = () => 1 + random.integer(9);
  const fewUnits = () => new Set(random.sampleWithoutReplacement(units, Math.min(few(), units)));
  const chosen = { debt: fewUnits(), solar: fewUnits(), unusual: fewUnits(), castle: fewUnits(), early: fewUnits() };
  const canary = () => Math.round(1e6 * (100 + 900 * random.uniform())) / 1e6;
  const people = Array.from({ length: units }, (_, u) => ({
    gas: canary(),
    solar: canary(),
    unusual: canary(),
    level: random.normal(),
    member: random.bernoulli(0.45),
    other: random.bernoulli(0.5),
    start: chosen.early.has(u) ? 0 : random.bernoulli(0.4) ? 1 : random.bernoulli(0.3) ? 2 : 99,
    partial: random.bernoulli(0.08) ? random.uniform() : null,
    town: Math.min(4, Math.trunc(7 * random.uniform() ** 2)),
    kind: chosen.castle.has(u) ? 'castle' : random.bernoulli(0.5) ? 'flat' : 'house',
  }));
  const rows = people.flatMap((_, unit) => waves.map((__, wave) => ({ unit, wave })));
  const missing = new Set(random.sampleWithoutReplacement(rows.length, seed % 3 === 0 ? 0 : random.integer(14)));
  const column = (value: (person: (typeof people)[number], wave: number, unit: number) => number | null) =>
    numbers(rows.map(({ unit, wave }) => value(people[unit]!, wave, unit)));
  const kpi = rows.map(({ unit, wave }, r) => {
    const p = people[unit]!;
    const value = 300 + 20 * p.level + 3 * wave + (wave >= p.start ? 5 : 0) + 4 * random.normal();
    return missing.has(r) ? null : value;
  });
  const panel: MemoryPanel = {
    panel: 'gate',
    unitKind: seed % 2 === 0 ? 'household' : 'other',
    collectiveColumn: 'town',
    unitIds: people.map((_, u) => `household-${String(u).padStart(4, '0')}`),
    waves,
    unitIndex: rows.map(({ unit }) => unit),
    waveIndex: rows.map(({ wave }) => wave),
    columns: {
      kpi: numbers(kpi),
      gas: column((p) => p.gas),
      debt: column((_, wave, u) => (chosen.debt.has(u) && (wave > 0 || u % 2 === 0) ? 1 : 0)),
      solar: column((p, _, u) => (chosen.solar.has(u) ? p.solar : 0)),
      usual: column((p, _, u) => (chosen.unusual.has(u) ? p.unusual : 5)),
      member: column((p) => (p.member ? 1 : 0)),
      other: column((p) => (p.other ? 1 : 0)),
      coach: column((p, wave) => (wave >= p.start ? 1 : 0)),
      degree: column((p) => p.partial ?? (p.member ? 1 : 0)),
      town: codes(rows.map(({ unit }) => `town-${people[unit]!.town}`)),
      kind: codes(rows.map(({ unit }) => people[unit]!.kind)),
    },
  };
  const holders = (set: ReadonlySet<number>) => [...set].map((u) => people[u]!);
  const sizes = Map.groupBy(people, (p) => p.town);
  return {
    panel,
    canaries: new Set([
      ...kpi.filter((value) => value !== null),
      ...people.map((p) => p.gas),
      ...holders(chosen.solar).map((p) => p.solar),
      ...holders(chosen.unusual).map((p) => p.unusual),
      ...people.flatMap((p) => p.partial ?? []),
    ]),
    rare: {
      debt: [...chosen.debt].map(() => 1),
      solar: holders(chosen.solar).map((p) => p.solar),
      usual: holders(chosen.unusual).map((p) => p.unusual - 5),
    },
    rareLevels: ['castle', ...[...sizes].filter(([, list]) => list.length < 10).map(([town]) => `town-${town}`)],
  };
}
