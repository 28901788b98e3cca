import type { Language } from './language.ts';
import { translate } from './translate.ts';

/** How an anchor of a calibration is called. @param anchor its code: `crossover`, `first-inclusion`, `threshold-2` */
export function anchorInWords(language: Language, anchor: string): string {
  const threshold = /^threshold-(\d+)$/.exec(anchor);
  return threshold
    ? translate(language, 'qca.anchor.threshold', { number: Number(threshold[1]) })
    : translate(language, `qca.anchor.${anchor}`);
}
