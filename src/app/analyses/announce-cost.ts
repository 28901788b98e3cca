import type { StudyDesign } from '../../core/effects/draw-sample.ts';
import { type ModelTerm, variablesOf } from '../../core/propensity/model-terms.ts';
import type { AnalysisContext } from '../ports.ts';
import { studyCost } from './study-cost.ts';
import type { StudyUnits } from './study-units.ts';

/** From two seconds on a run says what it will cost before it starts. */
export function announceCost(
  frame: StudyUnits['frame'],
  terms: readonly ModelTerm[],
  design: StudyDesign,
  { progress }: AnalysisContext,
): void {
  const columns = variablesOf(terms).reduce((count, name) => {
    const column = frame.columns[name]!;
    return count + (column.type === 'coded' ? column.levels.length : 1);
  }, 0);
  const cost = studyCost(frame.rows, columns, design);
  if (cost !== null && cost.seconds >= 2) progress(0.1, 'matching', cost);
}
