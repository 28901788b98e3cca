import { studentTQuantile } from '../stats/student-t.ts';
import type { ModelScore } from './cross-validate.ts';

/** Least share of left-out rows inside 90 % intervals, and what may come out per predicted, of a model that is served. */
export const calibrationBounds = { coverage: 0.85, slope: [0.7, 1.3] } as const;

/**
 * Whether forecasts of left-out groups are calibrated well enough for a model to be served. A number outside its bounds counts against it only where the 90 %
 * interval of its error over groups (Student's t, G - 1 degrees of freedom) lies outside as a whole: few groups must not turn down
 * a model for bad luck. Intervals that cover more than 90 % are no reason; conformal ones are made of them afterwards. A slope that does not exist (all
 * predictions equal) promises no difference, and is none either.
 *
 * @param groups number of groups that were left out
 * @returns false without intervals
 */
export function hasAcceptableCalibration(
  { intervalCoverage, coverageError, calibrationSlope, slopeError }: ModelScore,
  groups: number,
): boolean {
  if (intervalCoverage === null) return false;
  const t = groups > 1 ? studentTQuantile(0.95, groups - 1) : 0;
  if (intervalCoverage + t * (coverageError ?? 0) < calibrationBounds.coverage) return false;
  if (calibrationSlope === null) return true;
  const half = t * (slopeError ?? 0);
  const [least, most] = calibrationBounds.slope;
  return calibrationSlope + half >= least && calibrationSlope - half <= most;
}
