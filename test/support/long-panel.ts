import { createRandom } from '../../src/core/random/random-stream.ts';
import { codes, type MemoryPanel, numbers } from './memory-ports.ts';

export interface LongPanelOptions {
  readonly units?: number;
  readonly seed?: number;
  /** something not measured that moves uptake and level: what a change from the baseline takes away and a level does not */
  readonly hidden?: number;
  readonly overrides?: Readonly<Record<string, MemoryPanel['columns'][string]>>;
}

/**
 * Households in five years, treated or not in 2024. The effect on `kpi` is 2 in 2024 and 3 in 2025; twice that in old homes of 2024
 * and nothing on `noise`. `saved` is 1 with chance 0.2, for the treated 0.4.
 */
export function longPanel({ units = 1200, seed = 1, hidden = 0, overrides = {} }: LongPanelOptions = {}): MemoryPanel {
  const random = createRandom(seed, 'long-panel');
  const waves = ['2021', '2022', '2023', '2024', '2025'];
  const rows = Array.from({ length: units * 5 }, (_, r) => ({ unit: Math.floor(r / 5), wave: r % 5 }));
  const people = Array.from({ length: units }, () => {
    const income = random.normal();
    const old = random.bernoulli(0.5);
    const secret = random.normal();
    const treated = random.bernoulli(1 / (1 + Math.exp(1 - income - hidden * secret)));
    return {
      income,
      old,
      treated,
      level: 10 + 2 * income + hidden * secret,
      noise: waves.map(() => random.normal()),
      kpi: waves.map(() => random.normal()),
      saved: waves.map((_, w) => random.bernoulli(treated && w >= 3 ? 0.4 : 0.2)),
    };
  });
  const effectAt = (p: (typeof people)[number], wave: number): number =>
    !p.treated ? 0 : wave === 3 ? (p.old ? 4 : 2) : wave === 4 ? 3 : 0;
  const column = (value: (p: (typeof people)[number], wave: number) => number) =>
    numbers(rows.map(({ unit, wave }) => value(people[unit]!, wave)));
  return {
    panel: 'study',
    unitKind: 'household',
    unitIds: Array.from({ length: units }, (_, u) => `H${String(u).padStart(5, '0')}`),
    waves,
    unitIndex: rows.map((r) => r.unit),
    waveIndex: rows.map((r) => r.wave),
    columns: {
      coach: column((p, wave) => (wave >= 3 && p.treated ? 1 : 0)),
      income: column((p) => p.income),
      kpi: column((p, wave) => p.level + p.kpi[wave]! + effectAt(p, wave)),
      noise: column((p, wave) => p.noise[wave]!),
      saved: column((p, wave) => (p.saved[wave] ? 1 : 0)),
      home: codes(rows.map(({ unit }) => (people[unit]!.old ? 'old' : 'new'))),
      ...overrides,
    },
  };
}
