import type { Language } from '../messages/language.ts';
import type { AnyResult } from './analyses.ts';
import type { Released } from './release.ts';

/** A result for people: one file that asks for nothing. */
export interface Report {
  readonly html: string;
}

/** Writes reports; it takes only what passed the release gate. The room `ui` implements it. */
export interface ReportWriter {
  /** @returns null for a kind of result that has no report */
  write(result: Released<AnyResult>, language: Language): Promise<string | null>;
}
