import { AppError } from '../app/errors.ts';
import { type BalanceRow, balanceTable } from '../core/balance/balance-table.ts';
import { selectBalanced, takeSelection } from '../core/matching/cardinality.ts';
import type { Coarsening } from '../core/matching/coarsen.ts';
import type { Discard } from '../core/matching/common-support.ts';
import type { Estimand } from '../core/matching/estimand.ts';
import { focalGroup } from '../core/matching/estimand.ts';
import { forEachPair, type MatchSets, PairList, totalDistance } from '../core/matching/match-sets.ts';
import { type MatchedSample, matchUnits } from '../core/matching/match-units.ts';
import { effectiveSampleSize } from '../core/matching/match-weights.ts';
import type {
  CovariatesDistance,
  MatchingDesign,
  NamedCaliper,
  PropensityDistance,
} from '../core/matching/matching-design.ts';
import { focalRows } from '../core/matching/matching-problem.ts';
import { designColumns, type Frame } from '../core/propensity/design-matrix.ts';
import type { Link } from '../core/propensity/links.ts';
import type { CaseContext } from './case.ts';
import type { CaseTable } from './case-table.ts';
import { binaryColumn, frameFor, type TermWords, toTerms } from './words.ts';

interface DistanceWords {
  readonly type: string;
  readonly link: Link;
  readonly scale: 'probability' | 'linear';
  readonly terms: readonly TermWords[];
}

export interface MatchWords {
  readonly treatment: string;
  readonly estimand: Estimand;
  readonly method: string;
  readonly distance?: DistanceWords;
  readonly order?: 'largest' | 'smallest' | 'data' | 'closest';
  readonly ratio?: number;
  readonly minRatio?: number;
  readonly maxRatio?: number;
  readonly replacement?: boolean;
  readonly calipers?: readonly NamedCaliper[];
  readonly exact?: readonly string[];
  readonly antiExact?: readonly string[];
  readonly discard?: Discard;
  readonly reestimate?: boolean;
  readonly mahalanobis?: readonly TermWords[];
  readonly subclasses?: number;
  readonly coarsening?: readonly CoarseningWords[];
  readonly balanceTerms?: readonly TermWords[];
  readonly tolerance?: number;
  readonly toleranceUnit?: string;
}

interface CoarseningWords {
  readonly column: string;
  readonly bins?: number | 'sturges';
  readonly cutPoints?: readonly number[];
  readonly quantileBins?: number;
}

/** A matched sample of a case: also what effect kinds start from. */
export interface CaseMatch {
  readonly treated: Uint8Array;
  readonly matched: MatchedSample;
}

/** Carries out the matching request of a case; ties in file order. */
export function runMatching(words: MatchWords, { table, kernels }: CaseContext): CaseMatch {
  const treated = binaryColumn(table, words.treatment);
  const matched = matchUnits(matchFrame(words, table), treated, toDesign(words), 'row-order', kernels);
  return { treated, matched };
}

function matchFrame(words: MatchWords, table: CaseTable): Frame {
  const others = [
    ...(words.exact ?? []),
    ...(words.antiExact ?? []),
    ...(words.calipers ?? []).map((c) => c.on).filter((on) => on !== 'distance'),
    ...(words.coarsening ?? []).map((c) => c.column),
  ];
  return frameFor(table, [...(words.distance?.terms ?? []), ...(words.mahalanobis ?? [])], others);
}

function toDesign(words: MatchWords): MatchingDesign {
  const { method, estimand } = words;
  if (method === 'exact') return { method, estimand, exact: words.exact ?? [] };
  if (method === 'coarsened-exact') {
    return {
      method,
      estimand,
      coarsening: (words.coarsening ?? []).map((c) => ({ variable: c.column, cut: toCut(c) })),
    };
  }
  if (method === 'subclassification') {
    return {
      method,
      estimand,
      distance: toPropensity(words),
      subclasses: words.subclasses ?? 0,
      discard: words.discard ?? 'none',
      reestimate: words.reestimate ?? false,
    };
  }
  if (method !== 'nearest' && method !== 'optimal' && method !== 'full') throw notBuilt(`The method "${method}"`);
  const common = {
    distance: toDistance(words),
    within: words.mahalanobis === undefined ? null : toTerms(words.mahalanobis),
    calipers: words.calipers ?? [],
    exact: words.exact ?? [],
    antiExact: words.antiExact ?? [],
    discard: words.discard ?? 'none',
    reestimate: words.reestimate ?? false,
  } as const;
  if (estimand !== 'ATT' && estimand !== 'ATC') {
    if (method === 'full' && estimand === 'ATE') return { ...common, method, estimand };
    throw notBuilt(`Pair matching for ${estimand}`);
  }
  if (method === 'full') return { ...common, method, estimand };
  const ratio = words.ratio ?? 1;
  if (method === 'optimal') return { ...common, method, estimand, ratio, prefer: null };
  return {
    ...common,
    method,
    estimand,
    order: words.order ?? 'largest',
    ratio,
    variableRatio:
      words.minRatio === undefined || words.maxRatio === undefined
        ? null
        : { minimum: words.minRatio, maximum: words.maxRatio },
    maximumReuse: words.replacement === true ? Number.POSITIVE_INFINITY : 1,
  };
}

function toPropensity({ distance }: MatchWords): PropensityDistance {
  if (distance === undefined || distance.type !== 'propensity-score')
    throw notBuilt(`The distance "${distance?.type}"`);
  return { type: 'propensity-score', link: distance.link, scale: distance.scale, terms: toTerms(distance.terms) };
}

function toDistance(words: MatchWords): PropensityDistance | CovariatesDistance {
  const type = words.distance?.type;
  if (type === 'mahalanobis' || type === 'robust-mahalanobis' || type === 'scaled-euclidean') {
    return { type, terms: toTerms(words.distance!.terms) };
  }
  return toPropensity(words);
}

function toCut({ bins, cutPoints, quantileBins }: CoarseningWords): Coarsening | null {
  if (bins !== undefined) return { bins };
  if (cutPoints !== undefined) return { cutPoints };
  return quantileBins === undefined ? null : { quantileBins };
}

function notBuilt(what: string): AppError {
  return new AppError('not-implemented', `${what} is not built yet.`);
}

/** matching.match */
export async function match(words: MatchWords, context: CaseContext): Promise<unknown> {
  if (words.method === 'cardinality') return matchCardinality(words, context);
  const { treated, matched } = runMatching(words, context);
  const { ids } = context.table;
  const { weights, score, eligible, pairs, strata, cutPoints } = matched;
  return {
    ...(score === null ? {} : { distance: [...score] }),
    caliperWidths: matched.caliperWidths,
    counts: { treated: counts(treated, 1, weights, eligible), control: counts(treated, 0, weights, eligible) },
    weights: [...weights],
    ...(pairs === null ? {} : { pairs: pairsById(pairs, ids) }),
    ...(pairs === null || score === null ? {} : { totalDistance: totalDistance(pairs, score) }),
    ...(strata === null ? {} : { partition: labels(strata) }),
    ...(cutPoints === null
      ? {}
      : { cutPoints: [...cutPoints], subclass: [...strata!].map((s) => (s < 0 ? null : s + 1)) }),
  };
}

/** The protocol's tolerance is in standard deviations; nothing else is asked for. */
async function matchCardinality(words: MatchWords, { table, loadIntegerSolver }: CaseContext): Promise<unknown> {
  const { balanceTerms = [], tolerance = 0, toleranceUnit = 'sd', ratio = 1, estimand } = words;
  if (toleranceUnit !== 'sd') throw notBuilt(`A tolerance in "${toleranceUnit}"`);
  const treated = binaryColumn(table, words.treatment);
  const columns = designColumns(frameFor(table, balanceTerms), toTerms(balanceTerms), 'all');
  const problem = { columns, treated, estimand, tolerance, ratio, stratum: null, nodes: 1_000_000 };
  const weights = takeSelection(selectBalanced(problem, await loadIntegerSolver()), null);
  const eligible = new Uint8Array(treated.length).fill(1);
  const [inTreated, inControl] = [1, 0].map((g) => counts(treated, g as 0 | 1, weights, eligible));
  return {
    selected: [...weights],
    nTreated: inTreated!.matched,
    nControl: inControl!.matched,
    counts: { treated: inTreated, control: inControl },
  };
}

const labels = (strata: Int32Array): (string | null)[] => [...strata].map((s) => (s < 0 ? null : String(s + 1)));

function counts(treated: Uint8Array, group: 0 | 1, weights: Float64Array, eligible: Uint8Array) {
  let all = 0;
  let matched = 0;
  let discarded = 0;
  for (let i = 0; i < treated.length; i++) {
    if (treated[i] !== group) continue;
    all++;
    if (weights[i]! > 0) matched++;
    if (eligible[i] === 0) discarded++;
  }
  return {
    all,
    matched,
    effective: effectiveSampleSize(weights, treated, group),
    unmatched: all - matched - discarded,
    discarded,
  };
}

function pairsById(pairs: MatchSets, ids: readonly string[]): Record<string, string[]> {
  const map: Record<string, string[]> = Object.fromEntries(Array.from(pairs.focal, (row) => [ids[row]!, []]));
  forEachPair(pairs, (focal, partner) => map[ids[focal]!]!.push(ids[partner]!));
  return map;
}

interface BalanceWords {
  readonly treatment: string;
  readonly estimand: Estimand;
  readonly terms: readonly TermWords[];
  readonly weights: readonly number[];
  readonly pairs?: Readonly<Record<string, readonly string[]>>;
  readonly subclass?: readonly (string | number | null)[];
}

/** matching.balance */
export function balance(words: BalanceWords, { table }: CaseContext): unknown {
  const treated = binaryColumn(table, words.treatment);
  const columns = designColumns(frameFor(table, words.terms), toTerms(words.terms), 'all');
  const weights = Float64Array.from(words.weights);
  const { estimand } = words;
  const strata = words.subclass === undefined ? null : strataOf(words.subclass);
  const pairs = words.pairs === undefined ? null : pairsFrom(words.pairs, table.ids, treated, estimand);
  const before = balanceTable(columns, { treated, estimand, weights: null, pairs: null, strata: null });
  const after = balanceTable(columns, { treated, estimand, weights, pairs, strata: strata?.codes ?? null });
  return {
    unadjusted: rows(before),
    adjusted: rows(after),
    effectiveSampleSize: {
      treated: effectiveSampleSize(weights, treated, 1),
      control: effectiveSampleSize(weights, treated, 0),
    },
    ...(strata === null
      ? {}
      : {
          bySubclass: Object.fromEntries(
            strata.names.map((name, code) => {
              const inside = strata.codes.map((c) => (c === code ? 1 : 0));
              return [name, rows(within(columns, treated, estimand, inside))];
            }),
          ),
        }),
  };
}

/** Balance inside one subclass; for ATE the standard deviation is that of the full sample. */
function within(
  columns: ReturnType<typeof designColumns>,
  treated: Uint8Array,
  estimand: Estimand,
  inside: Int32Array,
): readonly BalanceRow[] {
  const full = { treated, estimand, weights: null, pairs: null, strata: null };
  if (estimand === 'ATE') {
    return balanceTable(columns, { ...full, weights: Float64Array.from(inside) });
  }
  const keep = columns.map((c) => ({ ...c, values: c.values.filter((_, i) => inside[i] === 1) }));
  return balanceTable(keep, { ...full, treated: treated.filter((_, i) => inside[i] === 1) });
}

function rows(table: readonly BalanceRow[]): object {
  return Object.fromEntries(table.map(({ variable, isBinary: _, ...row }) => [variable, row]));
}

function strataOf(subclass: readonly (string | number | null)[]): { names: string[]; codes: Int32Array } {
  const names = [...new Set(subclass.filter((s) => s !== null).map(String))];
  const codes = Int32Array.from(subclass, (s) => (s === null ? -1 : names.indexOf(String(s))));
  return { names, codes };
}

function pairsFrom(
  words: NonNullable<BalanceWords['pairs']>,
  ids: readonly string[],
  treated: Uint8Array,
  estimand: Estimand,
): MatchSets {
  const row = new Map(ids.map((id, i) => [id, i]));
  const focal = focalRows(focalGroup(treated, estimand === 'ATC' ? 'ATC' : 'ATT'));
  const list = new PairList();
  focal.forEach((f, k) => {
    for (const id of words[ids[f]!] ?? []) list.add(k, row.get(id)!);
  });
  return list.toMatchSets(focal);
}
