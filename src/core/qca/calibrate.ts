import { CoreError } from '../errors.ts';
import { findThresholds } from './find-thresholds.ts';
import { calibrateIndirectly } from './indirect-calibration.ts';

export type Calibration =
  | { readonly method: 'crisp' | 'indirect'; readonly thresholds: readonly number[] }
  | { readonly method: 'find-thresholds'; readonly count: number }
  | {
      readonly method: 'logistic';
      readonly exclusion: number;
      readonly crossover: number;
      readonly inclusion: number;
      readonly inclusionDegree: number;
    }
  | {
      readonly method: 's-shape';
      readonly exclusion: number;
      readonly crossover: number;
      readonly inclusion: number;
      readonly below: number;
      readonly above: number;
    }
  | {
      readonly method: 'bell' | 'inverse-bell';
      readonly first: Anchors;
      readonly second: Anchors;
      readonly below: number;
      readonly above: number;
    }
  | { readonly method: 'ecdf'; readonly exclusion: number; readonly crossover: number; readonly inclusion: number }
  | { readonly method: 'totally-fuzzy-relative'; readonly lowest: number };

/** Full non-membership, the point of maximum ambiguity, full membership; descending anchors calibrate downwards. */
export interface Anchors {
  readonly exclusion: number;
  readonly crossover: number;
  readonly inclusion: number;
}

function checkAnchors({ exclusion, crossover, inclusion }: Anchors): void {
  const ordered = (exclusion < crossover && crossover < inclusion) || (exclusion > crossover && crossover > inclusion);
  if (ordered) return;
  throw new CoreError(
    'invalid-argument',
    `The anchors ${exclusion} (exclusion), ${crossover} (crossover), ${inclusion} (inclusion) do not stand in one direction; give three different values in order.`,
    { exclusion, crossover, inclusion },
  );
}

function checkPositive(name: string, value: number): void {
  if (value > 0) return;
  throw new CoreError('invalid-argument', `${name} is ${value}; expected a number above 0.`, { [name]: value });
}

function checkThresholds(thresholds: readonly number[]): void {
  if (thresholds.length > 0 && thresholds.every((t, at) => at === 0 || t > thresholds[at - 1]!)) return;
  throw new CoreError(
    'invalid-argument',
    `The thresholds ${thresholds.join(', ') || '(none)'} must be one or more numbers in ascending order.`,
    { thresholds },
  );
}

/** The rule with what it leaves to the scores decided: thresholds that were to be found become numbers. */
export const decide = (scores: Float64Array, calibration: Calibration): Calibration =>
  calibration.method === 'find-thresholds'
    ? { method: 'crisp', thresholds: findThresholds(scores, calibration.count) }
    : calibration;

/**
 * Raw scores to set memberships.
 *
 * - crisp: number of thresholds <= x (one threshold: 0 or 1; several: a multi-value score).
 * - find-thresholds: crisp, with the thresholds that `findThresholds` suggests.
 * - indirect: see `calibrateIndirectly`.
 * - logistic (Ragin's direct method): 1 / (1 + exp(-(x-c) ln(d/(1-d)) / (a-c))), a the anchor on x's side of c, d the
 *   membership at the inclusion anchor (commonly 0.95).
 * - s-shape: 0 at exclusion e and beyond, ((e-x)/(e-c))^below / 2 up to the crossover c, 1 - ((i-x)/(i-c))^above / 2 up to i, then 1.
 * - bell: one s-shape up to its inclusion anchor, then a second one down; inverse-bell: down first, then up.
 * - ecdf: the s-shape's two halves with the distribution function of the scores inside the anchors instead of distance.
 * - totally fuzzy and relative: max(0, (F(x) - F(lowest)) / (1 - F(lowest))).
 *
 * @param scores n finite numbers
 * @returns n memberships in [0, 1], or counts for crisp
 * @throws invalid-argument for anchors out of order, thresholds not ascending, a power or degree out of range; non-finite for a score that is no number
 * Cost: O(n), O(n log n) for the two that rank. Source: Ragin 2008; Thiem 2014, doi:10.1177/0081175013512101; Cheli, Lemmi 1995.
 */
export function calibrate(scores: Float64Array, calibration: Calibration): Float64Array {
  const bad = scores.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0)
    throw new CoreError('non-finite', `Score ${bad + 1} is ${scores[bad]}; leave the case out or fill the cell.`, {
      index: bad,
    });
  switch (calibration.method) {
    case 'crisp':
      checkThresholds(calibration.thresholds);
      return scores.map((x) => calibration.thresholds.filter((t) => t <= x).length);
    case 'find-thresholds':
      return calibrate(scores, decide(scores, calibration));
    case 'indirect':
      checkThresholds(calibration.thresholds);
      return calibrateIndirectly(scores, calibration.thresholds);
    case 'logistic': {
      checkAnchors(calibration);
      const { exclusion, crossover, inclusion, inclusionDegree: d } = calibration;
      if (!(d > 0.5 && d < 1))
        throw new CoreError('invalid-argument', `inclusionDegree is ${d}; expected a number between 0.5 and 1.`, {
          inclusionDegree: d,
        });
      const odds = Math.log(d / (1 - d));
      const direction = Math.sign(inclusion - crossover);
      return scores.map((x) => {
        const anchor = (x - crossover) * direction >= 0 ? inclusion : exclusion;
        return 1 / (1 + Math.exp((-direction * (x - crossover) * odds) / Math.abs(anchor - crossover)));
      });
    }
    case 's-shape': {
      const curve = sShape(calibration, calibration.below, calibration.above);
      return scores.map(curve);
    }
    case 'bell':
    case 'inverse-bell': {
      const { first, second, below, above } = calibration;
      const up = sShape(first, below, above);
      const down = sShape(second, below, above);
      const turn = calibration.method === 'bell' ? first.inclusion : first.exclusion;
      return scores.map((x) => (x <= turn ? up(x) : down(x)));
    }
    case 'ecdf':
      return calibrateByRank(scores, calibration);
    case 'totally-fuzzy-relative': {
      const share = distribution(scores);
      const base = share(calibration.lowest);
      if (base >= 1)
        throw new CoreError('no-variation', `Every score is ${calibration.lowest} or lower; nothing to rank.`, {
          lowest: calibration.lowest,
        });
      return scores.map((x) => Math.max(0, (share(x) - base) / (1 - base)));
    }
  }
}

/** One rising or falling s-curve; `below` and `above` are the powers on the two sides of the crossover. */
function sShape(anchors: Anchors, below: number, above: number): (x: number) => number {
  checkAnchors(anchors);
  checkPositive('below', below);
  checkPositive('above', above);
  const direction = Math.sign(anchors.inclusion - anchors.exclusion);
  const e = direction * anchors.exclusion;
  const c = direction * anchors.crossover;
  const i = direction * anchors.inclusion;
  return (score) => {
    const x = direction * score;
    if (x <= e) return 0;
    if (x <= c) return 0.5 * ((e - x) / (e - c)) ** below;
    if (x <= i) return 1 - 0.5 * ((i - x) / (i - c)) ** above;
    return 1;
  };
}

function calibrateByRank(scores: Float64Array, anchors: Anchors): Float64Array {
  checkAnchors(anchors);
  const direction = Math.sign(anchors.inclusion - anchors.exclusion);
  const e = direction * anchors.exclusion;
  const c = direction * anchors.crossover;
  const i = direction * anchors.inclusion;
  const turned = scores.map((x) => direction * x);
  const share = distribution(turned.filter((x) => x >= e && x <= i));
  const middle = share(c);
  return turned.map((x) => {
    if (x <= e) return 0;
    if (x > i) return 1;
    return x <= c ? (0.5 * share(x)) / middle : 1 - (0.5 * (1 - share(x))) / (1 - middle);
  });
}

/** Share of the values at or below x. */
function distribution(values: Float64Array): (x: number) => number {
  const sorted = values.slice().sort();
  return (x) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! <= x) low = middle + 1;
      else high = middle;
    }
    return sorted.length === 0 ? 0 : low / sorted.length;
  };
}
