import { type NumberColumn, type PanelColumns, valueStatus } from './columns.ts';
import { refuseOtherThanZeroOne } from './refuse-other-than-zero-one.ts';

/** Where a unit stands at the follow-up. */
export const entry = { untreated: 0, treated: 1, before: 2, during: 3, unknown: 4 } as const;

/**
 * Who was treated between baseline and follow-up. `treated`: the treatment was 1 in some wave after the baseline period
 * and not later than the first wave of the follow-up; `before`: 1 in the baseline period or earlier, so the baseline is no
 * baseline; `during`: first 1 inside the follow-up, after its first wave; `untreated`: never 1 up to the end of the
 * follow-up; `unknown`: no observed value in the follow-up and never 1 before. Waves after the follow-up do not count.
 *
 * With the same waves as baseline and follow-up (a cross-section), a unit is what the period's last value says.
 *
 * @param treatment 0/1 by row
 * @returns one code per unit
 * @throws invalid-argument where a value is neither 0 nor 1
 */
export function treatmentEntry(
  panel: PanelColumns,
  treatment: NumberColumn,
  baseline: readonly number[],
  followUp: readonly number[],
): Uint8Array {
  refuseOtherThanZeroOne(treatment, panel.unitIndex, panel.unitIds);
  const units = panel.unitIds.length;
  const lastBaseline = baseline[baseline.length - 1]!;
  const firstFollowUp = followUp[0]!;
  const lastFollowUp = followUp[followUp.length - 1]!;
  const crossSection = lastBaseline >= firstFollowUp;
  const first = new Int32Array(units).fill(-1);
  const seen = new Uint8Array(units);
  const latest = new Uint8Array(units);
  for (let row = 0; row < panel.rows; row++) {
    if (treatment.status[row] !== valueStatus.observed) continue;
    const value = treatment.values[row]!;
    const unit = panel.unitIndex[row]!;
    const wave = panel.waveIndex[row]!;
    if (value === 1 && first[unit]! < 0) first[unit] = wave;
    if (wave >= firstFollowUp && wave <= lastFollowUp) {
      seen[unit] = 1;
      latest[unit] = value;
    }
  }
  return Uint8Array.from(first, (wave, unit) => {
    if (crossSection) return seen[unit] === 0 ? entry.unknown : latest[unit]!;
    if (wave >= 0 && wave <= lastBaseline) return entry.before;
    if (wave >= 0 && wave <= firstFollowUp) return entry.treated;
    if (wave >= 0 && wave <= lastFollowUp) return entry.during;
    return seen[unit] === 1 ? entry.untreated : entry.unknown;
  });
}
