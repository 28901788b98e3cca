import { CoreError } from '../errors.ts';
import { createRandom } from '../random/random-stream.ts';
import { betweenExperimentVariance } from './between-experiment-variance.ts';
import { groupedFolds } from './grouped-folds.ts';
import { type LoggedChoices, type PolicyValue, policyValue } from './policy-value.ts';

/** Choices that were logged, n rows, and what another policy would have chosen there. */
export interface PolicyLog {
  readonly actions: readonly string[];
  /** n indices into `actions` */
  readonly action: Uint32Array;
  /** n outcomes, more is better, finite */
  readonly outcome: Float64Array;
  /** n probabilities of the logged action under the policy that chose it, above 0 to 1; null: not known */
  readonly probability: Float64Array | null;
  /** n x actions: probabilities under the other policy; each row sums to 1 */
  readonly policy: Float64Array;
  /** n indices of strata that choices and outcomes may depend on; all 0 without any */
  readonly stratum: Uint32Array;
  /** n indices of groups that are drawn together: neighbourhoods */
  readonly group: Uint32Array;
}

export interface LoggedPolicyInput {
  readonly log: PolicyLog;
  /** largest ratio of the clipped estimate */
  readonly clip: number;
  /** draws of the bootstrap over groups */
  readonly draws: number;
  readonly seed: number;
}

const folds = 5;

/**
 * The value of another policy from a log. Outcomes of actions by stratum, and probabilities where they were not logged, are estimated from
 * the other folds of groups, so that no row is judged by itself: means shrunken to that of the action as much as its strata differ little, and shares
 * with one row added to each action.
 *
 * @throws invalid-argument for a probability outside (0, 1], or a policy that does not sum to 1; too-few-groups below 5 groups; and as
 * `policyValue`
 * Cost: O(n actions + n draws). Source: Chernozhukov et al. 2018, doi:10.1111/ectj.12097, for the cross-fitting; else `policyValue`.
 */
export function valueOfPolicy({ log, clip, draws, seed }: LoggedPolicyInput): PolicyValue {
  requireLog(log);
  const groups = new Set(log.group).size;
  if (groups < folds) {
    throw new CoreError(
      'too-few-groups',
      `The log has ${groups} groups; expected at least ${folds}, so that outcomes are estimated from other groups than those they are held against. Log more neighbourhoods.`,
      { groups, expected: folds },
    );
  }
  const n = log.outcome.length;
  const A = log.actions.length;
  const random = createRandom(seed, 'policy value');
  const fold = groupedFolds(log.group, folds, random.stream('folds'));
  const ratio = new Float64Array(n);
  const expected = new Float64Array(n);
  const expectedOfPolicy = new Float64Array(n);
  for (let f = 0; f < folds; f++) {
    const inside = [...fold.keys()].filter((i) => fold[i] !== f);
    const outside = [...fold.keys()].filter((i) => fold[i] === f);
    if (outside.length === 0) continue;
    const outcomeOf = shrunkenMeans(log, inside);
    const shareOf = log.probability === null ? shares(log, inside) : null;
    for (const i of outside) {
      const action = log.action[i]!;
      const stratum = log.stratum[i]!;
      const chance = shareOf === null ? log.probability![i]! : shareOf(action, stratum);
      ratio[i] = log.policy[i * A + action]! / chance;
      expected[i] = outcomeOf(action, stratum);
      for (let a = 0; a < A; a++) {
        const share = log.policy[i * A + a]!;
        if (share > 0) expectedOfPolicy[i] = expectedOfPolicy[i]! + share * outcomeOf(a, stratum);
      }
    }
  }
  const logged: LoggedChoices = { outcome: log.outcome, ratio, expected, expectedOfPolicy, group: log.group };
  return policyValue(logged, { clip, draws }, random.stream('bootstrap'));
}

type ByCell = (action: number, stratum: number) => number;

/** Mean outcome of each action, and of each of its strata shrunken to that; an action nobody logged has the mean of all. */
function shrunkenMeans({ outcome, action, stratum }: PolicyLog, rows: readonly number[]): ByCell {
  const overall = momentsOf(rows.map((i) => outcome[i]!));
  const cells = Map.groupBy(rows, (i) => `${action[i]} ${stratum[i]}`);
  const byCell = new Map([...cells].map(([key, list]) => [key, momentsOf(list.map((i) => outcome[i]!))]));
  const byAction = new Map(
    [...Map.groupBy(rows, (i) => action[i]!)].map(([a, list]) => [a, momentsOf(list.map((i) => outcome[i]!))]),
  );
  const within = pooledVariance([...byCell.values()]);
  const between = (of: readonly Moments[]): number =>
    of.length < 2 || within === 0
      ? 0
      : betweenExperimentVariance(
          Float64Array.from(of, ({ mean }) => mean),
          Float64Array.from(of, ({ n }) => within / n),
        );
  const shrink = (own: Moments | undefined, to: number, spread: number): number => {
    if (own === undefined) return to;
    if (within === 0) return own.mean;
    const weight = (spread * own.n) / (spread * own.n + within);
    return weight * own.mean + (1 - weight) * to;
  };
  const [ofActions, ofCells] = [between([...byAction.values()]), between([...byCell.values()])];
  return (a, s) => shrink(byCell.get(`${a} ${s}`), shrink(byAction.get(a), overall.mean, ofActions), ofCells);
}

interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly squares: number;
}

function momentsOf(values: readonly number[]): Moments {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return { n: values.length, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

function pooledVariance(cells: readonly Moments[]): number {
  const freedom = cells.reduce((sum, { n }) => sum + n - 1, 0);
  return freedom > 0 ? cells.reduce((sum, { squares }) => sum + squares, 0) / freedom : 0;
}

/** Share of each action in its stratum, with one row added to each. */
function shares({ action, stratum, actions }: PolicyLog, rows: readonly number[]): ByCell {
  const chosen = new Map<string, number>();
  const all = new Map<number, number>();
  for (const i of rows) {
    const key = `${action[i]} ${stratum[i]}`;
    chosen.set(key, (chosen.get(key) ?? 0) + 1);
    all.set(stratum[i]!, (all.get(stratum[i]!) ?? 0) + 1);
  }
  return (a, s) => ((chosen.get(`${a} ${s}`) ?? 0) + 1) / ((all.get(s) ?? 0) + actions.length);
}

function requireLog({ action, actions, probability, policy, outcome }: PolicyLog): void {
  const A = actions.length;
  for (let i = 0; i < outcome.length; i++) {
    const chance = probability?.[i] ?? 1;
    if (!(chance > 0 && chance <= 1)) {
      throw new CoreError(
        'invalid-argument',
        `Row ${i + 1} was chosen with probability ${chance}; expected above 0 to 1. What is never chosen is never logged.`,
        { row: i + 1, received: chance },
      );
    }
    let sum = 0;
    for (let a = 0; a < A; a++) sum += policy[i * A + a]!;
    if (Math.abs(sum - 1) > 1e-6 || policy.subarray(i * A, (i + 1) * A).some((share) => !(share >= 0))) {
      throw new CoreError(
        'invalid-argument',
        `The probabilities of the other policy in row ${i + 1} sum to ${sum} over ${A} actions (${actions[action[i]!]} was chosen); expected 0 or more each, 1 together.`,
        { row: i + 1, received: sum },
      );
    }
  }
}
