import { createRandom, type RandomStream } from '../../../src/core/random/random-stream.ts';
import type { Collectives, Method, Mode, Scenario } from './scenario.ts';

/** Standard errors that a planted bias is at least, by the formula of `plainError`; of a weak one at most. */
export const plantedBias = { least: 2, most: 7, weak: 0.5 };

const between = (random: RandomStream, from: number, to: number): number => from + (to - from) * random.uniform();
const whole = (random: RandomStream, from: number, to: number): number => from + random.integer(to - from + 1);
const oneOf = <T>(random: RandomStream, of: readonly T[]): T => of[random.integer(of.length)]!;

/** One design of a mode. Design d of a mode has its own stream, so that designs can be added without moving others. */
export function drawScenario(mode: Mode, number: number, seed: number): Scenario {
  const random = createRandom(seed, 'verdict', mode, number).stream('design');
  return { ...failures[mode](random, soundScenario(random, mode, number)), mode, number };
}

const methods: readonly Method[] = [
  'nearest',
  'nearest',
  'nearest-two',
  'nearest-again',
  'weights',
  'entropy-balancing',
];

function soundScenario(random: RandomStream, mode: Mode, number: number): Scenario {
  const units = whole(random, 300, 800);
  const treatedShare = between(random, 0.18, 0.32);
  const outcomeIs = oneOf(random, ['level', 'level', 'change'] as const);
  return {
    mode,
    number,
    isTraced: false,
    units,
    treatedShare,
    covariates: whole(random, 3, 6),
    selection: between(random, 0.2, 0.7),
    fit: between(random, 0.2, 1),
    stable: between(random, 0.4, 0.8),
    effect: oneOf(random, [0, between(random, 0.1, 0.6)]),
    heterogeneity: oneOf(random, [0, 0, between(random, 0, 0.5)]),
    method: oneOf(random, methods),
    hasBaseline: outcomeIs === 'level' && random.bernoulli(0.6),
    outcomeIs,
    hasPreperiod: true,
    collectives: random.bernoulli(0.4) ? soundCollectives(random, units) : null,
    hidden: null,
    pullOfBaseline: 0,
    trend: null,
    spillover: 0,
    dropOut: equalDropOut(between(random, 0, 0.12)),
    bend: 0,
    season: { otherMonths: 0, isBeforeAfter: false, shift: 0 },
    fishing: null,
  };
}

const equalDropOut = (share: number): Scenario['dropOut'] => ({
  treated: { share, who: 0 },
  control: { share, who: 0 },
});

/** Households of collectives that decide for themselves, or at least twelve whole collectives on a side. */
function soundCollectives(random: RandomStream, units: number): Collectives {
  const common = { odd: 1, mixed: 0, isKnown: true };
  if (random.bernoulli(0.5)) {
    const count = whole(random, 20, 40);
    return {
      ...{ ...common, count, assignment: 'households', treated: 0 },
      ...{ stable: between(random, 0, 0.05), shock: between(random, 0, 0.03), unevenness: between(random, 0.4, 1.2) },
    };
  }
  const count = Math.max(30, Math.round(units / whole(random, 10, 20)));
  return {
    ...{ ...common, count, assignment: 'whole', treated: whole(random, 12, Math.floor(count / 2)) },
    ...{ stable: between(random, 0.02, 0.1), shock: between(random, 0, 0.05), unevenness: 0 },
  };
}

/** Controls for each treated unit that count, roughly. */
const controls = { nearest: 1, 'nearest-two': 2, 'nearest-again': 0.8, 'nearest-far': 1 } as const;

/** Share of the variance of a wave that stays with the household, with a hidden cause that stays too. */
const stayingShare = ({ stable, hidden }: Scenario): number => {
  const push = hidden?.from === 'always' ? hidden.push ** 2 : 0;
  return (stable + push) / (1 + push);
};

/** Standard error of the adjusted effect, by a formula: no clusters, residuals that covariates do not explain. */
export function plainError(scenario: Scenario): number {
  const { units, treatedShare, method, outcomeIs, hasBaseline, hidden } = scenario;
  const treated = units * treatedShare;
  const perTreated =
    method === 'weights' || method === 'entropy-balancing'
      ? Math.min(2, (0.7 * (1 - treatedShare)) / treatedShare)
      : controls[method];
  const staying = stayingShare(scenario);
  const wave = 1 + (hidden?.push ?? 0) ** 2;
  const variance = wave * (outcomeIs === 'change' ? 2 * (1 - staying) : hasBaseline ? 1 - staying ** 2 : 1);
  return Math.sqrt(variance * (1 / treated + 1 / (perTreated * treated)));
}

/**
 * Bias from a hidden cause, by a formula. The treated have `pull` more of it, less what a logistic model loses for what drives
 * the treatment; with the baseline outcome as a covariate the staying share of a cause that was always there goes away.
 */
export function hiddenBias(scenario: Scenario): number {
  const { hidden, selection, hasBaseline } = scenario;
  if (hidden === null) return 0;
  const more = hidden.pull / Math.sqrt(1 + 0.35 * (hidden.pull ** 2 + selection ** 2));
  const kept = hidden.from === 'always' && hasBaseline ? 1 - stayingShare(scenario) : 1;
  return more * hidden.push * kept;
}

type Failure = (random: RandomStream, sound: Scenario) => Scenario;

const planted = (random: RandomStream): number => between(random, plantedBias.least, plantedBias.most);
const either = (random: RandomStream): number => (random.bernoulli(0.5) ? 1 : -1);

/** One design in eight has a failure that touches nothing the study measures. */
const leavesTrace = (random: RandomStream): boolean => random.bernoulli(7 / 8);

/** A hidden cause with a push, and where that is not enough a pull, that make the bias `times` standard errors. */
function hiddenCause(random: RandomStream, sound: Scenario, times: number, from: 'always' | 'follow-up'): Scenario {
  const sign = either(random);
  let [pull, push] = [between(random, 0.5, 1), 0.02];
  const made = (): Scenario => ({ ...sound, hidden: { pull, push, from } });
  while (hiddenBias(made()) < times * plainError(made()) && pull < 3) {
    if (push < 0.8) push += 0.01;
    else pull += 0.02;
  }
  return { ...sound, hidden: { pull, push: push * sign, from } };
}

const failures: Readonly<Record<Mode, Failure>> = {
  sound: (random, sound) => ({ ...sound, hasPreperiod: random.bernoulli(0.95) }),
  'hidden-confounder': (random, sound) => {
    const isTraced = leavesTrace(random);
    const level: Scenario = { ...sound, collectives: null, outcomeIs: 'level', isTraced };
    return hiddenCause(random, level, planted(random), isTraced ? 'always' : 'follow-up');
  },
  'weak-hidden-confounder': (random, sound) => {
    const level: Scenario = { ...sound, collectives: null, outcomeIs: 'level' };
    return hiddenCause(random, level, between(random, plantedBias.weak, plantedBias.least), 'always');
  },
  'no-overlap': (random, sound) => ({
    ...sound,
    isTraced: true,
    collectives: null,
    selection: between(random, 3.5, 7),
    bend: between(random, 0.8, 2.5) * either(random),
    method: oneOf(random, ['nearest-far', 'nearest-far', 'weights'] as const),
  }),
  'few-clusters': (random, sound) => {
    const treated = whole(random, 2, 5);
    const count = treated + whole(random, treated, 9);
    return {
      ...sound,
      isTraced: true,
      method: 'nearest',
      units: count * whole(random, 25, 40),
      collectives: {
        ...{ count, assignment: 'whole', treated, mixed: 0, isKnown: true, unevenness: 0 },
        ...{ stable: between(random, 0.05, 0.2), shock: between(random, 0.05, 0.2), odd: between(random, 1.5, 4) },
      },
    };
  },
  attrition: (random, sound) => {
    const isTraced = leavesTrace(random);
    const base = { ...sound, isTraced, collectives: null, units: whole(random, 600, 1000) };
    const side = either(random) as 1 | -1;
    if (!isTraced) {
      const share = between(random, 0.1, 0.15);
      return { ...base, dropOut: { treated: { share, who: side }, control: { share, who: -side as 1 | -1 } } };
    }
    if (random.bernoulli(0.5)) {
      const treated = { share: between(random, 0.25, 0.45), who: side };
      return { ...base, dropOut: { treated, control: { share: between(random, 0, 0.1), who: 0 } } };
    }
    const share = between(random, 0.27, 0.45);
    return { ...base, dropOut: { treated: { share, who: side }, control: { share, who: -side as 1 | -1 } } };
  },
  interference: (random, sound) => {
    const isTraced = leavesTrace(random);
    const count = whole(random, 20, 40);
    const base: Scenario = {
      ...sound,
      isTraced,
      method: oneOf(random, ['nearest', 'nearest-two', 'weights'] as const),
      units: count * whole(random, 18, 25),
      collectives: {
        ...{ count, assignment: 'households', treated: 0, odd: 1, mixed: 0, isKnown: isTraced },
        ...{ stable: between(random, 0, 0.04), shock: between(random, 0, 0.03), unevenness: between(random, 0.8, 1.3) },
      },
    };
    // Controls have about the treated share of neighbours with the measure, somewhat less.
    const exposure = 0.75 * base.treatedShare;
    return { ...base, spillover: ((planted(random) * plainError(base)) / exposure) * either(random) };
  },
  'pre-trend': (random, sound) => {
    const isTraced = leavesTrace(random);
    const base: Scenario = { ...sound, isTraced, collectives: null, outcomeIs: 'change', hasBaseline: false };
    const slope = planted(random) * plainError(base) * either(random);
    return { ...base, trend: { slope, from: isTraced ? 'before' : 'baseline' } };
  },
  'wrong-level': (random, sound) => {
    const isTraced = leavesTrace(random);
    const count = whole(random, 20, 36);
    return {
      ...sound,
      isTraced,
      method: oneOf(random, ['nearest', 'nearest-two', 'weights'] as const),
      units: count * whole(random, 18, 27),
      collectives: {
        ...{ count, assignment: 'mostly', treated: Math.round(count * between(random, 0.25, 0.4)), odd: 1 },
        ...{ stable: between(random, 0.02, 0.1), shock: between(random, 0.1, 0.3), unevenness: 0 },
        ...{ mixed: between(random, 0.03, 0.1), isKnown: isTraced },
      },
    };
  },
  'regression-to-the-mean': (random, sound) => {
    const base = { ...sound, isTraced: true, collectives: null, hasBaseline: false };
    if (random.bernoulli(0.3)) {
      // Groups that differ for good and are matched on what they had in one wave go back to their own means.
      return hiddenCause(
        random,
        { ...base, outcomeIs: 'level', hasBaseline: true, stable: 0.5 },
        planted(random),
        'always',
      );
    }
    return { ...base, outcomeIs: 'change', pullOfBaseline: between(random, 0.5, 1.5) * either(random) };
  },
  'seasonal-shock': (random, sound) => {
    const base: Scenario = { ...sound, collectives: null };
    if (random.bernoulli(0.4)) {
      const shift = between(random, 0.3, 1) * either(random);
      const season = { otherMonths: between(random, 0.3, 1), isBeforeAfter: true, shift };
      return { ...base, isTraced: true, method: 'weights', outcomeIs: 'level', hasBaseline: false, season };
    }
    const isTraced = leavesTrace(random);
    // Those who are treated answer otherwise to the season of the follow-up, or to weather that came only once.
    const hit = hiddenCause(random, { ...base, outcomeIs: 'level' }, planted(random), 'follow-up');
    const season = { otherMonths: isTraced ? between(random, 0.3, 1) : 0, isBeforeAfter: false, shift: 0 };
    return { ...hit, isTraced, season };
  },
  'selective-reporting': (random, sound) => {
    const isTraced = leavesTrace(random);
    const shown = isTraced ? oneOf(random, ['unplanned', 'unsealed'] as const) : ('sealed-afterwards' as const);
    const fishing = { outcomes: whole(random, 8, 20), shown };
    return { ...sound, isTraced, collectives: null, hasBaseline: false, effect: 0, heterogeneity: 0, fishing };
  },
};
