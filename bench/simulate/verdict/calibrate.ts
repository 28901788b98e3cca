import type { MatrixKernels } from '../../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import type { Verdict } from '../../../src/core/study/judge-study.ts';
import { drawScenario } from './draw-scenarios.ts';
import { type Redraw, redraw } from './redraw.ts';
import type { Mode } from './scenario.ts';

/** What many studies of one design came to. */
export interface DesignRow {
  readonly mode: Mode;
  readonly number: number;
  readonly isTraced: boolean;
  /** mean error in mean standard errors, and its Monte Carlo error */
  readonly bias: number;
  readonly biasError: number;
  readonly coverage: number;
  /** mean of the smallest effect that a study finds, in standard deviations */
  readonly detectable: number;
  /** shares of the studies, refused ones among them */
  readonly shares: Readonly<Record<Verdict | 'refused', number>>;
  /** what more than half of the studies are judged, else the more careful of trust and do not use: caution */
  readonly verdict: Verdict;
  /** share of the trusted studies whose interval holds the truth; null where none is trusted */
  readonly coverageOfTrusted: number | null;
  /** the measures that most often kept it from being trusted, with their shares */
  readonly against: readonly (readonly [string, number])[];
}

/** @param runs studies of the design; study r has its own stream */
export function calibrateDesign(
  mode: Mode,
  number: number,
  runs: number,
  seed: number,
  kernels: MatrixKernels,
): DesignRow {
  const scenario = drawScenario(mode, number, seed);
  const people = createRandom(seed, 'verdict', mode, number).stream('people');
  const made: Redraw[] = [];
  for (let r = 0; r < runs; r++) {
    const one = redraw(scenario, people.stream(r), kernels);
    if (one !== null) made.push(one);
  }
  const mean = (of: (one: Redraw) => number, among: readonly Redraw[] = made): number =>
    among.reduce((sum, one) => sum + of(one), 0) / Math.max(1, among.length);
  const standardError = mean((one) => one.standardError);
  const error = mean((one) => one.error);
  const spread = Math.sqrt(mean((one) => (one.error - error) ** 2) / Math.max(1, made.length - 1));
  const shareOf = (verdict: Verdict) => made.filter((one) => one.verdict === verdict).length / runs;
  const shares = {
    trust: shareOf('trust'),
    caution: shareOf('caution'),
    'do-not-use': shareOf('do-not-use'),
    refused: 1 - made.length / runs,
  };
  const trusted = made.filter((one) => one.verdict === 'trust');
  return {
    mode,
    number,
    isTraced: scenario.isTraced,
    bias: made.length === 0 ? 0 : error / standardError,
    biasError: made.length === 0 ? 0 : spread / standardError,
    coverage: mean((one) => (one.covers ? 1 : 0)),
    detectable: mean((one) => one.detectable),
    shares,
    verdict: shares.trust > 0.5 ? 'trust' : shares['do-not-use'] + shares.refused > 0.5 ? 'do-not-use' : 'caution',
    coverageOfTrusted: trusted.length === 0 ? null : mean((one) => (one.covers ? 1 : 0), trusted),
    against: commonest(made),
  };
}

function commonest(made: readonly Redraw[]): DesignRow['against'] {
  const counts = new Map<string, number>();
  for (const { against } of made) for (const measure of against) counts.set(measure, (counts.get(measure) ?? 0) + 1);
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 3)
    .map(([measure, count]) => [measure, count / made.length] as const);
}
