import type { Texts } from '../texts.ts';

/** Effects on this KPI are minus a log ratio; people read a share. */
const logRatios: ReadonlySet<string> = new Set(['gas-saving']);

/** A value in the unit people read: of a log ratio the share saved, 1 − exp(−value); everything else as it is. */
export const shownGain = (kpi: string, value: number): number => (logRatios.has(kpi) ? 1 - Math.exp(-value) : value);

/** A shown gain as text: 16% or +0.45. */
export function gainText({ percent, number }: Texts, kpi: string, shown: number): string {
  if (logRatios.has(kpi)) return percent(shown);
  return shown > 0 ? `+${number(shown, 2)}` : number(shown, 2);
}

/** A gain with what it is of: "16% less gas", "+0.45 points". */
export function gainInWords(texts: Texts, kpi: string, value: number): string {
  const text = gainText(texts, kpi, shownGain(kpi, value));
  return texts.t(logRatios.has(kpi) ? 'page.warm.gain.share' : 'page.warm.gain.points', { value: text });
}

export const gainRange = (texts: Texts, kpi: string, lower: number, upper: number): string =>
  texts.t('page.range', {
    lower: gainText(texts, kpi, shownGain(kpi, lower)),
    upper: gainText(texts, kpi, shownGain(kpi, upper)),
  });
