import { type Column, type PanelColumns, valueStatus } from '../panel/columns.ts';

/**
 * Who was measured beside the treated: units with an observed value in a wave in which a treated unit has one.
 *
 * @param column    of the panel, the outcome
 * @param waves     wave numbers of the follow-up
 * @param isTreated of each unit of the panel, 1 for the treated of the study
 * @returns of each unit of the panel, 1 or 0
 * Cost: two passes over the rows.
 */
export function concurrentUnits(
  panel: PanelColumns,
  column: Column,
  waves: readonly number[],
  isTreated: Uint8Array,
): Uint8Array {
  const ofTreated = new Uint8Array(panel.waves.length);
  const measured = (use: (unit: number, wave: number) => void): void => {
    for (let row = 0; row < panel.rows; row++) {
      if (column.status[row] === valueStatus.observed) use(panel.unitIndex[row]!, panel.waveIndex[row]!);
    }
  };
  const isInside = new Uint8Array(panel.waves.length);
  for (const wave of waves) isInside[wave] = 1;
  measured((unit, wave) => {
    if (isTreated[unit] === 1 && isInside[wave] === 1) ofTreated[wave] = 1;
  });
  const found = new Uint8Array(panel.unitIds.length);
  measured((unit, wave) => {
    if (ofTreated[wave] === 1) found[unit] = 1;
  });
  return found;
}
