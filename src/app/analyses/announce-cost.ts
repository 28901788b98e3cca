import type { StudyDesign } from '../../core/effects/draw-sample.ts';
import { type ModelTerm, variablesOf } from '../../core/propensity/model-terms.ts';
import type { AnalysisContext } from '../ports.ts';
import { studyCost } from './study-cost.ts';
import type { StudyUnits } from './study-units.ts';

/** From two seconds on a run says what it will cost before it starts. */
export function announceCost(
  { frame, treated }: Pick<StudyUnits, 'frame' | 'treated'>,
  terms: readonly ModelTerm[],
  design: StudyDesign,
  { progress }: AnalysisContext,
): void {
  const cost = studyCost(frame.rows, columnsOf(frame, terms), design, countOf(treated));
  if (cost.seconds >= 2) progress(0.1, 'matching', cost);
}

/** Units that are treated. */
export const countOf = (treated: Uint8Array): number => treated.reduce((sum, t) => sum + t, 0);

/** Columns of the covariates, levels counted apart. */
export const columnsOf = (frame: StudyUnits['frame'], terms: readonly ModelTerm[]): number =>
  variablesOf(terms).reduce((count, name) => {
    const column = frame.columns[name]!;
    return count + (column.type === 'coded' ? column.levels.length : 1);
  }, 0);
