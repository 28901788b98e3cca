import type { ResultOf } from '../../app/analyses.ts';

/** Sections of the report of a study, by the anchor at which they stand. */
export type StudySection =
  | 'answer'
  | 'protocol'
  | 'flow'
  | 'balance'
  | 'overlap'
  | 'effect'
  | 'sensitivity'
  | 'lost'
  | 'limits'
  | 'checklist'
  | 'reproduce';

export interface ChecklistItem {
  readonly item: string;
  /** where the report answers it; null: not reported */
  readonly where: StudySection | null;
}

export interface Checklist {
  readonly guideline: 'strobe' | 'target';
  readonly source: string;
  readonly answered: number;
  readonly items: number;
  readonly rows: readonly ChecklistItem[];
}

/**
 * The items of STROBE (von Elm and others 2007) and, for a study with a time zero, of TARGET (Cashin and others 2025), in the
 * numbering of the guidelines, and where the report answers each. What the protocol has no field for is not reported.
 */
export function checklistsOf({ body, settings }: ResultOf<'study'>): readonly Checklist[] {
  const { study } = body;
  const { question, baseline } = settings.protocol;
  const asked: StudySection | null = question === '' ? null : 'answer';
  const shown: StudySection | null = study.effects.matched === null ? null : 'effect';
  // Means of the outcome by group are reported as risks only.
  const outcomes: StudySection | null = study.further.ratios === null ? null : 'effect';
  const size: StudySection | null = study.further.detectable === null ? null : 'sensitivity';
  const strobe: readonly (StudySection | null)[] = [
    ...(['answer', null, asked, 'protocol'] as const),
    ...([baseline === null ? null : 'protocol', 'protocol', 'protocol', null, 'sensitivity', size] as const),
    ...(['protocol', 'protocol', 'flow', 'balance', outcomes, shown, 'sensitivity'] as const),
    // Limits are said (19), but no direction and size of the bias that they leave.
    ...(['answer', null, 'answer', 'limits', null] as const),
  ];
  const target: readonly (StudySection | null)[] = [
    ...(['answer', null, asked, null, null, 'protocol', 'protocol'] as const),
    ...(['flow', 'balance', 'lost', 'flow', outcomes, shown, 'sensitivity'] as const),
    ...(['answer', 'limits', null, 'protocol', 'reproduce', null, null] as const),
  ];
  return [
    checklist('strobe', 'doi:10.1371/journal.pmed.0040296', strobe),
    ...(baseline === null ? [] : [checklist('target', 'doi:10.1001/jama.2025.13350', target)]),
  ];
}

const checklist = (
  guideline: Checklist['guideline'],
  source: string,
  sections: readonly (StudySection | null)[],
): Checklist => ({
  ...{ guideline, source },
  answered: sections.filter((where) => where !== null).length,
  items: sections.length,
  rows: sections.map((where, at) => ({ item: String(at + 1), where })),
});
