/** Two units of different groups that belong to one set. */
export interface Pairing {
  readonly a: number;
  readonly b: number;
}

/**
 * Sets with one centre each out of pairings that cover their units: a pairing both of whose units have another one is not
 * needed and goes (in an optimum it costs nothing). Sets are numbered 0, 1, … by their first unit in `order`.
 *
 * @returns n set numbers, -1 for units without a pairing
 */
export function toStars(n: number, pairings: readonly Pairing[], order: Uint32Array): Int32Array<ArrayBuffer> {
  const degree = new Uint32Array(n);
  for (const { a, b } of pairings) {
    degree[a] = degree[a]! + 1;
    degree[b] = degree[b]! + 1;
  }
  const needed = pairings.filter(({ a, b }) => {
    if (degree[a]! === 1 || degree[b]! === 1) return true;
    degree[a] = degree[a]! - 1;
    degree[b] = degree[b]! - 1;
    return false;
  });
  const centre = new Int32Array(n).fill(-1);
  for (const { a, b } of needed) {
    const middle = degree[a]! > 1 ? a : b;
    centre[a] = middle;
    centre[b] = middle;
  }
  const number = new Int32Array(n).fill(-1);
  const sets = new Int32Array(n).fill(-1);
  let next = 0;
  for (const row of order) {
    const middle = centre[row]!;
    if (middle < 0) continue;
    if (number[middle] === -1) number[middle] = next++;
    sets[row] = number[middle]!;
  }
  return sets;
}
