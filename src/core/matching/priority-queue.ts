/**
 * Smallest (key, second) first. Binary heap of typed arrays; `value` is a whole number below 2^32. Entries with
 * equal keys leave in ascending order of `second`, so callers decide ties.
 */
export class PriorityQueue {
  #key = new Float64Array(64);
  #second = new Float64Array(64);
  #value = new Uint32Array(64);
  #size = 0;
  /** of the entry that `pop` removed last */
  key = 0;
  second = 0;
  value = 0;

  get size(): number {
    return this.#size;
  }

  /** key of the first entry; NaN-free only while there is one */
  get firstKey(): number {
    return this.#key[0]!;
  }

  clear(): void {
    this.#size = 0;
  }

  push(key: number, second: number, value: number): void {
    if (this.#size === this.#key.length) this.#grow();
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#precedes(key, second, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, key, second, value);
  }

  /** Removes the first entry into `key`, `second` and `value`; false where there is none. */
  pop(): boolean {
    if (this.#size === 0) return false;
    this.key = this.#key[0]!;
    this.second = this.#second[0]!;
    this.value = this.#value[0]!;
    const last = --this.#size;
    const key = this.#key[last]!;
    const second = this.#second[last]!;
    const value = this.#value[last]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#precedes(this.#key[child + 1]!, this.#second[child + 1]!, child)) child++;
      if (this.#precedes(key, second, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, key, second, value);
    return true;
  }

  #precedes(key: number, second: number, other: number): boolean {
    const otherKey = this.#key[other]!;
    return key < otherKey || (key === otherKey && second < this.#second[other]!);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#key[from]!, this.#second[from]!, this.#value[from]!);
  }

  #set(at: number, key: number, second: number, value: number): void {
    this.#key[at] = key;
    this.#second[at] = second;
    this.#value[at] = value;
  }

  #grow(): void {
    const size = this.#key.length * 2;
    const key = new Float64Array(size);
    key.set(this.#key);
    const second = new Float64Array(size);
    second.set(this.#second);
    const value = new Uint32Array(size);
    value.set(this.#value);
    [this.#key, this.#second, this.#value] = [key, second, value];
  }
}
