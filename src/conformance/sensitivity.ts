import { AppError } from '../app/errors.ts';
import { stratifiedEffect } from '../core/effects/stratified-effect.ts';
import { CoreError } from '../core/errors.ts';
import { forEachPair } from '../core/matching/match-sets.ts';
import {
  eValue,
  eValueOfInterval,
  type RiskRatio,
  riskRatioOfCommonHazard,
  riskRatioOfCommonOdds,
  riskRatioOfStandardizedDifference,
} from '../core/sensitivity/e-value.ts';
import { mcNemarBounds, type RosenbaumBound, signedRankBounds } from '../core/sensitivity/rosenbaum-bounds.ts';
import type { CaseContext } from './case.ts';
import { type MatchWords, runMatching } from './matching.ts';

interface EValueItem {
  readonly measure: string;
  readonly estimate: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly standardError?: number;
}

/** sensitivity.e-value */
export function eValues({ items }: { readonly items: readonly EValueItem[] }): unknown {
  return {
    items: items.map((item) => {
      const ratio = toRiskRatio(item);
      return { ...ratio, eValue: eValue(ratio.riskRatio), eValueInterval: eValueOfInterval(ratio) };
    }),
  };
}

function toRiskRatio({ measure, estimate, lower, upper, standardError }: EValueItem): RiskRatio {
  if (measure === 'standardized-mean-difference') return riskRatioOfStandardizedDifference(estimate, standardError!);
  const measures: Readonly<Record<string, (value: number) => number>> = {
    'risk-ratio': (value) => value,
    'odds-ratio-common': riskRatioOfCommonOdds,
    'hazard-ratio-common': riskRatioOfCommonHazard,
  };
  const convert = measures[measure];
  if (convert === undefined) throw new AppError('not-implemented', `The measure "${measure}" is not built yet.`);
  const limit = (value: number | undefined): number | null => (value === undefined ? null : convert(value));
  return { riskRatio: convert(estimate), lower: limit(lower), upper: limit(upper) };
}

interface RosenbaumWords {
  readonly matching: MatchWords;
  readonly outcome: string;
  readonly statistic: 'wilcoxon' | 'mcnemar';
  readonly gammas: readonly number[];
}

/** sensitivity.rosenbaum */
export function rosenbaum(words: RosenbaumWords, context: CaseContext): unknown {
  const { matched } = runMatching(words.matching, context);
  if (matched.pairs === null) throw new CoreError('invalid-argument', 'Rosenbaum bounds need matched pairs.');
  const outcome = context.table.numbers(words.outcome);
  const differences: number[] = [];
  forEachPair(matched.pairs, (focal, partner) => differences.push(outcome[focal]! - outcome[partner]!));
  if (words.statistic === 'mcnemar') {
    const treatedOnly = differences.filter((d) => d > 0).length;
    const controlOnly = differences.filter((d) => d < 0).length;
    return { treatedOnly, controlOnly, ...columns(mcNemarBounds(treatedOnly, controlOnly, words.gammas)) };
  }
  const { nonZeroPairs, signedRankSum, bounds } = signedRankBounds(Float64Array.from(differences), words.gammas);
  return { pairs: differences.length, nonZeroPairs, signedRankSum, ...columns(bounds) };
}

const columns = (bounds: readonly RosenbaumBound[]): { pUpper: number[]; pLower: number[] } => ({
  pUpper: bounds.map((b) => b.pUpper),
  pLower: bounds.map((b) => b.pLower),
});

/** effect.stratification */
export function stratification(
  words: { readonly matching: MatchWords; readonly outcome: string },
  context: CaseContext,
): unknown {
  const { treated, matched } = runMatching(words.matching, context);
  if (matched.strata === null) throw new CoreError('invalid-argument', 'Stratification needs strata, not pairs.');
  return stratifiedEffect(context.table.numbers(words.outcome), treated, matched.strata);
}
