import { codes, type MemoryPanel, numbers } from './memory-ports.ts';

/** 40 households, two waves: 25 in flats, 12 in terraces, 3 in farms; two collectives. */
export function householdPanel(): MemoryPanel {
  const units = 40;
  const types = Array.from({ length: units }, (_, h) => (h < 25 ? 'flat' : h < 37 ? 'terrace' : 'farm'));
  const rows = Array.from({ length: units * 2 }, (_, r) => ({ unit: r >> 1, wave: r % 2 }));
  return {
    panel: 'street',
    unitKind: 'household',
    collectiveColumn: 'collective',
    unitIds: Array.from({ length: units }, (_, h) => `H${String(h).padStart(2, '0')}`),
    waves: ['2023', '2024'],
    unitIndex: rows.map((r) => r.unit),
    waveIndex: rows.map((r) => r.wave),
    columns: {
      gas: numbers(rows.map((r) => 1000 + 10 * r.unit - 100 * r.wave)),
      dwelling: codes(rows.map((r) => types[r.unit]!)),
      collective: codes(rows.map((r) => (r.unit % 2 === 0 ? 'north' : 'south'))),
    },
  };
}
