import { CoreError } from '../errors.ts';
import { binomialCdf } from '../stats/binomial.ts';
import { normalQuantile } from '../stats/normal-quantile.ts';
import type { AnswerState } from './recommend-mixes.ts';

/** What a model promised of a mix in a neighbourhood, and what was then found there. */
export interface PromiseOutcome {
  readonly neighbourhood: string;
  /** promised effect */
  readonly promised: number;
  /** standard deviation of the true effect around it, as the model stated it; > 0 */
  readonly standardDeviation: number;
  /** estimated effect */
  readonly realised: number;
  /** sampling variance of that estimate; > 0 */
  readonly variance: number;
}

export type BrokenPromise = 'realised-less' | 'realised-more' | 'intervals-miss';

export interface PromiseJudgement {
  readonly outcomes: number;
  readonly neighbourhoods: number;
  /** realised per promised, 1 is as promised; null where nothing but 0 was promised */
  readonly slope: number | null;
  /** 90 % interval of the slope */
  readonly lower: number | null;
  readonly upper: number | null;
  /** neighbourhoods in which the realised effect lay within the 90 % interval of what would be found */
  readonly covered: number;
  /** chance of so few or fewer, were the intervals right */
  readonly coveredByChance: number;
  /** what does not hold; empty while there are too few neighbourhoods to judge */
  readonly broken: readonly BrokenPromise[];
}

/** Fewer neighbourhoods than this with an outcome judge nobody. */
export const fewestOutcomes = 5;
const slopeLow = 0.85;
const slopeHigh = 1.15;
const level = 0.9;
const chanceLimit = 0.05;

/**
 * Promised against realised. The slope is that of realised on promised effects through the origin, weighted by
 * 1 / (variance of the promise + sampling variance); both variances are known, so its interval is normal. Outcomes of one neighbourhood share what
 * is peculiar to it: they are averaged first, their promises as one. Judged from 5 neighbourhoods on: the slope is broken when its 90 %
 * interval lies below 0.85 or above 1.15 as a whole, the intervals when so few cover that right ones would do so with
 * probability below 0.05.
 *
 * @throws invalid-argument for a number that is not finite, or a variance that is not positive
 * Cost: O(n). Source: Cox 1958, doi:10.1093/biomet/45.3-4.562, for the slope of calibration; binomial tail for the coverage.
 */
export function judgePromises(outcomes: readonly PromiseOutcome[]): PromiseJudgement {
  outcomes.forEach(requireOutcome);
  const sites = [...Map.groupBy(outcomes, ({ neighbourhood }) => neighbourhood).values()].map(averageOf);
  const reach = normalQuantile((1 + level) / 2);
  let cross = 0;
  let squares = 0;
  let covered = 0;
  for (const { promised, realised, variance } of sites) {
    cross += (promised * realised) / variance;
    squares += (promised * promised) / variance;
    if (Math.abs(realised - promised) <= reach * Math.sqrt(variance)) covered++;
  }
  const slope = squares > 0 ? cross / squares : null;
  const half = squares > 0 ? reach / Math.sqrt(squares) : 0;
  const [lower, upper] = slope === null ? [null, null] : [slope - half, slope + half];
  const coveredByChance = binomialCdf(covered, sites.length, level);
  const broken: BrokenPromise[] = [];
  if (sites.length >= fewestOutcomes) {
    if (upper !== null && upper < slopeLow) broken.push('realised-less');
    if (lower !== null && lower > slopeHigh) broken.push('realised-more');
    if (coveredByChance < chanceLimit) broken.push('intervals-miss');
  }
  return {
    outcomes: outcomes.length,
    neighbourhoods: sites.length,
    slope,
    lower,
    upper,
    covered,
    coveredByChance,
    broken,
  };
}

/** The promise of one place is one, however often it was tried; sampling errors are independent. */
function averageOf(outcomes: readonly PromiseOutcome[]) {
  const n = outcomes.length;
  const mean = (of: (outcome: PromiseOutcome) => number) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / n;
  return {
    promised: mean(({ promised }) => promised),
    realised: mean(({ realised }) => realised),
    variance: mean(({ standardDeviation }) => standardDeviation ** 2) + mean(({ variance }) => variance) / n,
  };
}

function requireOutcome({ neighbourhood, promised, standardDeviation, realised, variance }: PromiseOutcome): void {
  const isRight =
    [promised, standardDeviation, realised, variance].every(Number.isFinite) && standardDeviation > 0 && variance > 0;
  if (isRight) return;
  throw new CoreError(
    'invalid-argument',
    `The outcome in ${neighbourhood} holds a promise of ${promised} (sd ${standardDeviation}) and an effect of ${realised} (variance ${variance}); expected finite numbers and variances above 0.`,
    { neighbourhood },
  );
}

const ladder: readonly AnswerState[] = ['advice', 'cautious', 'borrow', 'abstain'];

/** An answer after so many broken promises: each takes it one step down, to `abstain` at last. */
export const lowerState = (state: AnswerState, steps: number): AnswerState =>
  ladder[Math.min(ladder.indexOf(state) + steps, ladder.length - 1)]!;
