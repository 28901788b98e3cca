import { takeRows } from '../../src/core/panel/unit-periods.ts';
import type { MemoryPanel } from './memory-ports.ts';

/**
 * A panel of other waves, each unit measured at every one: `from` names the waves in their order, and for each the place of the
 * wave of `panel`, in which every unit is measured at every wave too, whose values it takes.
 */
export function otherWaves(panel: MemoryPanel, from: readonly (readonly [wave: string, place: number])[]): MemoryPanel {
  const cells = panel.unitIds.flatMap((_, unit) => from.map(([, place], wave) => ({ unit, wave, place })));
  const rows = cells.map(({ unit, place }) => unit * panel.waves.length + place);
  return {
    ...panel,
    waves: from.map(([wave]) => wave),
    unitIndex: cells.map(({ unit }) => unit),
    waveIndex: cells.map(({ wave }) => wave),
    columns: Object.fromEntries(Object.entries(panel.columns).map(([name, column]) => [name, takeRows(column, rows)])),
  };
}
