import type { StudyDesign } from '../../core/effects/draw-sample.ts';
import { firstLook, tieOrders } from '../../core/effects/study-ties.ts';
import type { CostEstimate } from '../ports.ts';

/**
 * What a study will cost on one core like that of bench/results/matching.json: from the times and peaks measured there, by the
 * shape of each algorithm. Where pairs are tied up to 200 orders are tried, and the estimate supposes that. It is right within a
 * factor of five for data like those; a slower machine takes longer. Optimal pairs off the line and two-level matching hang on how far apart the
 * groups are: the estimate is for groups a standard deviation apart in everything, and far too high where they overlap well.
 *
 * @param columns of the covariates, levels counted apart; @param treated of the units
 */
export function studyCost(units: number, columns: number, design: StudyDesign, treated: number): CostEstimate {
  const once = matchSeconds(units, design, treated);
  const seconds = restSeconds(units, columns) + once * (1 + ordersTried(units, design));
  return { seconds: oneDigit(seconds), megabytes: megabytes(units, columns) };
}

/** What all designs will cost that are tried on the same units: each is matched once, and its balance and effects are fitted. */
export function specificationsCost(
  units: number,
  columns: number,
  designs: readonly StudyDesign[],
  treated: number,
): CostEstimate {
  const each = 6e-8 * units * columns;
  const seconds = designs.reduce(
    (sum, design) => sum + matchSeconds(units, design, treated) + each,
    restSeconds(units, columns),
  );
  return { seconds: oneDigit(seconds), megabytes: megabytes(units, columns) };
}

const restSeconds = (units: number, columns: number): number => 2e-7 * units * columns + 3e-9 * units * columns ** 2;
const megabytes = (units: number, columns: number): number => oneDigit(100 + 8e-6 * units * (2 * columns + 10));

/**
 * One match, or one fit of weights. Cardinality matching is taken to be decided by its first relaxations, as it mostly is; a hard
 * search takes longer, up to its `nodes`.
 */
export function matchSeconds(units: number, design: StudyDesign, treated: number): number {
  if (design.method === 'cardinality') return 2e-4 * units;
  if (!('distance' in design) || design.method === 'subclassification') return 2e-7 * units;
  const hasCaliper = design.calipers.length > 0;
  if (isOnLine(design)) {
    if (design.method === 'nearest') return 1.2e-7 * units;
    if (design.method === 'full') return 5e-7 * units;
    return 2e-7 * units + (hasCaliper ? 5e-11 * units ** 2 : 0);
  }
  if (design.method === 'nearest') return 6e-6 * units;
  if (design.method === 'full') return 4e-9 * units ** 2;
  if (design.method === 'two-level') return 2e-7 * units ** 2;
  return 4e-7 * (units * contest(design, treated, units)) ** 2;
}

/** From 0 to 1, where as many partners are asked for as there are: then a better partner for one is a worse one for many. */
function contest({ estimand, ratio }: Extract<StudyDesign, { method: 'optimal' }>, treated: number, units: number) {
  const focal = estimand === 'ATC' ? units - treated : treated;
  const [asked, there] = [focal * ratio, units - focal];
  return Math.min(asked, there) / Math.max(asked, there, 1);
}

/** As `tieSample` draws them, with the first look where ties are not known beforehand. */
function ordersTried(units: number, design: StudyDesign): number {
  if (!('distance' in design) || design.method === 'subclassification') return 0;
  return tieOrders(design, units) + (design.method === 'nearest' && isOnLine(design) ? 0 : firstLook);
}

function isOnLine(design: Extract<StudyDesign, { calipers: unknown }>): boolean {
  const isPreferred = 'prefer' in design && design.prefer !== null;
  const isScore = design.distance.type === 'propensity-score' && design.within === null;
  return (
    isScore && design.antiExact.length === 0 && !isPreferred && design.calipers.every(({ on }) => on === 'distance')
  );
}

/** One significant digit: nobody should take it for more. */
const oneDigit = (value: number): number => Number(value.toPrecision(1));
