import type { Language } from './language.ts';
import { translate } from './translate.ts';

/** How an anchor of a calibration is called. @param anchor its code: `crossover`, `first-inclusion`, `threshold-2` */
export function anchorInWords(language: Language, anchor: string): string {
  const threshold = /^threshold-(\d+)$/.exec(anchor);
  return threshold
    ? translate(language, 'qca.anchor.threshold', { number: Number(threshold[1]) })
    : translate(language, `qca.anchor.${anchor}`);
}

/** Between which values an anchor may move with the same models. */
export function anchorIntervalInWords(
  language: Language,
  { set, anchor, from, to }: { set: string; anchor: string; from: number | null; to: number | null },
): string {
  const name = { set, anchor: anchorInWords(language, anchor) };
  const short = (value: number) => String(Number(value.toPrecision(6)));
  if (from !== null && to !== null)
    return translate(language, 'qca.anchor-range.both', { ...name, from: short(from), to: short(to) });
  if (from !== null) return translate(language, 'qca.anchor-range.above', { ...name, from: short(from) });
  return to === null
    ? translate(language, 'qca.anchor-range.any', name)
    : translate(language, 'qca.anchor-range.below', { ...name, to: short(to) });
}

/** Between which values a cutoff may move with the same models. */
export function cutoffIntervalInWords(
  language: Language,
  { cutoff, from, to }: { cutoff: string; from: number | null; to: number },
): string {
  return translate(
    language,
    `qca.interval.${cutoff}`,
    cutoff === 'frequency'
      ? { from: String((from ?? 0) + 1), to: String(to) }
      : { from: (from ?? 0).toFixed(3), to: to.toFixed(3) },
  );
}
