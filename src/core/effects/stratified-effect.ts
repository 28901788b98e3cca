import { CoreError } from '../errors.ts';
import { mean, sampleVariance } from '../stats/moments.ts';

export interface StratumSummary {
  readonly nTreated: number;
  readonly nControl: number;
  readonly meanTreated: number;
  readonly meanControl: number;
  readonly varianceTreated: number;
  readonly varianceControl: number;
}

export interface StratifiedEffect {
  readonly strata: readonly StratumSummary[];
  readonly differences: readonly number[];
  readonly att: { readonly estimate: number; readonly standardError: number };
  readonly ate: { readonly estimate: number; readonly standardError: number };
}

/**
 * Effect by stratification: the difference of means within each stratum, averaged with the strata's shares of treated
 * units (ATT) or of all units (ATE).
 *
 * @param outcome n finite outcomes; @param treated n values, 0 or 1
 * @param stratum n stratum numbers 0 … S - 1; -1 = in none
 * @throws empty-group where a stratum has fewer than two units of a group (then it has no variance)
 * Cost: O(n). Source: Rosenbaum and Rubin 1984, doi:10.1080/01621459.1984.10478078; variance sum w^2 (v1/n1 + v0/n0).
 */
export function stratifiedEffect(outcome: Float64Array, treated: Uint8Array, stratum: Int32Array): StratifiedEffect {
  const count = stratum.reduce((most, s) => Math.max(most, s + 1), 0);
  const strata = Array.from({ length: count }, (_, s): StratumSummary => {
    const values = (group: 0 | 1) => outcome.filter((_, i) => stratum[i] === s && treated[i] === group);
    const [y1, y0] = [values(1), values(0)];
    if (y1.length < 2 || y0.length < 2) {
      throw new CoreError(
        'empty-group',
        `Stratum ${s + 1} of ${count} has ${y1.length} treated and ${y0.length} control units; two of each are needed. Use fewer strata.`,
        { stratum: s + 1, treated: y1.length, control: y0.length },
      );
    }
    return {
      nTreated: y1.length,
      nControl: y0.length,
      meanTreated: mean(y1),
      meanControl: mean(y0),
      varianceTreated: sampleVariance(y1),
      varianceControl: sampleVariance(y0),
    };
  });
  return {
    strata,
    differences: strata.map((s) => s.meanTreated - s.meanControl),
    att: average(strata, (s) => s.nTreated),
    ate: average(strata, (s) => s.nTreated + s.nControl),
  };
}

function average(strata: readonly StratumSummary[], size: (s: StratumSummary) => number) {
  const total = strata.reduce((sum, s) => sum + size(s), 0);
  let estimate = 0;
  let variance = 0;
  for (const s of strata) {
    const w = size(s) / total;
    estimate += w * (s.meanTreated - s.meanControl);
    variance += w * w * (s.varianceTreated / s.nTreated + s.varianceControl / s.nControl);
  }
  return { estimate, standardError: Math.sqrt(variance) };
}

/**
 * Standard error of a difference of weighted means whose weights are constant per stratum and group:
 * sum over strata of the squared share of weight times the variance within, over both groups.
 *
 * @param weights n positive weights; @param stratum n stratum numbers 0 … S - 1
 * @returns null where a stratum has fewer than two units of a group, and so no variance
 * Cost: O(n). Source: Imbens and Rubin 2015, section 17.5 (variance within subclasses); degrees of freedom n - 2 S.
 */
export function withinStrataError(
  outcome: Float64Array,
  treated: Uint8Array,
  weights: Float64Array,
  stratum: Int32Array,
): { readonly standardError: number; readonly degreesOfFreedom: number } | null {
  const strata = stratum.reduce((most, s) => Math.max(most, s + 1), 0);
  const cells = strata * 2;
  const count = new Float64Array(cells);
  const weight = new Float64Array(cells);
  const centre = new Float64Array(cells);
  const squares = new Float64Array(cells);
  const total = [0, 0];
  for (let i = 0; i < outcome.length; i++) {
    const cell = stratum[i]! * 2 + treated[i]!;
    count[cell] = count[cell]! + 1;
    weight[cell] = weight[cell]! + weights[i]!;
    total[treated[i]!] = total[treated[i]!]! + weights[i]!;
    const gap = outcome[i]! - centre[cell]!;
    centre[cell] = centre[cell]! + gap / count[cell]!;
    squares[cell] = squares[cell]! + gap * (outcome[i]! - centre[cell]!);
  }
  if (count.some((n) => n < 2)) return null;
  let variance = 0;
  for (let cell = 0; cell < cells; cell++) {
    const share = weight[cell]! / total[cell % 2]!;
    variance += (share * share * squares[cell]!) / (count[cell]! - 1) / count[cell]!;
  }
  return { standardError: Math.sqrt(variance), degreesOfFreedom: outcome.length - cells };
}
