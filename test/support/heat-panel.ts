import { seed } from '../../datasets/heat-transition/generate.ts';
import { householdsCsv } from '../../datasets/heat-transition/households.ts';
import { codes, type MemoryPanel, numbers } from './memory-ports.ts';

/** Some columns of the household panel of the demo, straight from its generator; empty, `.` and `n/a` are absent. */
export function heatPanel(numeric: readonly string[], coded: readonly string[]): MemoryPanel {
  const [header, ...lines] = [...householdsCsv(seed)].join('').trimEnd().split('\n') as [string, ...string[]];
  const names = header.split(',');
  const cells = lines.map((line) => line.split(','));
  const column = (name: string): readonly string[] => {
    const at = names.indexOf(name);
    return cells.map((row) => row[at]!);
  };
  const isGap = (cell: string): boolean => cell === '' || cell === '.' || cell === 'n/a';
  const units = column('household');
  const waves = column('month');
  const unitIds = [...new Set(units)].sort();
  const waveLabels = [...new Set(waves)].sort();
  const order = [...cells.keys()].sort((a, b) =>
    units[a]! < units[b]! ? -1 : units[a]! > units[b]! ? 1 : waves[a]! < waves[b]! ? -1 : 1,
  );
  const sorted = (name: string): readonly string[] => {
    const values = column(name);
    return order.map((row) => values[row]!);
  };
  const place = new Map(unitIds.map((unit, u) => [unit, u]));
  return {
    panel: 'heat',
    unitKind: 'household',
    collectiveColumn: 'collective',
    unitIds,
    waves: waveLabels,
    unitIndex: sorted('household').map((unit) => place.get(unit)!),
    waveIndex: sorted('month').map((wave) => waveLabels.indexOf(wave)),
    columns: Object.fromEntries([
      ...numeric.map((name) => [name, numbers(sorted(name).map((cell) => (isGap(cell) ? null : Number(cell))))]),
      ...['collective', ...coded].map((name) => [name, codes(sorted(name).map((cell) => (isGap(cell) ? null : cell)))]),
    ]),
  };
}
