import { CoreError } from '../errors.ts';

/** More pairs than this inside a caliper are not weighed: the choices take two bits each. */
const pairLimit = 400_000_000;

/**
 * Optimal pairs on a line inside a caliper: as many as possible, then with the smallest total difference.
 *
 * Pairs need not cross: undoing a crossing makes neither the total nor the longest difference larger. So it is enough to go
 * through both groups in order and decide for each unit and partner inside the caliper whether to pair them or to pass over
 * one of them.
 *
 * @param focal    ascending scores, a unit once for each partner it wants; @param partner ascending scores
 * @param pair     called for each pair with places in both arrays
 * @throws limit-exceeded where the caliper holds more than 400 million pairs
 * Cost: O(pairs inside the caliper); two bits of memory for each.
 */
export function pairInsideCaliper(
  focal: Float64Array,
  partner: Float64Array,
  caliper: number,
  pair: (focalAt: number, partnerAt: number) => void,
): void {
  const { from, to, before } = windows(focal, partner, caliper);
  const choices = new Uint8Array(Math.ceil((before[focal.length]! + 1) / 4));
  // Best number of pairs and its cost among the units so far and the first j partners.
  const pairs = new Int32Array(partner.length + 1);
  const cost = new Float64Array(partner.length + 1);
  let filled = 0;
  for (let i = 0; i < focal.length; i++) {
    const end = to[i]!;
    for (; filled < end; filled++) {
      pairs[filled + 1] = pairs[filled]!;
      cost[filled + 1] = cost[filled]!;
    }
    const x = focal[i]!;
    const start = from[i]!;
    let diagonalPairs = pairs[start]!;
    let diagonalCost = cost[start]!;
    let at = before[i]!;
    for (let j = start; j < end; j++, at++) {
      let choice = passUnit;
      let most = pairs[j + 1]!;
      let least = cost[j + 1]!;
      const withPairs = diagonalPairs + 1;
      const withCost = diagonalCost + Math.abs(x - partner[j]!);
      diagonalPairs = most;
      diagonalCost = least;
      if (pairs[j]! > most || (pairs[j]! === most && cost[j]! < least)) {
        choice = passPartner;
        most = pairs[j]!;
        least = cost[j]!;
      }
      if (withPairs > most || (withPairs === most && withCost < least)) {
        choice = take;
        most = withPairs;
        least = withCost;
      }
      pairs[j + 1] = most;
      cost[j + 1] = least;
      choices[at >> 2] = choices[at >> 2]! | (choice << ((at & 3) << 1));
    }
  }
  let j = partner.length;
  for (let i = focal.length - 1; i >= 0; ) {
    j = Math.min(j, to[i]!);
    const at = before[i]! + j - 1 - from[i]!;
    const choice = j <= from[i]! ? passUnit : (choices[at >> 2]! >> ((at & 3) << 1)) & 3;
    if (choice === take) pair(i, j - 1);
    if (choice !== passUnit) j--;
    if (choice !== passPartner) i--;
  }
}

const passUnit = 0;
const passPartner = 1;
const take = 2;

/** Partners inside the caliper of each unit: from <= place < to, and how many pairs there are before it. */
function windows(focal: Float64Array, partner: Float64Array, caliper: number) {
  const from = new Uint32Array(focal.length);
  const to = new Uint32Array(focal.length);
  const before = new Float64Array(focal.length + 1);
  let first = 0;
  let last = 0;
  for (let i = 0; i < focal.length; i++) {
    const x = focal[i]!;
    while (first < partner.length && x - partner[first]! > caliper) first++;
    last = Math.max(last, first);
    while (last < partner.length && partner[last]! - x <= caliper) last++;
    from[i] = first;
    to[i] = last;
    before[i + 1] = before[i]! + last - first;
  }
  if (before[focal.length]! > pairLimit) {
    throw new CoreError(
      'limit-exceeded',
      `The caliper holds ${before[focal.length]} pairs; optimal matching weighs at most ${pairLimit}. Narrow the caliper, match exactly on a variable, or use nearest matching.`,
      { pairs: before[focal.length], limit: pairLimit },
    );
  }
  return { from, to, before };
}
