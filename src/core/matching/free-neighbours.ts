/**
 * Positions 0 … n - 1 on a line, each free until taken; answers "the nearest free position at or after / at or before".
 * Union-find with path halving in both directions: a sequence of m questions and removals costs O((n + m) log n) at
 * worst and is linear in practice, however the taken positions cluster.
 */
export class FreeNeighbours {
  readonly #after: Int32Array;
  readonly #before: Int32Array;
  readonly #n: number;

  constructor(n: number) {
    this.#n = n;
    this.#after = new Int32Array(n + 1);
    this.#before = new Int32Array(n + 1);
    for (let i = 0; i <= n; i++) {
      this.#after[i] = i;
      this.#before[i] = i;
    }
  }

  /** The first free position >= i, or n. `i` from 0 to n. */
  atOrAfter(i: number): number {
    const after = this.#after;
    let at = i;
    while (after[at] !== at) {
      const next = after[at]!;
      after[at] = after[next]!;
      at = after[at]!;
    }
    return at;
  }

  /** The last free position <= i, or -1. `i` from -1 to n - 1. */
  atOrBefore(i: number): number {
    const before = this.#before; // shifted by one: entry i + 1 stands for position i
    let at = i + 1;
    while (before[at] !== at) {
      const next = before[at]!;
      before[at] = before[next]!;
      at = before[at]!;
    }
    return at - 1;
  }

  /** Takes a free position. */
  take(i: number): void {
    this.#after[i] = i + 1;
    this.#before[i + 1] = i;
  }

  get size(): number {
    return this.#n;
  }
}
