import { CoreError } from '../errors.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { quantileType7 } from '../stats/quantile.ts';

/** What was logged under one policy, as far as the value of another one needs it; n rows. */
export interface LoggedChoices {
  /** n outcomes of what was chosen */
  readonly outcome: Float64Array;
  /** n ratios: probability of the logged choice under the new policy over that under the old one, >= 0 */
  readonly ratio: Float64Array;
  /** n outcomes that a model expects of the logged choice; made without the row's group */
  readonly expected: Float64Array;
  /** n outcomes that the model expects of the new policy in the row's context */
  readonly expectedOfPolicy: Float64Array;
  /** n indices of groups that are drawn together: neighbourhoods */
  readonly group: Uint32Array;
}

export interface PolicyValue {
  /** mean outcome under the new policy, doubly robust: right where the model or the ratios are */
  readonly doublyRobust: number;
  /** the same with the corrections divided by the sum of the ratios: biased a little, steadier */
  readonly selfNormalised: number;
  /** the same with ratios above `clip` cut to it */
  readonly clipped: number;
  /** ratios alone, divided by their sum */
  readonly weighted: number;
  /** the model alone */
  readonly direct: number;
  /** 95 % interval of `doublyRobust` over groups drawn with replacement; null where not identifiable */
  readonly interval: readonly [number, number] | null;
  /** (sum of ratios)^2 / sum of squares: rows that speak for the new policy */
  readonly effectiveSampleSize: number;
  /** false where that is below 10: then these data cannot tell the value, whatever the estimates are */
  readonly identifiable: boolean;
}

const fewest = 10;

/**
 * What another way of choosing would have given, from choices that were made differently.
 *
 * value = mean of [ model under the policy + ratio (outcome - model of the logged choice) ].
 *
 * @param settings.clip largest ratio in `clipped`; settings.draws of the bootstrap over groups
 * @throws empty-group, dimension-mismatch, non-finite, invalid-argument for a ratio below 0
 * Cost: O(n draws). Source: Dudik, Langford and Li 2011, arXiv 1103.4601, eq. 2; Swaminathan and Joachims 2015 for the
 * self-normalised form. The published code of Open Bandit (zr-obp) has the same estimators.
 */
export function policyValue(
  logged: LoggedChoices,
  settings: { readonly clip: number; readonly draws: number },
  random: RandomStream,
): PolicyValue {
  requireLogged(logged);
  const all = Uint32Array.from(logged.outcome.keys());
  const own = estimate(logged, all, settings.clip);
  const identifiable = own.effectiveSampleSize >= fewest;
  return { ...own, identifiable, interval: identifiable ? bootstrap(logged, settings, random) : null };
}

function requireLogged(logged: LoggedChoices): void {
  const n = logged.outcome.length;
  if (n === 0) throw new CoreError('empty-group', 'Received no logged choices; expected at least one.');
  for (const name of ['ratio', 'expected', 'expectedOfPolicy', 'group'] as const) {
    if (logged[name].length !== n) {
      throw new CoreError('dimension-mismatch', `Received ${logged[name].length} values of ${name}; expected ${n}.`, {
        array: name,
      });
    }
  }
  for (const name of ['outcome', 'ratio', 'expected', 'expectedOfPolicy'] as const) {
    const at = logged[name].findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      throw new CoreError('non-finite', `Received ${logged[name][at]} as ${name} of row ${at}; expected a number.`);
  }
  const negative = logged.ratio.findIndex((value) => value < 0);
  if (negative >= 0) {
    throw new CoreError(
      'invalid-argument',
      `Received ${logged.ratio[negative]} as the ratio of row ${negative}; expected probabilities divided, 0 or more.`,
    );
  }
}

function estimate(
  { outcome, ratio, expected, expectedOfPolicy }: LoggedChoices,
  rows: Uint32Array,
  clip: number,
): Omit<PolicyValue, 'interval' | 'identifiable'> {
  const n = rows.length;
  let model = 0;
  let ratios = 0;
  let squares = 0;
  let correction = 0;
  let cut = 0;
  let weighted = 0;
  for (const i of rows) {
    const w = ratio[i]!;
    const residual = outcome[i]! - expected[i]!;
    model += expectedOfPolicy[i]!;
    ratios += w;
    squares += w * w;
    correction += w * residual;
    cut += Math.min(w, clip) * residual;
    weighted += w * outcome[i]!;
  }
  const direct = model / n;
  return {
    doublyRobust: direct + correction / n,
    selfNormalised: direct + (ratios > 0 ? correction / ratios : 0),
    clipped: direct + cut / n,
    weighted: ratios > 0 ? weighted / ratios : direct,
    direct,
    effectiveSampleSize: squares > 0 ? (ratios * ratios) / squares : 0,
  };
}

/** Sums per group are drawn, so that a draw costs the number of groups. */
function bootstrap(
  { outcome, ratio, expected, expectedOfPolicy, group }: LoggedChoices,
  { draws }: { readonly draws: number },
  random: RandomStream,
): readonly [number, number] {
  const totals = new Map<number, { value: number; rows: number }>();
  outcome.forEach((y, i) => {
    const entry = totals.get(group[i]!) ?? { value: 0, rows: 0 };
    entry.value += expectedOfPolicy[i]! + ratio[i]! * (y - expected[i]!);
    entry.rows++;
    totals.set(group[i]!, entry);
  });
  const groups = [...totals.keys()].sort((a, b) => a - b).map((g) => totals.get(g)!);
  const values = Float64Array.from({ length: draws }, () => {
    let value = 0;
    let rows = 0;
    for (let k = 0; k < groups.length; k++) {
      const drawn = groups[random.integer(groups.length)]!;
      value += drawn.value;
      rows += drawn.rows;
    }
    return value / rows;
  }).sort();
  return [quantileType7(values, 0.025), quantileType7(values, 0.975)];
}
