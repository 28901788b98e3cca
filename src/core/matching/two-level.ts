import { CoreError } from '../errors.ts';
import { ArcList } from './arc-list.ts';
import { assign } from './assignment.ts';
import { type MatchSets, matchedFocalCount, PairList } from './match-sets.ts';
import { focalRows, type MatchingProblem } from './matching-problem.ts';

/** Finds optimal pairs among some rows of a problem; the cost of a pair is what that search minimises. */
export type PairsAmong = (rows: Uint32Array) => { readonly pairs: MatchSets; readonly cost: number };

/** Which control collective each treated collective is matched with; collectives by their codes. */
export interface CollectivePair {
  readonly focal: number;
  readonly other: number;
}

export interface TwoLevelMatch {
  readonly pairs: MatchSets;
  readonly collectives: readonly CollectivePair[];
}

/**
 * Two-level matching: whole collectives were treated or not. Each treated collective is matched with one other collective, and
 * their households in pairs, so that as many households as possible find a partner and the total cost is the smallest
 * possible over both levels together.
 *
 * For every two collectives the best pairs of their households are found; what they are worth decides who is matched with
 * whom. Both are optimal, so their combination is.
 *
 * @param collective n codes; -1 = in none, and not matched
 * @param among      optimal pairs among the rows of two collectives; rows of `problem`
 * @throws invalid-argument where the treatment varies inside collectives (details.count)
 * Cost: one optimal matching of households for each two collectives, and an assignment of collectives.
 * Source: Zubizarreta and Keele 2017, doi:10.1080/01621459.2016.1240683; Pimentel, Page, Lenard and Keele 2018,
 * doi:10.1214/17-AOAS1118.
 */
export function matchTwoLevels(
  { isFocal, eligible }: Pick<MatchingProblem, 'isFocal' | 'eligible'>,
  collective: Int32Array,
  among: PairsAmong,
): TwoLevelMatch {
  const groups = membersOf(isFocal, collective);
  const [others, treated] = [0, 1].map((side) => groups.filter(({ focal }) => focal === side)) as [Group[], Group[]];
  const found = treated.map((a) =>
    others.map((b) => {
      const rows = Uint32Array.from([...a.rows, ...b.rows].filter((row) => eligible === null || eligible[row] === 1));
      const { pairs, cost } = hasBoth(rows, isFocal) ? among(rows.sort((x, y) => x - y)) : nothing;
      return { pairs, cost, served: matchedFocalCount(pairs) };
    }),
  );
  // One household more is worth more than any saving of cost.
  let total = 1;
  for (const { cost } of found.flat()) total += cost;
  const list = new ArcList(treated.length);
  for (const row of found) {
    row.forEach(({ served, cost }, column) => {
      if (served > 0) list.add(column, cost - served * total);
    });
    list.endRow();
  }
  const { columnOf } = assign(list.toArcs(others.length), 0);
  const all = focalRows(isFocal);
  const index = new Int32Array(isFocal.length);
  for (let k = 0; k < all.length; k++) index[all[k]!] = k;
  const pairs = new PairList();
  const collectives: CollectivePair[] = [];
  columnOf.forEach((column, t) => {
    if (column < 0) return;
    collectives.push({ focal: treated[t]!.code, other: others[column]!.code });
    const { focal, offsets, partners } = found[t]![column]!.pairs;
    for (let k = 0; k < focal.length; k++)
      for (let j = offsets[k]!; j < offsets[k + 1]!; j++) pairs.add(index[focal[k]!]!, partners[j]!);
  });
  return { pairs: pairs.toMatchSets(all), collectives };
}

const empty = new Uint32Array(0);
const nothing = { pairs: { focal: empty, offsets: Uint32Array.of(0), partners: empty }, cost: 0 };

const hasBoth = (rows: Uint32Array, isFocal: Uint8Array): boolean =>
  rows.some((row) => isFocal[row] === 1) && rows.some((row) => isFocal[row] === 0);

interface Group {
  readonly code: number;
  readonly focal: number;
  readonly rows: readonly number[];
}

/** Collectives in order of their first unit. */
function membersOf(isFocal: Uint8Array, collective: Int32Array): readonly Group[] {
  if (collective.length !== isFocal.length) {
    throw new CoreError(
      'dimension-mismatch',
      `There are ${collective.length} codes of collectives for ${isFocal.length} units.`,
    );
  }
  const members = Map.groupBy(
    [...isFocal.keys()].filter((row) => collective[row]! >= 0),
    (row) => collective[row]!,
  );
  const groups = [...members].map(([code, rows]) => ({ code, rows, focal: isFocal[rows[0]!]! }));
  const mixed = groups.filter(({ rows, focal }) => rows.some((row) => isFocal[row] !== focal));
  if (mixed.length > 0) {
    throw new CoreError(
      'invalid-argument',
      `The treatment varies inside ${mixed.length} of ${groups.length} collectives; two-level matching needs whole collectives that were treated or not. Use optimal matching with a preference for the same collective (\`prefer\`), or match exactly on it.`,
      { count: mixed.length, collectives: groups.length },
    );
  }
  return groups;
}

/** Some rows of a problem as a problem of its own. */
export function problemAmong(problem: MatchingProblem, rows: Uint32Array): MatchingProblem {
  const pick = <A extends Float64Array | Int32Array | Uint8Array>(values: A): A => {
    const picked = new (values.constructor as new (length: number) => A)(rows.length);
    for (let i = 0; i < rows.length; i++) picked[i] = values[rows[i]!]!;
    return picked;
  };
  const { isFocal, score, stratum, antiExact, covariateCalipers, tieOrder } = problem;
  return {
    ...problem,
    isFocal: pick(isFocal),
    score: pick(score),
    eligible: null,
    stratum: stratum && pick(stratum),
    antiExact: antiExact.map(pick),
    covariateCalipers: covariateCalipers.map((caliper) => ({ ...caliper, values: pick(caliper.values) })),
    tieOrder: tieOrder && orderAmong(tieOrder, rows),
  };
}

/** The order of some rows, renumbered by their place among them. */
function orderAmong(order: Uint32Array, rows: Uint32Array): Uint32Array {
  const place = new Map(Array.from(rows, (row, i) => [row, i] as const));
  return Uint32Array.from([...order].flatMap((row) => place.get(row) ?? []));
}
