import { CoreError } from '../errors.ts';
import { type NumberColumn, type PanelColumns, valueStatus } from './columns.ts';
import { refuseOtherThanZeroOne } from './refuse-other-than-zero-one.ts';

export interface RiskSetSettings {
  /** waves before the entry from which covariates are taken, >= 1 */
  readonly lags: number;
  /** the outcome is measured so many waves after the entry, >= 0 */
  readonly after: number;
  /** a control stays untreated so many waves from the entry on, >= `after` */
  readonly lookAhead: number;
}

/** A unit at a wave: a treated one at its entry, or one that may serve as its control there. */
export interface Moments {
  /** by moment, ascending in unit, then wave */
  readonly unit: Uint32Array;
  readonly wave: Uint32Array;
  readonly treated: Uint8Array;
  /** per unit: why it has no moment, or that it has one */
  readonly fate: Uint8Array;
}

/** What became of a unit. */
export const fates = { unknown: 0, fromStart: 1, outside: 2, inRiskSet: 3 } as const;

/**
 * Risk sets for a treatment that units enter at different times. A unit that enters at wave e (its first 1) has a moment there
 * where `lags` waves lie before and `after` waves after it in the panel. A unit is a possible control at the waves at which
 * somebody enters, as long as it is not yet treated: it has no 1 up to `lookAhead` waves later, and was seen untreated
 * then or afterwards. Nothing that happens later decides who is compared, except the stated look-ahead.
 *
 * Fates: `unknown` never observed; `fromStart` treated before there were `lags` waves; `outside` no moment fits into the panel;
 * `inRiskSet` at least one moment.
 *
 * @param treatment 0/1 by row of the panel; once 1, a unit counts as treated
 * @throws invalid-argument for a value that is neither 0 nor 1, or settings out of range
 * Cost: two passes over the rows, and a moment for each unit and wave of entry at most.
 * Source: Li, Propert and Rosenbaum 2001, doi:10.1198/016214501753208573; Lu 2005, doi:10.1111/j.1541-0420.2005.00356.x; the
 * look-ahead: Imai, Kim and Wang 2023, doi:10.1111/ajps.12685.
 */
export function riskSetMoments(
  panel: Pick<PanelColumns, 'unitIds' | 'waves' | 'unitIndex' | 'waveIndex' | 'rows'>,
  treatment: NumberColumn,
  settings: RiskSetSettings,
): Moments {
  const { lags, after, lookAhead } = settings;
  checkSettings(settings);
  refuseOtherThanZeroOne(treatment, panel.unitIndex, panel.unitIds);
  const units = panel.unitIds.length;
  const waves = panel.waves.length;
  const first = new Int32Array(units).fill(-1);
  const lastUntreated = new Int32Array(units).fill(-1);
  const isSeen = new Uint8Array(units);
  for (let row = 0; row < panel.rows; row++) {
    if (treatment.status[row] !== valueStatus.observed) continue;
    const value = treatment.values[row]!;
    const unit = panel.unitIndex[row]!;
    const wave = panel.waveIndex[row]!;
    isSeen[unit] = 1;
    if (value === 1 && (first[unit]! < 0 || wave < first[unit]!)) first[unit] = wave;
  }
  for (let row = 0; row < panel.rows; row++) {
    if (treatment.status[row] !== valueStatus.observed || treatment.values[row] !== 0) continue;
    const [unit, wave] = [panel.unitIndex[row]!, panel.waveIndex[row]!];
    const isBefore = first[unit]! < 0 || wave < first[unit]!;
    if (isBefore && wave > lastUntreated[unit]!) lastUntreated[unit] = wave;
  }
  const fits = (wave: number): boolean => wave >= lags && wave + after < waves;
  const isEntry = new Uint8Array(waves);
  for (let u = 0; u < units; u++) if (first[u]! >= 0 && fits(first[u]!)) isEntry[first[u]!] = 1;
  const unit: number[] = [];
  const wave: number[] = [];
  const treated: number[] = [];
  const fate = new Uint8Array(units);
  for (let u = 0; u < units; u++) {
    const entry = first[u]!;
    const before = unit.length;
    for (let w = lags; w < waves; w++) {
      if (isEntry[w] === 0) continue;
      const isOwn = w === entry;
      const isControl = w + lookAhead < waves && lastUntreated[u]! >= w + lookAhead;
      if (!isOwn && !isControl) continue;
      unit.push(u);
      wave.push(w);
      treated.push(isOwn ? 1 : 0);
    }
    if (isSeen[u] === 0) fate[u] = fates.unknown;
    else if (entry >= 0 && entry < lags && unit.length === before) fate[u] = fates.fromStart;
    else fate[u] = unit.length === before ? fates.outside : fates.inRiskSet;
  }
  return { unit: Uint32Array.from(unit), wave: Uint32Array.from(wave), treated: Uint8Array.from(treated), fate };
}

function checkSettings({ lags, after, lookAhead }: RiskSetSettings): void {
  const isWhole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
  if (isWhole(lags, 1) && isWhole(after, 0) && isWhole(lookAhead, after)) return;
  throw new CoreError(
    'invalid-argument',
    `Risk sets take at least one wave before the entry, and a look-ahead that reaches the outcome; received ${lags} lags, an outcome ${after} waves after the entry and a look-ahead of ${lookAhead}.`,
    { lags, after, lookAhead },
  );
}
