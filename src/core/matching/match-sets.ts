/**
 * Which partners serve which focal unit. The focal group holds the units whose effect is asked for (the treated for
 * ATT, the controls for ATC); partners come from the other group. Frozen; arrays are not written after construction.
 */
export interface MatchSets {
  /** rows of all focal units, ascending, matched or not */
  readonly focal: Uint32Array;
  /** focal.length + 1 positions: the partners of focal unit k are partners[offsets[k] .. offsets[k + 1]) */
  readonly offsets: Uint32Array;
  /** rows of the partners, in the order in which they were taken */
  readonly partners: Uint32Array;
}

/** Calls `visit` for every pair, in order of the focal units. */
export function forEachPair(
  sets: MatchSets,
  visit: (focalRow: number, partnerRow: number, focalIndex: number) => void,
): void {
  const { focal, offsets, partners } = sets;
  for (let k = 0; k < focal.length; k++) {
    for (let j = offsets[k]!; j < offsets[k + 1]!; j++) visit(focal[k]!, partners[j]!, k);
  }
}

/** Sum of |score difference| over all pairs. */
export function totalDistance(sets: MatchSets, score: Float64Array): number {
  let sum = 0;
  forEachPair(sets, (focalRow, partnerRow) => {
    sum += Math.abs(score[focalRow]! - score[partnerRow]!);
  });
  return sum;
}

/** Treated minus control of each focal unit that has partners, whose mean is taken. */
export function setDifferences(sets: MatchSets, y: Float64Array, treated: Uint8Array): Float64Array {
  const { focal, offsets, partners } = sets;
  const differences: number[] = [];
  focal.forEach((row, k) => {
    const count = offsets[k + 1]! - offsets[k]!;
    if (count === 0) return;
    let sum = 0;
    for (let j = offsets[k]!; j < offsets[k + 1]!; j++) sum += y[partners[j]!]!;
    const difference = y[row]! - sum / count;
    differences.push(treated[row] === 1 ? difference : -difference);
  });
  return Float64Array.from(differences);
}

/** Focal units with at least one partner. */
export function matchedFocalCount(sets: MatchSets): number {
  let count = 0;
  for (let k = 0; k < sets.focal.length; k++) if (sets.offsets[k + 1]! > sets.offsets[k]!) count++;
  return count;
}

/** Pairs as they are found, in any order of focal units. Grows as needed. */
export class PairList {
  #unit: Uint32Array<ArrayBuffer>;
  #partner: Uint32Array<ArrayBuffer>;
  #length = 0;
  readonly #indexOf: Uint32Array | null;

  /**
   * @param expected pairs that there will be room for at first
   * @param indexOf  index of a focal unit by the number it is added with; null where that is the index
   */
  constructor(expected = 1024, indexOf: Uint32Array | null = null) {
    this.#unit = new Uint32Array(Math.max(1, expected));
    this.#partner = new Uint32Array(Math.max(1, expected));
    this.#indexOf = indexOf;
  }

  add(unit: number, partnerRow: number): void {
    if (this.#length === this.#partner.length) {
      this.#unit = grown(this.#unit);
      this.#partner = grown(this.#partner);
    }
    this.#unit[this.#length] = unit;
    this.#partner[this.#length] = partnerRow;
    this.#length++;
  }

  /** Sorts the pairs by focal unit, keeping the order in which each took its partners. */
  toMatchSets(focal: Uint32Array): MatchSets {
    const index = this.#indices();
    const offsets = new Uint32Array(focal.length + 1);
    for (let i = 0; i < this.#length; i++) offsets[index[i]! + 1]!++;
    for (let k = 0; k < focal.length; k++) offsets[k + 1] = offsets[k + 1]! + offsets[k]!;
    const next = offsets.slice();
    const partners = new Uint32Array(this.#length);
    for (let i = 0; i < this.#length; i++) partners[next[index[i]!]!++] = this.#partner[i]!;
    return Object.freeze({ focal, offsets, partners });
  }

  #indices(): Uint32Array {
    if (this.#indexOf === null) return this.#unit;
    const index = new Uint32Array(this.#length);
    for (let i = 0; i < this.#length; i++) index[i] = this.#indexOf[this.#unit[i]!]!;
    return index;
  }
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
