import { CoreError } from '../errors.ts';
import type { Arcs } from './assignment.ts';

/** More pairs than this are not kept at once: about 400 MB. */
const arcLimit = 30_000_000;

/** Arcs as they are found, row by row. Grows as needed. */
export class ArcList {
  #column = new Uint32Array(1024);
  #cost = new Float64Array(1024);
  readonly #offsets: Uint32Array;
  #row = 0;
  #length = 0;

  constructor(rows: number) {
    this.#offsets = new Uint32Array(rows + 1);
  }

  /** @throws limit-exceeded */
  add(column: number, cost: number): void {
    if (this.#length === this.#column.length) {
      if (this.#length * 2 > arcLimit) throw tooManyPairs();
      const column = new Uint32Array(this.#length * 2);
      column.set(this.#column);
      this.#column = column;
      const cost = new Float64Array(this.#length * 2);
      cost.set(this.#cost);
      this.#cost = cost;
    }
    this.#column[this.#length] = column;
    this.#cost[this.#length] = cost;
    this.#length++;
  }

  endRow(): void {
    this.#offsets[++this.#row] = this.#length;
  }

  toArcs(columns: number): Arcs {
    return {
      rows: this.#row,
      columns,
      offsets: this.#offsets,
      column: this.#column.subarray(0, this.#length),
      cost: this.#cost.subarray(0, this.#length),
    };
  }
}

function tooManyPairs(): CoreError {
  return new CoreError(
    'limit-exceeded',
    `The design allows more than ${arcLimit} pairs that have to be weighed against each other. Narrow a caliper, match exactly on a variable, or use nearest matching.`,
    { limit: arcLimit },
  );
}
