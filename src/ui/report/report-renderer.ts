import type { AnyResult } from '../../app/analyses.ts';
import type { Released } from '../../app/release.ts';
import type { Language } from '../../messages/language.ts';
import { textsIn } from '../texts.ts';
import { qcaReport } from './qca-report.ts';
import { studyReport } from './study-report.ts';

/** The report of a result as one HTML file that asks for nothing; null for a kind that has none. */
export function renderReport(result: Released<AnyResult>, language: Language): string | null {
  const texts = textsIn(language);
  switch (result.kind) {
    case 'qca':
      return qcaReport(result, texts);
    case 'study':
      return studyReport(result, texts);
    default:
      return null;
  }
}
