import { createRandom } from '../../src/core/random/random-stream.ts';
import { codes, type MemoryPanel, numbers } from './memory-ports.ts';

export interface StudyPanelOptions {
  readonly units?: number;
  readonly seed?: number;
  /** true effect of the treatment on every treated unit */
  readonly effect?: number;
  readonly unitKind?: MemoryPanel['unitKind'];
  /** whole collectives are treated or not */
  readonly byCollective?: boolean;
  readonly collectives?: number;
  readonly overrides?: Readonly<Record<string, MemoryPanel['columns'][string]>>;
}

/**
 * Households in two years. Income and an old home make both treatment and outcome likely; in 2024 the treated gain
 * `effect`. Comparing the groups as they are is biased upwards by about 3.
 */
export function studyPanel(options: StudyPanelOptions = {}): MemoryPanel {
  const { units = 400, seed = 1, effect = 2, unitKind = 'household', byCollective = false, collectives = 10 } = options;
  const random = createRandom(seed, 'study-panel');
  const rows = Array.from({ length: units * 2 }, (_, r) => ({ unit: r >> 1, wave: r % 2 }));
  const people = Array.from({ length: units }, (_, u) => {
    const income = random.normal();
    const old = random.bernoulli(0.4);
    const collective = u % collectives;
    const uptake = 1 / (1 + Math.exp(1 - income - (old ? 1 : 0)));
    const treated = byCollective ? collective % 2 === 0 : random.bernoulli(uptake);
    const level = 10 + 2 * income + (old ? 3 : 0) + (byCollective ? Math.sin(collective) : 0);
    return { income, old, collective, treated, before: level + random.normal(), after: level + random.normal() };
  });
  const column = (value: (p: (typeof people)[number], wave: number) => number) =>
    numbers(rows.map(({ unit, wave }) => value(people[unit]!, wave)));
  return {
    panel: 'study',
    unitKind,
    collectiveColumn: 'collective',
    unitIds: Array.from({ length: units }, (_, u) => `H${String(u).padStart(5, '0')}`),
    waves: ['2023', '2024'],
    unitIndex: rows.map((r) => r.unit),
    waveIndex: rows.map((r) => r.wave),
    columns: {
      coach: column((p, wave) => (wave === 1 && p.treated ? 1 : 0)),
      income: column((p) => p.income),
      kpi: column((p, wave) => (wave === 0 ? p.before : p.after + (p.treated ? effect : 0))),
      home: codes(rows.map(({ unit }) => (people[unit]!.old ? 'old' : 'new'))),
      collective: codes(rows.map(({ unit }) => `C${String(people[unit]!.collective).padStart(2, '0')}`)),
      ...options.overrides,
    },
  };
}
