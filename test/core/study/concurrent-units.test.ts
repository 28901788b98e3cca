import { expect, it } from 'vitest';
import type { PanelColumns } from '../../../src/core/panel/columns.ts';
import { concurrentUnits } from '../../../src/core/study/concurrent-units.ts';

/** Four units in three waves; a dot is a wave without the outcome. Who is measured beside A, the only treated unit, in the last two? */
const measured = ['12.', '.2.', '1.3', '12.'];
const rows = measured.flatMap((waves, unit) => [...waves].map((text, wave) => ({ unit, wave, isKnown: text !== '.' })));
const outcome = {
  type: 'number' as const,
  values: new Float64Array(rows.length),
  status: Uint8Array.from(rows, ({ isKnown }) => (isKnown ? 0 : 1)),
};
const panel: PanelColumns = {
  ...{ panel: 'street', revision: 1, digest: '' },
  rows: rows.length,
  unitIds: ['A', 'B', 'C', 'D'],
  waves: ['1', '2', '3'],
  unitIndex: Uint32Array.from(rows, ({ unit }) => unit),
  waveIndex: Uint32Array.from(rows, ({ wave }) => wave),
  columns: { outcome },
};

it('finds who was measured in a wave in which the treated were, within the follow-up', () => {
  const beside = (treated: readonly number[]) => [...concurrentUnits(panel, outcome, [1, 2], Uint8Array.from(treated))];
  expect(beside([1, 0, 0, 0])).toEqual([1, 1, 0, 1]);
  expect(beside([0, 0, 1, 0])).toEqual([0, 0, 1, 0]);
  expect(beside([0, 0, 0, 0])).toEqual([0, 0, 0, 0]);
});
