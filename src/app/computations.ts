import type { MatchingStudyInput, MatchingStudyOutput } from '../core/effects/run-matching-study.ts';
import type { InsightsInput, InsightsTable } from '../core/insights/stratify.ts';
import type { QcaAnalysis, QcaInput } from '../core/qca/analysis.ts';

/**
 * The core functions that run in worker threads, by name. A computation takes and gives plain data and typed arrays.
 * The room `workers` holds the matching table of functions; both must agree or the compiler objects.
 */
export interface Computations {
  insights: { input: InsightsInput; output: InsightsTable };
  qca: { input: QcaInput; output: QcaAnalysis };
  'matching-study': { input: MatchingStudyInput; output: MatchingStudyOutput };
}
